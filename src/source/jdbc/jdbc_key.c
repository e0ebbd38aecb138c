// Primary keys and indexes by getPrimaryKeys and getIndexInfo, table by table.
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/catalog/index_run.h"
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_result.h"

#include <string.h>

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

// Columns of the results, counted from 0; the first ones are the same in both.
enum { KEY_CATALOG = 0, KEY_SCHEMA = 1, KEY_TABLE = 2 };
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

// A driver may take the name of a table for a pattern, or look for it in other databases as well.
static bool
is_of(const struct jdbc_result *result, const struct table *table)
{
    return catalog_is_asked(table->catalog, jdbc_result_text(result, KEY_CATALOG)) &&
           catalog_is_asked(table->schema, jdbc_result_text(result, KEY_SCHEMA)) &&
           catalog_is_asked(table->name, jdbc_result_text(result, KEY_TABLE));
}

// Sorted by column name, of all orders: the place says where a column belongs.
static bool
read_primary(struct jdbc_result *result, struct arena *arena, struct table *table,
    struct index_run *run, struct error *err)
{
    bool has_row = false;
    size_t rows = 0;

    index_run_begin(run, table, "PRIMARY KEY", INDEX_PRIMARY);
    for (;;) {
        int64_t place;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (!is_of(result, table))
            continue;
        if (rows++ == 0 && jdbc_result_text(result, PRIMARY_NAME) != NULL)
            index_run_begin(run, table, jdbc_result_text(result, PRIMARY_NAME), INDEX_PRIMARY);
        place = jdbc_result_number(result, PRIMARY_PLACE, 0);
        index_run_put(run, jdbc_result_text(result, PRIMARY_COLUMN),
            place > 0 ? (size_t)place - 1 : SIZE_MAX);
    }
    if (rows != run->count)
        run->is_spoiled = true; // places that are none
    index_run_flush(run, arena);
    return true;
}

static bool
is_unique_index(const struct jdbc_result *result)
{
    const char *non_unique = or_empty(jdbc_result_text(result, INDEX_NON_UNIQUE));

    return text_equal_nocase(non_unique, "false") || strcmp(non_unique, "0") == 0 ||
           text_equal_nocase(non_unique, "f");
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
        if (!is_of(result, table) ||
            jdbc_result_number(result, INDEX_TYPE, INDEX_IS_STATISTIC) == INDEX_IS_STATISTIC)
            continue;
        name = or_empty(jdbc_result_text(result, INDEX_NAME));
        if (run->table == NULL || strcmp(name, run->name) != 0) {
            index_run_flush(run, arena);
            index_run_begin(
                run, table, name, is_unique_index(result) ? INDEX_UNIQUE : INDEX_ORDINARY);
        }
        if (or_empty(jdbc_result_text(result, INDEX_FILTER))[0] != '\0')
            run->is_spoiled = true; // partial
        index_run_put(run, jdbc_result_text(result, INDEX_COLUMN), run->count);
    }
    index_run_flush(run, arena);
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

    index_run_release(&run);
    jdbc_result_close(&result);
    return done;
}

bool
jdbc_list_primary(void *source, struct arena *arena, struct table *table, struct error *err)
{
    return list_keys_of(source, arena, table, JDBC_METADATA_PRIMARY_KEYS, err);
}

bool
jdbc_list_indexes(void *source, struct arena *arena, struct table *table, struct error *err)
{
    return list_keys_of(source, arena, table, JDBC_METADATA_INDEXES, err);
}
