// Primary keys and unique indexes: by one query for products that are known, by SQLPrimaryKeys and
// SQLStatistics for each table otherwise. And the estimates of rows, which products keep nearby.
#include "base/mem.h"
#include "base/text.h"
#include "source/odbc/odbc.h"
#include "source/odbc/odbc_product.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 1024, KEY_FIELDS = 6, ESTIMATE_FIELDS = 3 };

// One index while its columns come in.
struct index_run {
    struct table *table; // NULL: of a table that is not mirrored
    char name[NAME_BYTES];
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
    run->table = table;
    (void)snprintf(run->name, sizeof run->name, "%s", name);
    run->is_primary = is_primary;
    run->is_spoiled = false;
    run->count = 0;
}

static void
add_to_index(struct index_run *run, const char *column)
{
    uint16_t position = 0;

    if (column == NULL || run->count == KEY_COLUMNS_MAX ||
        !find_column(run->table, column, &position))
        run->is_spoiled = true;
    else
        run->columns[run->count++] = position;
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

// --- by the product's own query

static bool
read_index_rows(struct odbc_result *result, struct arena *arena, struct table **tables,
    size_t table_count, struct error *err)
{
    struct index_run run = { 0 };
    bool has_row = false;

    for (;;) {
        struct table *table;
        const char *name;

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        table = odbc_find_table(tables, table_count, or_empty(odbc_result_text(result, 0, NULL)),
            or_empty(odbc_result_text(result, 1, NULL)));
        name = or_empty(odbc_result_text(result, 2, NULL));
        if (table != run.table || strcmp(name, run.name) != 0) {
            flush_index(&run, arena);
            begin_index(&run, table, name, odbc_result_number(result, 3, 0) == 1);
        }
        if (run.table != NULL)
            add_to_index(&run, odbc_result_text(result, 4, NULL));
    }
    flush_index(&run, arena);
    return true;
}

static bool
query_keys(struct odbc_source *source, struct arena *arena, struct table **tables,
    size_t table_count, struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool done = odbc_statement_open(source, &statement, err) &&
                odbc_statement_execute(&statement, source->product->keys, err) &&
                odbc_result_open(&statement, KEY_FIELDS, NAME_BYTES, &result, err) &&
                read_index_rows(&result, arena, tables, table_count, err);

    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// --- by ODBC, table by table

// Columns of the results, counted from 0.
enum { PRIMARY_COLUMN = 3, PRIMARY_NAME = 5, PRIMARY_FIELDS = 6 };
enum {
    STATISTICS_NON_UNIQUE = 3,
    STATISTICS_INDEX = 5,
    STATISTICS_TYPE = 6,
    STATISTICS_COLUMN = 8,
    STATISTICS_FILTER = 12,
    STATISTICS_FIELDS = 13,
};

static SQLCHAR *
writable(const char *text)
{
    return text[0] != '\0' ? (SQLCHAR *)(uintptr_t)text : NULL;
}

static bool
read_primary(
    struct odbc_result *result, struct arena *arena, struct table *table, struct error *err)
{
    struct index_run run = { 0 };
    bool has_row = false;

    begin_index(&run, table, "PRIMARY KEY", true);
    for (;;) {
        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (odbc_result_text(result, PRIMARY_NAME, NULL) != NULL)
            (void)snprintf(
                run.name, sizeof run.name, "%s", odbc_result_text(result, PRIMARY_NAME, NULL));
        add_to_index(&run, odbc_result_text(result, PRIMARY_COLUMN, NULL));
    }
    flush_index(&run, arena);
    return true;
}

static bool
list_primary(
    struct odbc_source *source, struct arena *arena, struct table *table, struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool done = false;

    if (!odbc_statement_open(source, &statement, err))
        return false;
    done = odbc_statement_check(&statement,
               SQLPrimaryKeys(statement.handle, NULL, 0, writable(table->schema), SQL_NTS,
                   writable(table->name), SQL_NTS),
               err, "could not list a primary key") &&
           odbc_result_open(&statement, PRIMARY_FIELDS, NAME_BYTES, &result, err) &&
           read_primary(&result, arena, table, err);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

static bool
read_statistics(
    struct odbc_result *result, struct arena *arena, struct table *table, struct error *err)
{
    struct index_run run = { 0 };
    bool has_row = false;

    for (;;) {
        const char *name;
        const char *filter;

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (odbc_result_number(result, STATISTICS_TYPE, SQL_TABLE_STAT) == SQL_TABLE_STAT ||
            odbc_result_number(result, STATISTICS_NON_UNIQUE, 1) != SQL_FALSE)
            continue;
        name = or_empty(odbc_result_text(result, STATISTICS_INDEX, NULL));
        if (run.table == NULL || strcmp(name, run.name) != 0) {
            flush_index(&run, arena);
            begin_index(&run, table, name, false);
        }
        filter = odbc_result_text(result, STATISTICS_FILTER, NULL);
        if (filter != NULL && filter[0] != '\0')
            run.is_spoiled = true; // partial
        add_to_index(&run, odbc_result_text(result, STATISTICS_COLUMN, NULL));
    }
    flush_index(&run, arena);
    return true;
}

static bool
list_statistics(
    struct odbc_source *source, struct arena *arena, struct table *table, struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool done = false;

    if (!odbc_statement_open(source, &statement, err))
        return false;
    // QUICK: no statistics are gathered in the source for our sake.
    done = odbc_statement_check(&statement,
               SQLStatistics(statement.handle, NULL, 0, writable(table->schema), SQL_NTS,
                   writable(table->name), SQL_NTS, SQL_INDEX_UNIQUE, SQL_QUICK),
               err, "could not list unique indexes") &&
           odbc_result_open(&statement, STATISTICS_FIELDS, NAME_BYTES, &result, err) &&
           read_statistics(&result, arena, table, err);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// A driver without one of the functions (IM001, HYC00) leaves tables keyless, not the run dead.
static bool
is_unsupported(const struct error *err)
{
    return strcmp(err->sqlstate, "IM001") == 0 || strcmp(err->sqlstate, "HYC00") == 0;
}

static bool
list_keys(struct odbc_source *source, struct arena *arena, struct table **tables,
    size_t table_count, struct error *err)
{
    for (size_t i = 0; i < table_count; i++) {
        if (!list_primary(source, arena, tables[i], err) && !is_unsupported(err))
            return error_within(err, "table \"%s\"", tables[i]->name);
        if (!list_statistics(source, arena, tables[i], err) && !is_unsupported(err))
            return error_within(err, "table \"%s\"", tables[i]->name);
    }
    return true;
}

bool
odbc_read_keys(struct odbc_source *source, struct arena *arena, struct table **tables,
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
odbc_read_estimates(struct odbc_source *source, struct table **tables, size_t table_count)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    struct error ignored = { 0 };
    bool has_row = false;

    if (source->product->estimates == NULL)
        return;
    if (!odbc_statement_open(source, &statement, &ignored) ||
        !odbc_statement_execute(&statement, source->product->estimates, &ignored) ||
        !odbc_result_open(&statement, ESTIMATE_FIELDS, NAME_BYTES, &result, &ignored))
        goto out;
    while (odbc_result_next(&result, &has_row, &ignored) && has_row) {
        struct table *table =
            odbc_find_table(tables, table_count, or_empty(odbc_result_text(&result, 0, NULL)),
                or_empty(odbc_result_text(&result, 1, NULL)));
        int64_t rows = odbc_result_number(&result, 2, -1);

        if (table != NULL && rows >= 0)
            table->row_estimate = rows;
    }
out:
    odbc_result_close(&result);
    odbc_statement_close(&statement);
}
