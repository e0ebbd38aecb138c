// One connection: opened, set up, described, cancelled, closed.
#include "source/odbc/odbc.h"

#include "base/mem.h"
#include "base/text.h"
#include "source/odbc/odbc_connect.h"
#include "source/odbc/odbc_limit.h"
#include "source/product/product.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTION_CAP = 64 * 1024, INFO_BYTES = 512 };

// unixODBC keeps its list of loaded libraries and its configuration cache without a lock of its
// own, and some drivers initialise themselves at the first connection: connecting and disconnecting
// must be done by one thread at a time in the whole process.
static pthread_mutex_t connect_lock = PTHREAD_MUTEX_INITIALIZER;

static SQLRETURN
connect_serially(
    struct odbc_source *source, const struct odbc_dialect *dialect, struct buffer *connection)
{
    SQLRETURN code;

    (void)pthread_mutex_lock(&connect_lock);
    odbc_dialect_prepare(dialect);
    code = SQLDriverConnect(source->connection, NULL, (SQLCHAR *)connection->bytes,
        (SQLSMALLINT)connection->size, NULL, 0, NULL, SQL_DRIVER_NOPROMPT);
    (void)pthread_mutex_unlock(&connect_lock);
    return code;
}

static void
disconnect_serially(struct odbc_source *source)
{
    (void)pthread_mutex_lock(&connect_lock);
    (void)SQLDisconnect(source->connection);
    (void)pthread_mutex_unlock(&connect_lock);
}

// A text of SQLGetInfo in the source's arena; "" when the driver does not say.
static const char *
get_info(struct odbc_source *source, SQLUSMALLINT what)
{
    char text[INFO_BYTES] = "";
    SQLSMALLINT size = 0;
    SQLRETURN code;

    code = SQLGetInfo(source->connection, what, text, (SQLSMALLINT)sizeof text, &size);
    text[sizeof text - 1] = '\0';
    return SQL_SUCCEEDED(code) ? arena_strdup(&source->arena, text) : "";
}

static SQLUINTEGER
get_flags(struct odbc_source *source, SQLUSMALLINT what)
{
    SQLUINTEGER flags = 0;
    SQLRETURN code = SQLGetInfo(source->connection, what, &flags, (SQLSMALLINT)sizeof flags, NULL);

    return SQL_SUCCEEDED(code) ? flags : 0;
}

// --- connecting

static bool
allocate(struct odbc_source *source, struct error *err)
{
    SQLRETURN code = SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &source->environment);

    if (!SQL_SUCCEEDED(code)) {
        source->environment = SQL_NULL_HENV;
        return error_set(err, ERROR_SYSTEM, "could not start the ODBC driver manager");
    }
    code = SQLSetEnvAttr(
        source->environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)(uintptr_t)SQL_OV_ODBC3, 0);
    if (!SQL_SUCCEEDED(code))
        return odbc_fail(source->settings, SQL_HANDLE_ENV, source->environment, code, err,
            "could not ask for ODBC 3");
    code = SQLAllocHandle(SQL_HANDLE_DBC, source->environment, &source->connection);
    if (!SQL_SUCCEEDED(code)) {
        source->connection = SQL_NULL_HDBC;
        return odbc_fail(source->settings, SQL_HANDLE_ENV, source->environment, code, err,
            "could not prepare a connection");
    }
    return true;
}

// Attributes that a driver does not know are refused with a warning or an error; none of them is
// the only guard of what it is for.
static void
set_attributes(struct odbc_source *source)
{
    const struct source_settings *settings = source->settings;

    if (settings->connect_timeout_s > 0) {
        (void)SQLSetConnectAttr(source->connection, SQL_ATTR_LOGIN_TIMEOUT,
            (SQLPOINTER)(uintptr_t)settings->connect_timeout_s, SQL_IS_UINTEGER);
    }
    (void)SQLSetConnectAttr(source->connection, SQL_ATTR_ACCESS_MODE,
        (SQLPOINTER)(uintptr_t)SQL_MODE_READ_ONLY, SQL_IS_UINTEGER);
}

// Which driver a data source of odbc.ini uses: the same family knows the same options.
static const struct odbc_dialect *
dialect_of_data_source(struct odbc_source *source, const char *wanted)
{
    SQLCHAR name[256];
    SQLCHAR driver[256];
    SQLUSMALLINT direction = SQL_FETCH_FIRST;
    const struct odbc_dialect *dialect = NULL;

    while (dialect == NULL &&
           SQL_SUCCEEDED(SQLDataSources(source->environment, direction, name,
               (SQLSMALLINT)sizeof name, NULL, driver, (SQLSMALLINT)sizeof driver, NULL))) {
        direction = SQL_FETCH_NEXT;
        if (text_equal_nocase((const char *)name, wanted))
            dialect = odbc_dialect_of_driver((const char *)driver);
    }
    return dialect;
}

static const struct odbc_dialect *
find_dialect(struct odbc_source *source)
{
    const struct source_settings *settings = source->settings;
    const struct odbc_dialect *dialect = NULL;
    struct buffer value;

    if (settings->odbc_connection == NULL || settings->odbc_connection[0] == '\0')
        return settings->odbc_driver == NULL ? NULL : odbc_dialect_of_driver(settings->odbc_driver);
    buffer_init(&value, CONNECTION_CAP);
    if (odbc_connection_find(settings->odbc_connection, "Driver", &value))
        dialect = odbc_dialect_of_driver(buffer_text(&value));
    else if (odbc_connection_find(settings->odbc_connection, "DSN", &value))
        dialect = dialect_of_data_source(source, buffer_text(&value));
    buffer_release(&value);
    return dialect;
}

static bool
connect_as(struct odbc_source *source, const struct odbc_dialect *dialect, struct error *err)
{
    struct buffer connection;
    SQLRETURN code;
    bool done = false;

    buffer_init(&connection, CONNECTION_CAP / 2); // its length must fit a SQLSMALLINT
    if (!odbc_connection_build(source->settings, dialect, &connection, err))
        goto out;
    code = connect_serially(source, dialect, &connection);
    if (!SQL_SUCCEEDED(code)) {
        (void)odbc_fail_connect(source->settings, source->connection, code, err);
        odbc_dialect_explain(dialect, buffer_text(&connection), err);
        odbc_dialect_explain_keys(dialect, source->settings->odbc_connection, err);
        goto out;
    }
    done = true;
out:
    if (connection.bytes != NULL) // it held the password
        explicit_bzero(connection.bytes, connection.capacity);
    buffer_release(&connection);
    return done;
}

// A driver whose name says nothing shows what it is once connected; then it is connected to again
// with the options that its family needs.
static bool
connect_source(struct odbc_source *source, struct error *err)
{
    const struct odbc_dialect *dialect = find_dialect(source);

    set_attributes(source);
    if (!connect_as(source, dialect, err))
        return false;
    if (dialect != NULL)
        return true;
    dialect = odbc_dialect_of_product(get_info(source, SQL_DBMS_NAME));
    if (dialect == NULL)
        return true;
    disconnect_serially(source);
    return connect_as(source, dialect, err);
}

// --- the identity

// A single text by query; "" when there is none, for whatever reason.
static const char *
query_text(struct odbc_source *source, const char *sql)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    struct error ignored = { 0 };
    const char *text = NULL;
    bool has_row = false;

    if (sql == NULL)
        return "";
    if (odbc_statement_open(source, &statement, &ignored) &&
        odbc_statement_execute(&statement, sql, &ignored) &&
        odbc_result_open(&statement, 1, INFO_BYTES, &result, &ignored) &&
        odbc_result_next(&result, &has_row, &ignored) && has_row)
        text = odbc_result_text(&result, 0, NULL);
    text = text != NULL ? arena_strdup(&source->arena, text) : "";
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return text;
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void
describe(struct odbc_source *source)
{
    struct source_identity *identity = &source->base.identity;

    identity->product = get_info(source, SQL_DBMS_NAME);
    identity->version = get_info(source, SQL_DBMS_VER);
    identity->driver = arena_printf(&source->arena, "%s %s", get_info(source, SQL_DRIVER_NAME),
        get_info(source, SQL_DRIVER_VER));
    identity->host = or_empty(source->settings->host);
    if (identity->host[0] == '\0')
        identity->host = get_info(source, SQL_SERVER_NAME);
    identity->port = source->settings->port;
    identity->db_name = get_info(source, SQL_DATABASE_NAME);
    if (identity->db_name[0] == '\0')
        identity->db_name = or_empty(source->settings->db_name);
    identity->guid = query_text(source, source->product->catalog.guid);
    identity->code_page = query_text(source, source->product->odbc.code_page != NULL
                                                 ? source->product->odbc.code_page
                                                 : source->product->catalog.code_page);
}

// SQL_IDENTIFIER_QUOTE_CHAR is a blank where there are no quotes. Asked of a session that is set
// up: MariaDB's modes decide what quotes a name.
static void
learn_quote(struct odbc_source *source)
{
    const char *quote = get_info(source, SQL_IDENTIFIER_QUOTE_CHAR);

    if (strcmp(quote, " ") != 0)
        (void)text_print(source->quote, sizeof source->quote, "%s", quote);
}

static void
learn_abilities(struct odbc_source *source)
{
    const char *escape = get_info(source, SQL_SEARCH_PATTERN_ESCAPE);
    const char *library = get_info(source, SQL_DRIVER_NAME);

    (void)text_print(source->escape, sizeof source->escape, "%s", escape);
    source->paces_fetch =
        source->settings->fetch_size == 0 &&
        (source->settings->odbc_connection == NULL ||
            (!odbc_connection_find(source->settings->odbc_connection, "Fetch", NULL) &&
                !odbc_connection_find(source->settings->odbc_connection, "A7", NULL)));
    // Measured: whatever options and cursor types say, the whole result is fetched first.
    source->base.buffers_results =
        text_match("*maodbc*", library) || text_match("*myodbc*", library);
    source->base.value_copies = source->product->odbc.value_copies;
}

// --- the driver's functions

static void
release(struct odbc_source *source)
{
    if (source->connection != SQL_NULL_HDBC)
        (void)SQLFreeHandle(SQL_HANDLE_DBC, source->connection);
    if (source->environment != SQL_NULL_HENV)
        (void)SQLFreeHandle(SQL_HANDLE_ENV, source->environment);
    odbc_note_free_all(source);
    code_page_release(&source->base.code_page);
    arena_release(&source->arena);
    (void)pthread_mutex_destroy(&source->running_lock);
    free(source);
}

static void
odbc_close(struct source *base)
{
    struct odbc_source *source = (struct odbc_source *)base;

    if (source->product->dialect.ends_transactions)
        (void)SQLEndTran(SQL_HANDLE_DBC, source->connection, SQL_ROLLBACK);
    disconnect_serially(source);
    release(source);
}

static bool
odbc_open(const struct source_settings *settings, struct source **opened, struct error *err)
{
    struct odbc_source *source = mem_calloc(1, sizeof *source);

    source->base.driver = &odbc_source_driver;
    source->settings = settings;
    source->product = &product_unknown;
    arena_init(&source->arena);
    (void)pthread_mutex_init(&source->running_lock, NULL);
    if (!allocate(source, err) || !connect_source(source, err)) {
        release(source);
        return false;
    }
    source->product =
        product_find_by_odbc(get_info(source, SQL_DBMS_NAME), get_info(source, SQL_DRIVER_NAME));
    learn_abilities(source);
    if (!odbc_limit_init(source, err) ||
        !odbc_set_up_session(source, get_info(source, SQL_DBMS_NAME), err)) {
        odbc_dialect_explain_database(odbc_dialect_of_driver(get_info(source, SQL_DRIVER_NAME)),
            get_info(source, SQL_DATABASE_NAME), err);
        odbc_close(&source->base);
        return false;
    }
    learn_quote(source);
    describe(source);
    *opened = &source->base;
    return true;
}

static void
odbc_read_limits(struct source *base, struct source_limits *limits)
{
    struct odbc_source *source = (struct odbc_source *)base;
    SQLUSMALLINT number = 0;

    if (SQL_SUCCEEDED(SQLGetInfo(
            source->connection, SQL_MAX_TABLE_NAME_LEN, &number, (SQLSMALLINT)sizeof number, NULL)))
        limits->name_length = number;
    number = 0;
    if (SQL_SUCCEEDED(SQLGetInfo(source->connection, SQL_MAX_COLUMNS_IN_SELECT, &number,
            (SQLSMALLINT)sizeof number, NULL)))
        limits->columns = number;
    limits->statement_bytes = get_flags(source, SQL_MAX_STATEMENT_LEN);
}

static const char *
odbc_ask(struct source *base, const char *sql)
{
    return query_text((struct odbc_source *)base, sql);
}

static void
odbc_cancel(struct source *base)
{
    struct odbc_source *source = (struct odbc_source *)base;

    // The lock keeps the handle from being freed meanwhile.
    (void)pthread_mutex_lock(&source->running_lock);
    if (source->running != SQL_NULL_HSTMT)
        (void)SQLCancel(source->running);
    (void)pthread_mutex_unlock(&source->running_lock);
}

// A driver that does not know the attribute knows no better than its error did.
static bool
odbc_is_alive(struct source *base)
{
    struct odbc_source *source = (struct odbc_source *)base;
    SQLUINTEGER is_dead = SQL_CD_FALSE;
    SQLRETURN code = SQLGetConnectAttr(
        source->connection, SQL_ATTR_CONNECTION_DEAD, &is_dead, SQL_IS_UINTEGER, NULL);

    return !SQL_SUCCEEDED(code) || is_dead != SQL_CD_TRUE;
}

const struct source_driver odbc_source_driver = {
    .open = odbc_open,
    .close = odbc_close,
    .cancel = odbc_cancel,
    .is_alive = odbc_is_alive,
    .read_limits = odbc_read_limits,
    .ask = odbc_ask,
    .append_count = odbc_append_count,
    .read_catalog = odbc_read_catalog,
    .door = odbc_door,
    .open_cursor = odbc_open_cursor,
    .fetch = odbc_fetch,
    .close_cursor = odbc_close_cursor,
};
