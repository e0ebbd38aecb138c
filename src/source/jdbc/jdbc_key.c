// Primary keys and unique indexes: by one query for products that are known, by getPrimaryKeys and
// getIndexInfo for each table otherwise. And the estimates of rows, which products keep nearby.
#include "base/mem.h"
#include "base/text.h"
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_product.h"
#include "source/jdbc/jdbc_result.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_FIELDS = 6, ESTIMATE_FIELDS = 3 };

// One index while its columns come in.
struct index_run {
    struct table *table; // NULL: of a table that is not mirrored
    char *name;          // owned
    bool is_primary;
    bool is_spoiled; // holds an expression, or a column that the catalogue does not show
    uint16_t columns[KEY_COLUMNS_MAX];
    size_t count;
};

static bool
find_column(const struct table *table, const char *name, uint16_t *position)
{
    for (size_t i = 0; i < table->column_count && i <= UINT16_MAX; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            *position = (uint16_t)i;
            return true;
        }
    }
    return false;
}

static bool
has_same_key(const struct table *table, const struct index_run *run)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        if (key->column_count == run->count &&
            memcmp(key->columns, run->columns, run->count * sizeof run->columns[0]) == 0)
            return true;
    }
    return false;
}

// The array grows by copying within the arena: a table has a handful of keys.
static void
flush_index(struct index_run *run, struct arena *arena)
{
    struct table *table = run->table;
    struct key *keys;
    struct key *key;

    if (table == NULL || run->count == 0 || run->is_spoiled || has_same_key(table, run))
        return;
    keys = arena_calloc(arena, table->key_count + 1, sizeof *keys);
    if (table->key_count > 0)
        memcpy(keys, table->keys, table->key_count * sizeof *keys);
    key = &keys[table->key_count++];
    key->name = arena_strdup(arena, run->name);
    key->is_primary = run->is_primary;
    key->columns = arena_calloc(arena, run->count, sizeof key->columns[0]);
    memcpy(key->columns, run->columns, run->count * sizeof key->columns[0]);
    key->column_count = run->count;
    table->keys = keys;
}

static void
begin_index(struct index_run *run, struct table *table, const char *name, bool is_primary)
{
    free(run->name);
    run->name = mem_strdup(name);
    run->table = table;
    run->is_primary = is_primary;
    run->is_spoiled = false;
    run->count = 0;
}

static void
put_into_index(struct index_run *run, const char *column, size_t place)
{
    uint16_t position = 0;

    if (column == NULL || place >= KEY_COLUMNS_MAX || !find_column(run->table, column, &position)) {
        run->is_spoiled = true;
        return;
    }
    run->columns[place] = position;
    if (place >= run->count)
        run->count = place + 1;
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

// --- by the product's own query

static bool
read_index_rows(struct jdbc_result *result, struct arena *arena, struct table **tables,
    size_t table_count, struct index_run *run, struct error *err)
{
    bool has_row = false;

    for (;;) {
        struct table *table;
        const char *name;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        table = jdbc_find_table(tables, table_count, or_empty(jdbc_result_text(result, 0)),
            or_empty(jdbc_result_text(result, 1)));
        name = or_empty(jdbc_result_text(result, 2));
        if (table != run->table || run->name == NULL || strcmp(name, run->name) != 0) {
            flush_index(run, arena);
            begin_index(run, table, name, jdbc_result_number(result, 3, 0) == 1);
        }
        if (run->table != NULL)
            put_into_index(run, jdbc_result_text(result, 4), run->count);
    }
    flush_index(run, arena);
    return true;
}

static bool
query_keys(struct jdbc_source *source, struct arena *arena, struct table **tables,
    size_t table_count, struct error *err)
{
    struct jdbc_result result = { 0 };
    struct index_run run = { 0 };
    bool done = jdbc_result_query_texts(source, source->product->keys, KEY_FIELDS, &result, err) &&
                read_index_rows(&result, arena, tables, table_count, &run, err);

    free(run.name);
    jdbc_result_close(&result);
    return done;
}

// --- by JDBC, table by table

// Columns of the results, counted from 0.
enum { PRIMARY_COLUMN = 3, PRIMARY_PLACE = 4, PRIMARY_NAME = 5, PRIMARY_FIELDS = 6 };
enum {
    INDEX_NON_UNIQUE = 3,
    INDEX_NAME = 5,
    INDEX_TYPE = 6,
    INDEX_COLUMN = 8,
    INDEX_FILTER = 12,
    INDEX_FIELDS = 13,
};

// DatabaseMetaData.tableIndexStatistic.
enum { INDEX_IS_STATISTIC = 0 };

static const char *
or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

// Sorted by column name, of all orders: the place says where a column belongs.
static bool
read_primary(struct jdbc_result *result, struct arena *arena, struct table *table,
    struct index_run *run, struct error *err)
{
    bool has_row = false;
    size_t rows = 0;

    begin_index(run, table, "PRIMARY KEY", true);
    for (;; rows++) {
        int64_t place;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (rows == 0 && jdbc_result_text(result, PRIMARY_NAME) != NULL)
            begin_index(run, table, jdbc_result_text(result, PRIMARY_NAME), true);
        place = jdbc_result_number(result, PRIMARY_PLACE, 0);
        put_into_index(run, jdbc_result_text(result, PRIMARY_COLUMN),
            place > 0 ? (size_t)place - 1 : SIZE_MAX);
    }
    if (rows != run->count)
        run->is_spoiled = true; // places that are none
    flush_index(run, arena);
    return true;
}

static bool
is_unique_index(const struct jdbc_result *result)
{
    const char *non_unique = or_empty(jdbc_result_text(result, INDEX_NON_UNIQUE));

    return jdbc_result_number(result, INDEX_TYPE, INDEX_IS_STATISTIC) != INDEX_IS_STATISTIC &&
           (text_equal_nocase(non_unique, "false") || strcmp(non_unique, "0") == 0 ||
               text_equal_nocase(non_unique, "f"));
}

static bool
read_indexes(struct jdbc_result *result, struct arena *arena, struct table *table,
    struct index_run *run, struct error *err)
{
    bool has_row = false;

    run->table = NULL;
    for (;;) {
        const char *name;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (!is_unique_index(result))
            continue;
        name = or_empty(jdbc_result_text(result, INDEX_NAME));
        if (run->table == NULL || strcmp(name, run->name) != 0) {
            flush_index(run, arena);
            begin_index(run, table, name, false);
        }
        if (or_empty(jdbc_result_text(result, INDEX_FILTER))[0] != '\0')
            run->is_spoiled = true; // partial
        put_into_index(run, jdbc_result_text(result, INDEX_COLUMN), run->count);
    }
    flush_index(run, arena);
    return true;
}

static bool
list_keys_of(struct jdbc_source *source, struct arena *arena, struct table *table,
    enum jdbc_metadata what, struct error *err)
{
    bool is_primary = what == JDBC_METADATA_PRIMARY_KEYS;
    struct jdbc_result result = { 0 };
    struct index_run run = { 0 };
    struct jdbc_question question = { .what = what,
        .schema = or_null(table->schema),
        .table = table->name,
        .field_count = is_primary ? PRIMARY_FIELDS : INDEX_FIELDS };
    bool done = jdbc_result_metadata(source, &question, &result, err) &&
                (is_primary ? read_primary(&result, arena, table, &run, err)
                            : read_indexes(&result, arena, table, &run, err));

    free(run.name);
    jdbc_result_close(&result);
    return done;
}

// A driver without one of the calls leaves tables keyless, not the run dead.
static bool
is_unsupported(const struct error *err)
{
    return strncmp(err->sqlstate, "0A", 2) == 0 || strcmp(err->sqlstate, "IM001") == 0 ||
           strcmp(err->sqlstate, "HYC00") == 0;
}

static bool
list_keys(struct jdbc_source *source, struct arena *arena, struct table **tables,
    size_t table_count, struct error *err)
{
    for (size_t i = 0; i < table_count; i++) {
        if (!list_keys_of(source, arena, tables[i], JDBC_METADATA_PRIMARY_KEYS, err) &&
            !is_unsupported(err))
            return error_within(err, "table \"%s\"", tables[i]->name);
        if (!list_keys_of(source, arena, tables[i], JDBC_METADATA_INDEXES, err) &&
            !is_unsupported(err))
            return error_within(err, "table \"%s\"", tables[i]->name);
    }
    return true;
}

bool
jdbc_read_keys(struct jdbc_source *source, struct arena *arena, struct table **tables,
    size_t table_count, struct error *err)
{
    struct error refused = { 0 };

    if (source->product->keys == NULL)
        return list_keys(source, arena, tables, table_count, err);
    if (query_keys(source, arena, tables, table_count, &refused))
        return true;
    // Another version of the product may not have those catalogue columns; a lost connection is no
    // such case.
    if (refused.kind == ERROR_SOURCE || refused.transient) {
        *err = refused;
        return false;
    }
    return list_keys(source, arena, tables, table_count, err);
}

// --- estimates

void
jdbc_read_estimates(struct jdbc_source *source, struct table **tables, size_t table_count)
{
    struct jdbc_result result = { 0 };
    struct error ignored = { 0 };
    bool has_row = false;

    if (source->product->estimates == NULL)
        return;
    if (!jdbc_result_query_texts(
            source, source->product->estimates, ESTIMATE_FIELDS, &result, &ignored))
        goto out;
    while (jdbc_result_next(&result, &has_row, &ignored) && has_row) {
        struct table *table = jdbc_find_table(tables, table_count,
            or_empty(jdbc_result_text(&result, 0)), or_empty(jdbc_result_text(&result, 1)));
        int64_t rows = jdbc_result_number(&result, 2, -1);

        if (table != NULL && rows >= 0)
            table->row_estimate = rows;
    }
out:
    jdbc_result_close(&result);
}
