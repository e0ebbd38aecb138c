// The ways in which a catalogue or a session is asked over ODBC.
#include "source/odbc/odbc.h"

// A text for people may be longer: then the catalogue is asked without them.
enum { FIELD_BYTES = 2048 };

static bool
take_row(const struct odbc_result *result, size_t field_count, catalog_take *take, void *taker,
    struct error *err)
{
    const char *fields[CATALOG_FIELDS_MAX];

    for (size_t i = 0; i < field_count; i++) {
        bool is_cut = false;

        fields[i] = odbc_result_text(result, i, &is_cut);
        if (is_cut)
            return error_set(err, ERROR_DATA, "a text in the catalogue is longer than %d bytes",
                FIELD_BYTES - 1);
    }
    return take(taker, fields, err);
}

static bool
query(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
    struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool has_row = false;
    bool done = odbc_statement_open(context, &statement, err) &&
                odbc_statement_execute(&statement, sql, err) &&
                odbc_result_open(&statement, field_count, FIELD_BYTES, &result, err) &&
                odbc_result_next(&result, &has_row, err);

    while (done && has_row)
        done = take_row(&result, field_count, take, taker, err) &&
               odbc_result_next(&result, &has_row, err);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// Some drivers begin to work on a query only when its first row is asked for.
bool
odbc_run(struct odbc_source *source, const char *sql, struct error *err)
{
    struct odbc_statement statement = { 0 };
    SQLSMALLINT columns = 0;
    bool done = odbc_statement_open(source, &statement, err) &&
                odbc_statement_execute(&statement, sql, err) &&
                odbc_statement_check(&statement, SQLNumResultCols(statement.handle, &columns), err,
                    "could not query the source");

    if (done && columns > 0)
        done = odbc_statement_check(
            &statement, SQLFetch(statement.handle), err, "could not query the source");
    odbc_statement_close(&statement);
    return done;
}

static bool
run(void *context, const char *sql, struct error *err)
{
    return odbc_run(context, sql, err);
}

struct catalog_door
odbc_catalog_door(struct odbc_source *source)
{
    return (struct catalog_door){ .context = source, .query = query, .run = run };
}

struct catalog_door
odbc_door(struct source *base)
{
    return odbc_catalog_door((struct odbc_source *)base);
}
