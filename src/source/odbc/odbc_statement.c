#include "base/mem.h"
#include "source/odbc/odbc.h"
#include "source/product/product.h"

#include <stdlib.h>
#include <string.h>

enum { RESULT_ROWS = 100 };

static void
set_running(struct odbc_source *source, SQLHSTMT handle)
{
    (void)pthread_mutex_lock(&source->running_lock);
    source->running = handle;
    (void)pthread_mutex_unlock(&source->running_lock);
}

bool
odbc_statement_check(
    const struct odbc_statement *statement, SQLRETURN code, struct error *err, const char *what)
{
    switch (code) {
    case SQL_SUCCESS:
    case SQL_SUCCESS_WITH_INFO:
    case SQL_NO_DATA:
        return true;
    case SQL_NEED_DATA:
    case SQL_STILL_EXECUTING:
        BUG("%s: ODBC code %d was never asked for", what, (int)code);
    case SQL_ERROR:
    default:
        return odbc_fail(
            statement->source->settings, SQL_HANDLE_STMT, statement->handle, code, err, what);
    }
}

bool
odbc_statement_open(struct odbc_source *source, struct odbc_statement *statement, struct error *err)
{
    SQLRETURN code;

    statement->source = source;
    statement->handle = SQL_NULL_HSTMT;
    if (source->running != SQL_NULL_HSTMT)
        BUG("a second statement on one source");
    code = SQLAllocHandle(SQL_HANDLE_STMT, source->connection, &statement->handle);
    if (!SQL_SUCCEEDED(code)) {
        statement->handle = SQL_NULL_HSTMT;
        return odbc_fail(source->settings, SQL_HANDLE_DBC, source->connection, code, err,
            "could not begin a statement");
    }
    // Drivers that know no time-out refuse the attribute; the stall watch of the caller remains.
    if (source->settings->query_timeout_s > 0)
        (void)SQLSetStmtAttr(statement->handle, SQL_ATTR_QUERY_TIMEOUT,
            (SQLPOINTER)(uintptr_t)source->settings->query_timeout_s, SQL_IS_UINTEGER);
    odbc_pin_attributes(statement->handle);
    set_running(source, statement->handle);
    return true;
}

// The attribute is false as a rule; a driver that does not know it is one that takes no
// identifiers.
bool
odbc_statement_open_catalog(
    struct odbc_source *source, struct odbc_statement *statement, struct error *err)
{
    if (!odbc_statement_open(source, statement, err))
        return false;
    (void)SQLSetStmtAttr(
        statement->handle, SQL_ATTR_METADATA_ID, (SQLPOINTER)(uintptr_t)SQL_FALSE, SQL_IS_UINTEGER);
    return true;
}

SQLCHAR *
odbc_argument(const char *text)
{
    return (SQLCHAR *)(uintptr_t)text;
}

bool
odbc_statement_execute(struct odbc_statement *statement, const char *sql, struct error *err)
{
    size_t size = strlen(sql);
    char *copy; // the interface takes it writable
    SQLRETURN code;

    copy = mem_strdup(sql);
    code = SQLExecDirect(statement->handle, (SQLCHAR *)copy, (SQLINTEGER)size);
    free(copy);
    return odbc_statement_check(statement, code, err, "could not query the source");
}

void
odbc_statement_close(struct odbc_statement *statement)
{
    struct odbc_source *source = statement->source;

    if (source == NULL || statement->handle == SQL_NULL_HSTMT)
        return;
    set_running(source, SQL_NULL_HSTMT);
    (void)SQLFreeHandle(SQL_HANDLE_STMT, statement->handle);
    statement->handle = SQL_NULL_HSTMT;
    // Nothing was written: either way of ending it gives its locks and its snapshot back.
    if (source->product->dialect.ends_transactions)
        (void)SQLEndTran(SQL_HANDLE_DBC, source->connection, SQL_ROLLBACK);
}

static bool
bind_block(struct odbc_result *result, struct error *err)
{
    SQLHSTMT handle = result->statement->handle;
    SQLRETURN code;

    code = SQLSetStmtAttr(handle, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)(uintptr_t)RESULT_ROWS, 0);
    if (!odbc_statement_check(result->statement, code, err, "could not set the block size"))
        return false;
    code = SQLSetStmtAttr(handle, SQL_ATTR_ROWS_FETCHED_PTR, &result->row_count, 0);
    if (!odbc_statement_check(result->statement, code, err, "could not set the row counter"))
        return false;
    code = SQLSetStmtAttr(handle, SQL_ATTR_ROW_STATUS_PTR, result->states, 0);
    if (!odbc_statement_check(result->statement, code, err, "could not ask for the rows' states"))
        return false;
    for (size_t c = 0; c < result->column_count; c++) {
        code = SQLBindCol(handle, (SQLUSMALLINT)(c + 1), SQL_C_CHAR,
            result->values + c * RESULT_ROWS * result->field_bytes, (SQLLEN)result->field_bytes,
            result->indicators + c * RESULT_ROWS);
        if (!odbc_statement_check(result->statement, code, err, "could not bind a column"))
            return false;
    }
    return true;
}

bool
odbc_result_open(struct odbc_statement *statement, size_t column_count, size_t field_bytes,
    struct odbc_result *result, struct error *err)
{
    size_t fields = mem_product(column_count, RESULT_ROWS);

    memset(result, 0, sizeof *result);
    result->statement = statement;
    result->column_count = column_count;
    result->field_bytes = field_bytes;
    result->values = mem_calloc(fields, field_bytes);
    result->indicators = mem_calloc(fields, sizeof *result->indicators);
    result->states = mem_calloc(RESULT_ROWS, sizeof *result->states);
    return bind_block(result, err);
}

// A row that failed leaves its block a success with a warning, and nothing in the fields.
static bool
check_row_state(const struct odbc_result *result, struct error *err)
{
    SQLUSMALLINT state = result->states[result->row];

    if (state == SQL_ROW_SUCCESS || state == SQL_ROW_SUCCESS_WITH_INFO)
        return true;
    (void)odbc_fail(result->statement->source->settings, SQL_HANDLE_STMT, result->statement->handle,
        SQL_ERROR, err, "could not read a row of the catalogue");
    // A lost connection stays one.
    if (err->kind == ERROR_TABLE || err->sqlstate[0] == '\0')
        err->kind = ERROR_DATA;
    return false;
}

static bool
fetch_block(struct odbc_result *result, struct error *err)
{
    SQLRETURN code;

    result->row = 0;
    result->row_count = 0;
    code = SQLFetch(result->statement->handle);
    if (code == SQL_NO_DATA)
        result->row_count = 0;
    if (!odbc_statement_check(result->statement, code, err, "could not read the catalogue"))
        return false;
    if (result->row_count > RESULT_ROWS)
        return error_set(err, ERROR_SOURCE, "the driver delivered %zu rows in a block of %d",
            (size_t)result->row_count, RESULT_ROWS);
    while (result->row_count > 0 && result->states[result->row_count - 1] == SQL_ROW_NOROW)
        result->row_count--;
    return true;
}

bool
odbc_result_next(struct odbc_result *result, bool *has_row, struct error *err)
{
    *has_row = true;
    if (++result->row >= result->row_count && !fetch_block(result, err))
        return false;
    *has_row = result->row_count > 0;
    return !*has_row || check_row_state(result, err);
}

const char *
odbc_result_text(const struct odbc_result *result, size_t column, bool *is_cut)
{
    size_t at = column * RESULT_ROWS + result->row;
    SQLLEN size = result->indicators[at];

    if (is_cut != NULL)
        *is_cut = size == SQL_NO_TOTAL || size >= (SQLLEN)result->field_bytes;
    return size == SQL_NULL_DATA ? NULL : result->values + at * result->field_bytes;
}

int64_t
odbc_result_number(const struct odbc_result *result, size_t column, int64_t otherwise)
{
    const char *text = odbc_result_text(result, column, NULL);
    char *end;
    long long value;

    if (text == NULL || *text == '\0')
        return otherwise;
    value = strtoll(text, &end, 10);
    return *end == '\0' || *end == '.' ? value : otherwise;
}

void
odbc_result_close(struct odbc_result *result)
{
    free(result->values);
    free(result->indicators);
    free(result->states);
    result->values = NULL;
    result->indicators = NULL;
    result->states = NULL;
}
