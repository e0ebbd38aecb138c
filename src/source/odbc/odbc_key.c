// Primary keys and indexes by SQLPrimaryKeys and SQLStatistics, table by table.
#include "source/catalog/catalog_read.h"
#include "source/catalog/index_run.h"
#include "source/odbc/odbc.h"

#include <string.h>

enum { NAME_BYTES = 1024 };

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

// Columns of the results, counted from 0; the first ones are the same in both.
enum { KEY_CATALOG = 0, KEY_SCHEMA = 1, KEY_TABLE = 2 };
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
name_or_null(const char *text)
{
    return odbc_argument(text[0] != '\0' ? text : NULL);
}

// A driver may take the name of a table for a pattern, or look for it in other databases as well.
static bool
is_of(const struct odbc_result *result, const struct table *table)
{
    return catalog_is_asked(table->catalog, odbc_result_text(result, KEY_CATALOG, NULL)) &&
           catalog_is_asked(table->schema, odbc_result_text(result, KEY_SCHEMA, NULL)) &&
           catalog_is_asked(table->name, odbc_result_text(result, KEY_TABLE, NULL));
}

static bool
read_primary(struct odbc_result *result, struct arena *arena, struct table *table,
    struct index_run *run, struct error *err)
{
    bool has_row = false;

    index_run_begin(run, table, "PRIMARY KEY", INDEX_PRIMARY);
    for (;;) {
        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (!is_of(result, table))
            continue;
        if (run->count == 0 && odbc_result_text(result, PRIMARY_NAME, NULL) != NULL)
            index_run_begin(
                run, table, odbc_result_text(result, PRIMARY_NAME, NULL), INDEX_PRIMARY);
        index_run_put(run, odbc_result_text(result, PRIMARY_COLUMN, NULL), run->count);
    }
    index_run_flush(run, arena);
    return true;
}

bool
odbc_list_primary(void *source, struct arena *arena, struct table *table, struct error *err)
{
    struct index_run run = { 0 };
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool done = false;

    if (!odbc_statement_open_catalog(source, &statement, err))
        return false;
    done = odbc_statement_check(&statement,
               SQLPrimaryKeys(statement.handle, NULL, 0, name_or_null(table->schema), SQL_NTS,
                   name_or_null(table->name), SQL_NTS),
               err, "could not list a primary key") &&
           odbc_result_open(&statement, PRIMARY_FIELDS, NAME_BYTES, &result, err) &&
           read_primary(&result, arena, table, &run, err);
    index_run_release(&run);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

static bool
read_statistics(struct odbc_result *result, struct arena *arena, struct table *table,
    struct index_run *run, struct error *err)
{
    bool has_row = false;

    for (;;) {
        const char *name;
        const char *filter;

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (!is_of(result, table) ||
            odbc_result_number(result, STATISTICS_TYPE, SQL_TABLE_STAT) == SQL_TABLE_STAT)
            continue;
        name = or_empty(odbc_result_text(result, STATISTICS_INDEX, NULL));
        if (run->table == NULL || strcmp(name, run->name) != 0) {
            index_run_flush(run, arena);
            index_run_begin(run, table, name,
                odbc_result_number(result, STATISTICS_NON_UNIQUE, 1) == SQL_FALSE ? INDEX_UNIQUE
                                                                                  : INDEX_ORDINARY);
        }
        filter = odbc_result_text(result, STATISTICS_FILTER, NULL);
        if (filter != NULL && filter[0] != '\0')
            run->is_spoiled = true; // partial
        index_run_put(run, odbc_result_text(result, STATISTICS_COLUMN, NULL), run->count);
    }
    index_run_flush(run, arena);
    return true;
}

bool
odbc_list_indexes(void *source, struct arena *arena, struct table *table, struct error *err)
{
    struct index_run run = { 0 };
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool done = false;

    if (!odbc_statement_open_catalog(source, &statement, err))
        return false;
    // QUICK: no statistics are gathered in the source for our sake.
    done = odbc_statement_check(&statement,
               SQLStatistics(statement.handle, NULL, 0, name_or_null(table->schema), SQL_NTS,
                   name_or_null(table->name), SQL_NTS, SQL_INDEX_ALL, SQL_QUICK),
               err, "could not list indexes") &&
           odbc_result_open(&statement, STATISTICS_FIELDS, NAME_BYTES, &result, err) &&
           read_statistics(&result, arena, table, &run, err);
    index_run_release(&run);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}
