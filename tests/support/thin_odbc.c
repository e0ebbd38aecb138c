// A driver of the tests: hands every call through to another driver, under another product's name,
// and lies where it is told to. So the way for products that nobody prepared is run, against data
// that the product's own client program can be asked about.
//
// The environment says what it is, for the driver manager asks before the connection string comes:
//   OE2PG_THIN_DRIVER   path of the driver that does the work
//   OE2PG_THIN_LIES     words with commas between them:
//     no_keys        SQLPrimaryKeys and SQLStatistics fail, as where a driver has not got them
//     no_statistics  SQLStatistics alone fails
//     sizes          SQLColumns says of every column that it has a size of 3
//     nullable       SQLColumns says of every column that it may not be NULL
//     info           what succeeds does so with a warning
//     odd_states     errors have an SQLSTATE that is none
//     no_tables      SQLTables fails
//     no_views       SQLTables fails where views are asked for
//     no_columns     SQLColumns fails
//     end_in=NAME    each result of a SELECT whose text has NAME in it ends as if it were whole,
//     end_at_block=N where its N-th block should come; 1 where that is not said
//     other_types    results are described as of other types than the columns have: characters as
//                    integers, and all else as characters
//     moved          the same, and SQLColumns agrees where it is asked of one table
//     die_in=NAME    the process dies (SIGSEGV) in a fetch from a SELECT whose text has NAME in it,
//     die_at_block=N its N-th; 1 where that is not said
// The handles are the other driver's. One thread uses a handle at a time, but for SQLCancel.
#include <dlfcn.h>
#include <signal.h>
#include <sql.h>
#include <sqlext.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_TYPE_FIELD = 5, COLUMN_SIZE_FIELD = 7, NULLABLE_FIELD = 11 };
enum { SIZES, NULLABLES, TYPES, FIELDS };

// What was bound of the answer of SQLColumns that is open, to be changed behind a fetch.
static _Thread_local struct {
    SQLHSTMT statement;
    SQLULEN rows;
    SQLULEN *fetched;
    bool is_of_one;
    struct {
        char *values;
        SQLLEN stride;
        SQLLEN *sizes;
    } fields[FIELDS];
} columns;

// The diagnostics of the call that failed or warned here last.
static _Thread_local struct {
    SQLHANDLE handle;
    const char *state;
    const char *message;
} said;

// A result that something happens to, and how many of its blocks were asked for.
struct victim {
    SQLHSTMT statement;
    unsigned long blocks;
};
static _Thread_local struct victim deadly;
static _Thread_local struct victim short_lived;

// What stands behind "word" or "word="; NULL: not told to lie so.
static const char *
lie(const char *word)
{
    const char *told = getenv("OE2PG_THIN_LIES"); // NOLINT(concurrency-mt-unsafe)
    size_t size = strlen(word);

    while (told != NULL && *told != '\0') {
        size_t length = strcspn(told, ",");

        if (strncmp(told, word, size) == 0 && (length == size || told[size] == '='))
            return told + size + (length > size ? 1 : 0);
        told += length + (told[length] == ',' ? 1 : 0);
    }
    return NULL;
}

static bool
lies(const char *word)
{
    return lie(word) != NULL;
}

// Whether the text has the lie's value in it.
static bool
has_lie(const char *text, const char *word)
{
    const char *value = lie(word);
    size_t length = value != NULL ? strcspn(value, ",") : 0;

    for (; length > 0 && strlen(text) >= length; text++) {
        if (strncmp(text, value, length) == 0)
            return true;
    }
    return false;
}

static void *
real(const char *name)
{
    static void *library;
    const char *path = getenv("OE2PG_THIN_DRIVER"); // NOLINT(concurrency-mt-unsafe)
    void *function;

    if (library == NULL && path != NULL)
        library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    function = library != NULL ? dlsym(library, name) : NULL;
    if (function == NULL) {
        (void)fprintf(stderr, "thin_odbc: no %s in %s\n", name, path != NULL ? path : "(nothing)");
        abort();
    }
    return function;
}

static SQLRETURN
say(SQLHANDLE handle, SQLRETURN code, const char *state, const char *message)
{
    said.handle = handle;
    said.state = state;
    said.message = message;
    return code;
}

// What a call that the other driver has answered is made to look like.
static SQLRETURN
answer(SQLHANDLE handle, SQLRETURN code)
{
    said.handle = NULL;
    if (code == SQL_SUCCESS && lies("info"))
        return say(handle, SQL_SUCCESS_WITH_INFO, "01000", "nothing to speak of");
    return code;
}

#define PASS(name, parameters, arguments)                                                          \
    SQLRETURN SQL_API name parameters                                                              \
    {                                                                                              \
        SQLRETURN(SQL_API *function) parameters;                                                   \
        *(void **)&function = real(#name);                                                         \
        return function arguments;                                                                 \
    }
#define CALL(name, parameters, arguments)                                                          \
    static SQLRETURN real_##name parameters                                                        \
    {                                                                                              \
        SQLRETURN(SQL_API *function) parameters;                                                   \
        *(void **)&function = real(#name);                                                         \
        return function arguments;                                                                 \
    }

// --- handed through as they are

PASS(SQLAllocHandle, (SQLSMALLINT t, SQLHANDLE i, SQLHANDLE *o), (t, i, o))
PASS(SQLBindParameter,
    (SQLHSTMT s, SQLUSMALLINT n, SQLSMALLINT io, SQLSMALLINT c, SQLSMALLINT t, SQLULEN z,
        SQLSMALLINT d, SQLPOINTER v, SQLLEN m, SQLLEN *l),
    (s, n, io, c, t, z, d, v, m, l))
PASS(SQLCancel, (SQLHSTMT s), (s))
PASS(SQLCloseCursor, (SQLHSTMT s), (s))
PASS(SQLColAttribute,
    (SQLHSTMT s, SQLUSMALLINT n, SQLUSMALLINT f, SQLPOINTER v, SQLSMALLINT m, SQLSMALLINT *l,
        SQLLEN *a),
    (s, n, f, v, m, l, a))
PASS(SQLDisconnect, (SQLHDBC c), (c))
PASS(SQLDriverConnect,
    (SQLHDBC c, SQLHWND w, SQLCHAR *i, SQLSMALLINT il, SQLCHAR *o, SQLSMALLINT ol, SQLSMALLINT *l,
        SQLUSMALLINT k),
    (c, w, i, il, o, ol, l, k))
PASS(SQLEndTran, (SQLSMALLINT t, SQLHANDLE h, SQLSMALLINT k), (t, h, k))
PASS(SQLFreeStmt, (SQLHSTMT s, SQLUSMALLINT o), (s, o))
PASS(SQLGetConnectAttr, (SQLHDBC c, SQLINTEGER a, SQLPOINTER v, SQLINTEGER m, SQLINTEGER *l),
    (c, a, v, m, l))
PASS(SQLGetData, (SQLHSTMT s, SQLUSMALLINT n, SQLSMALLINT t, SQLPOINTER v, SQLLEN m, SQLLEN *l),
    (s, n, t, v, m, l))
PASS(SQLGetEnvAttr, (SQLHENV e, SQLINTEGER a, SQLPOINTER v, SQLINTEGER m, SQLINTEGER *l),
    (e, a, v, m, l))
PASS(SQLGetStmtAttr, (SQLHSTMT s, SQLINTEGER a, SQLPOINTER v, SQLINTEGER m, SQLINTEGER *l),
    (s, a, v, m, l))
PASS(SQLGetTypeInfo, (SQLHSTMT s, SQLSMALLINT t), (s, t))
PASS(SQLMoreResults, (SQLHSTMT s), (s))
PASS(SQLNumParams, (SQLHSTMT s, SQLSMALLINT *n), (s, n))
PASS(SQLNumResultCols, (SQLHSTMT s, SQLSMALLINT *n), (s, n))
PASS(SQLRowCount, (SQLHSTMT s, SQLLEN *n), (s, n))
PASS(SQLSetConnectAttr, (SQLHDBC c, SQLINTEGER a, SQLPOINTER v, SQLINTEGER l), (c, a, v, l))
PASS(SQLSetEnvAttr, (SQLHENV e, SQLINTEGER a, SQLPOINTER v, SQLINTEGER l), (e, a, v, l))
PASS(SQLSetPos, (SQLHSTMT s, SQLSETPOSIROW r, SQLUSMALLINT o, SQLUSMALLINT k), (s, r, o, k))

// --- the names

CALL(SQLGetInfo, (SQLHDBC c, SQLUSMALLINT w, SQLPOINTER v, SQLSMALLINT m, SQLSMALLINT *l),
    (c, w, v, m, l))

SQLRETURN SQL_API
SQLGetInfo(
    SQLHDBC connection, SQLUSMALLINT what, SQLPOINTER value, SQLSMALLINT size, SQLSMALLINT *length)
{
    const char *name = what == SQL_DBMS_NAME     ? "Thinbase"
                       : what == SQL_DRIVER_NAME ? "thin_odbc.so"
                                                 : NULL;

    if (name == NULL)
        return real_SQLGetInfo(connection, what, value, size, length);
    if (value != NULL && size > 0)
        (void)snprintf(value, (size_t)size, "%s", name);
    if (length != NULL)
        *length = (SQLSMALLINT)strlen(name);
    return SQL_SUCCESS;
}

// --- the types of a result

CALL(SQLDescribeCol,
    (SQLHSTMT s, SQLUSMALLINT n, SQLCHAR *v, SQLSMALLINT m, SQLSMALLINT *l, SQLSMALLINT *t,
        SQLULEN *z, SQLSMALLINT *d, SQLSMALLINT *u),
    (s, n, v, m, l, t, z, d, u))

static SQLSMALLINT
other_type(long type)
{
    bool is_text = type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_LONGVARCHAR ||
                   type == SQL_WCHAR || type == SQL_WVARCHAR || type == SQL_WLONGVARCHAR;

    return is_text ? SQL_INTEGER : SQL_VARCHAR;
}

SQLRETURN SQL_API
SQLDescribeCol(SQLHSTMT statement, SQLUSMALLINT number, SQLCHAR *name, SQLSMALLINT size,
    SQLSMALLINT *length, SQLSMALLINT *type, SQLULEN *width, SQLSMALLINT *decimals,
    SQLSMALLINT *nullable)
{
    SQLRETURN code =
        real_SQLDescribeCol(statement, number, name, size, length, type, width, decimals, nullable);

    if (SQL_SUCCEEDED(code) && type != NULL && (lies("other_types") || lies("moved")))
        *type = other_type(*type);
    return code;
}

// --- diagnostics

CALL(SQLGetDiagRec,
    (SQLSMALLINT t, SQLHANDLE h, SQLSMALLINT n, SQLCHAR *s, SQLINTEGER *c, SQLCHAR *v,
        SQLSMALLINT m, SQLSMALLINT *l),
    (t, h, n, s, c, v, m, l))
CALL(SQLGetDiagField,
    (SQLSMALLINT t, SQLHANDLE h, SQLSMALLINT n, SQLSMALLINT i, SQLPOINTER v, SQLSMALLINT m,
        SQLSMALLINT *l),
    (t, h, n, i, v, m, l))

SQLRETURN SQL_API
SQLGetDiagRec(SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT number, SQLCHAR *state,
    SQLINTEGER *native, SQLCHAR *text, SQLSMALLINT size, SQLSMALLINT *length)
{
    SQLRETURN code;

    if (said.handle == handle && handle != NULL) {
        if (number > 1)
            return SQL_NO_DATA;
        if (state != NULL)
            memcpy(state, said.state, 6);
        if (native != NULL)
            *native = 0;
        if (text != NULL && size > 0)
            (void)snprintf((char *)text, (size_t)size, "%s", said.message);
        if (length != NULL)
            *length = (SQLSMALLINT)strlen(said.message);
        return SQL_SUCCESS;
    }
    code = real_SQLGetDiagRec(type, handle, number, state, native, text, size, length);
    if (SQL_SUCCEEDED(code) && state != NULL && lies("odd_states"))
        memcpy(state, "?\xff ", 4);
    return code;
}

SQLRETURN SQL_API
SQLGetDiagField(SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT number, SQLSMALLINT field,
    SQLPOINTER value, SQLSMALLINT size, SQLSMALLINT *length)
{
    if (said.handle == handle && handle != NULL)
        return SQL_NO_DATA;
    return real_SQLGetDiagField(type, handle, number, field, value, size, length);
}

// --- statements

CALL(SQLExecDirect, (SQLHSTMT s, SQLCHAR *t, SQLINTEGER l), (s, t, l))
CALL(SQLFreeHandle, (SQLSMALLINT t, SQLHANDLE h), (t, h))
CALL(SQLSetStmtAttr, (SQLHSTMT s, SQLINTEGER a, SQLPOINTER v, SQLINTEGER l), (s, a, v, l))
CALL(SQLBindCol, (SQLHSTMT s, SQLUSMALLINT n, SQLSMALLINT t, SQLPOINTER v, SQLLEN m, SQLLEN *l),
    (s, n, t, v, m, l))
CALL(SQLFetch, (SQLHSTMT s), (s))
CALL(SQLFetchScroll, (SQLHSTMT s, SQLSMALLINT o, SQLLEN n), (s, o, n))

static void
mark(struct victim *victim, const char *word, SQLHSTMT statement, const SQLCHAR *text)
{
    if (!has_lie((const char *)text, word))
        return;
    victim->statement = statement;
    victim->blocks = 0;
}

// True when the block that comes next is that of which `word` speaks, or behind it.
static bool
is_due(struct victim *victim, const char *word, SQLHSTMT statement)
{
    const char *at = lie(word);

    if (victim->statement != statement)
        return false;
    victim->blocks++;
    return victim->blocks >= (at != NULL ? strtoul(at, NULL, 10) : 1);
}

// As a driver's own fault would: whatever the program has for that signal does not come between.
static void
die_if_told(SQLHSTMT statement)
{
    if (!is_due(&deadly, "die_at_block", statement))
        return;
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
}

SQLRETURN SQL_API
SQLExecDirect(SQLHSTMT statement, SQLCHAR *text, SQLINTEGER length)
{
    mark(&deadly, "die_in", statement, text);
    mark(&short_lived, "end_in", statement, text);
    return answer(statement, real_SQLExecDirect(statement, text, length));
}

SQLRETURN SQL_API
SQLFreeHandle(SQLSMALLINT type, SQLHANDLE handle)
{
    if (columns.statement == handle)
        memset(&columns, 0, sizeof columns);
    if (said.handle == handle)
        said.handle = NULL;
    if (deadly.statement == handle)
        deadly.statement = NULL;
    if (short_lived.statement == handle)
        short_lived.statement = NULL;
    return real_SQLFreeHandle(type, handle);
}

SQLRETURN SQL_API
SQLSetStmtAttr(SQLHSTMT statement, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER length)
{
    if (columns.statement == statement && attribute == SQL_ATTR_ROWS_FETCHED_PTR)
        columns.fetched = value;
    return real_SQLSetStmtAttr(statement, attribute, value, length);
}

SQLRETURN SQL_API
SQLBindCol(SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT type, SQLPOINTER values,
    SQLLEN stride, SQLLEN *sizes)
{
    int field = number == COLUMN_SIZE_FIELD ? SIZES
                : number == NULLABLE_FIELD  ? NULLABLES
                : number == DATA_TYPE_FIELD ? TYPES
                                            : -1;

    if (columns.statement == statement && field >= 0 && type == SQL_C_CHAR) {
        columns.fields[field].values = values;
        columns.fields[field].stride = stride;
        columns.fields[field].sizes = sizes;
    }
    return real_SQLBindCol(statement, number, type, values, stride, sizes);
}

static void
put(int field, SQLULEN row, const char *text)
{
    if (columns.fields[field].values == NULL)
        return;
    (void)snprintf(columns.fields[field].values + (SQLLEN)row * columns.fields[field].stride,
        (size_t)columns.fields[field].stride, "%s", text);
    columns.fields[field].sizes[row] = (SQLLEN)strlen(text);
}

static void
put_other_type(SQLULEN row)
{
    char text[16];

    if (columns.fields[TYPES].values == NULL)
        return;
    (void)snprintf(text, sizeof text, "%d",
        other_type(strtol(
            columns.fields[TYPES].values + (SQLLEN)row * columns.fields[TYPES].stride, NULL, 10)));
    put(TYPES, row, text);
}

static SQLRETURN
fetched(SQLHSTMT statement, SQLRETURN code)
{
    SQLULEN rows = columns.fetched != NULL ? *columns.fetched : 1;

    if (SQL_SUCCEEDED(code))
        die_if_told(statement);
    for (SQLULEN row = 0; SQL_SUCCEEDED(code) && columns.statement == statement && row < rows;
         row++) {
        if (lies("sizes"))
            put(SIZES, row, "3");
        if (lies("nullable"))
            put(NULLABLES, row, "0");
        if (lies("moved") && columns.is_of_one)
            put_other_type(row);
    }
    return answer(statement, code);
}

SQLRETURN SQL_API
SQLFetch(SQLHSTMT statement)
{
    if (is_due(&short_lived, "end_at_block", statement))
        return SQL_NO_DATA;
    return fetched(statement, real_SQLFetch(statement));
}

SQLRETURN SQL_API
SQLFetchScroll(SQLHSTMT statement, SQLSMALLINT orientation, SQLLEN offset)
{
    if (is_due(&short_lived, "end_at_block", statement))
        return SQL_NO_DATA;
    return fetched(statement, real_SQLFetchScroll(statement, orientation, offset));
}

// --- the catalogue

CALL(SQLColumns,
    (SQLHSTMT s, SQLCHAR *c, SQLSMALLINT cl, SQLCHAR *h, SQLSMALLINT hl, SQLCHAR *t, SQLSMALLINT tl,
        SQLCHAR *n, SQLSMALLINT nl),
    (s, c, cl, h, hl, t, tl, n, nl))
CALL(SQLPrimaryKeys,
    (SQLHSTMT s, SQLCHAR *c, SQLSMALLINT cl, SQLCHAR *h, SQLSMALLINT hl, SQLCHAR *t,
        SQLSMALLINT tl),
    (s, c, cl, h, hl, t, tl))
CALL(SQLStatistics,
    (SQLHSTMT s, SQLCHAR *c, SQLSMALLINT cl, SQLCHAR *h, SQLSMALLINT hl, SQLCHAR *t, SQLSMALLINT tl,
        SQLUSMALLINT u, SQLUSMALLINT r),
    (s, c, cl, h, hl, t, tl, u, r))
CALL(SQLTables,
    (SQLHSTMT s, SQLCHAR *c, SQLSMALLINT cl, SQLCHAR *h, SQLSMALLINT hl, SQLCHAR *t, SQLSMALLINT tl,
        SQLCHAR *k, SQLSMALLINT kl),
    (s, c, cl, h, hl, t, tl, k, kl))

static SQLRETURN
refuse(SQLHSTMT statement)
{
    return say(statement, SQL_ERROR, "IM001", "driver does not support this function");
}

SQLRETURN SQL_API
SQLTables(SQLHSTMT statement, SQLCHAR *catalog, SQLSMALLINT catalog_size, SQLCHAR *schema,
    SQLSMALLINT schema_size, SQLCHAR *table, SQLSMALLINT table_size, SQLCHAR *kinds,
    SQLSMALLINT kinds_size)
{
    if (lies("no_tables") ||
        (lies("no_views") && kinds != NULL && strstr((const char *)kinds, "VIEW") != NULL))
        return refuse(statement);
    return answer(statement, real_SQLTables(statement, catalog, catalog_size, schema, schema_size,
                                 table, table_size, kinds, kinds_size));
}

SQLRETURN SQL_API
SQLColumns(SQLHSTMT statement, SQLCHAR *catalog, SQLSMALLINT catalog_size, SQLCHAR *schema,
    SQLSMALLINT schema_size, SQLCHAR *table, SQLSMALLINT table_size, SQLCHAR *column,
    SQLSMALLINT column_size)
{
    if (lies("no_columns"))
        return refuse(statement);
    memset(&columns, 0, sizeof columns);
    columns.statement = statement;
    columns.is_of_one = table != NULL && strcmp((const char *)table, "%") != 0;
    return answer(statement, real_SQLColumns(statement, catalog, catalog_size, schema, schema_size,
                                 table, table_size, column, column_size));
}

SQLRETURN SQL_API
SQLPrimaryKeys(SQLHSTMT statement, SQLCHAR *catalog, SQLSMALLINT catalog_size, SQLCHAR *schema,
    SQLSMALLINT schema_size, SQLCHAR *table, SQLSMALLINT table_size)
{
    if (lies("no_keys"))
        return refuse(statement);
    return answer(statement, real_SQLPrimaryKeys(statement, catalog, catalog_size, schema,
                                 schema_size, table, table_size));
}

SQLRETURN SQL_API
SQLStatistics(SQLHSTMT statement, SQLCHAR *catalog, SQLSMALLINT catalog_size, SQLCHAR *schema,
    SQLSMALLINT schema_size, SQLCHAR *table, SQLSMALLINT table_size, SQLUSMALLINT unique,
    SQLUSMALLINT accuracy)
{
    if (lies("no_keys") || lies("no_statistics"))
        return refuse(statement);
    return answer(statement, real_SQLStatistics(statement, catalog, catalog_size, schema,
                                 schema_size, table, table_size, unique, accuracy));
}
