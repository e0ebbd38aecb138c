// The first record of the highest rank is the cause: drivers put warnings (class 01) of the same
// call in front of it or behind it.
#include "base/mem.h"
#include "base/sqlstate.h"
#include "base/text.h"
#include "source/odbc/odbc.h"
#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

// Masked before it is cut to a message: half a secret would not be found.
enum { MESSAGE_BYTES = 8192 };

struct record {
    char state[6];
    long native;
    char message[MESSAGE_BYTES];
};

// What is no SQLSTATE, and perhaps no text, says no more than that there was an error.
static void
take_state(const SQLCHAR *state, char *taken)
{
    size_t size = 0;

    while (size < 5 && ((state[size] >= '0' && state[size] <= '9') ||
                           (state[size] >= 'A' && state[size] <= 'Z')))
        size++;
    (void)text_print(taken, 6, "%s", size == 5 ? (const char *)state : "HY000");
}

static bool
read_record(SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT number, struct record *record)
{
    SQLCHAR state[6] = "";
    SQLCHAR message[sizeof record->message] = "";
    SQLINTEGER native = 0;
    SQLSMALLINT size = 0;
    SQLRETURN code;

    if (handle == SQL_NULL_HANDLE)
        return false;
    code = SQLGetDiagRec(
        type, handle, number, state, &native, message, (SQLSMALLINT)sizeof message, &size);
    if (code != SQL_SUCCESS && code != SQL_SUCCESS_WITH_INFO)
        return false;
    state[sizeof state - 1] = '\0';
    message[sizeof message - 1] = '\0';
    take_state(state, record->state);
    memcpy(record->message, message, sizeof record->message);
    record->native = native;
    return true;
}

static bool
is_warning(const struct record *record)
{
    return strncmp(record->state, "01", 2) == 0 || strncmp(record->state, "00", 2) == 0;
}

// A driver that keeps failing to run out of records must not keep us here.
enum { RECORDS_MAX = 50 };

static bool
find_cause(SQLSMALLINT type, SQLHANDLE handle, struct record *cause)
{
    struct record record;
    bool is_found = false;

    memset(cause, 0, sizeof *cause);
    for (SQLSMALLINT i = 1; i <= RECORDS_MAX && read_record(type, handle, i, &record); i++) {
        if (!is_found || (is_warning(cause) && !is_warning(&record)))
            *cause = record;
        is_found = true;
        if (!is_warning(cause))
            break;
    }
    return is_found;
}

// MariaDB and MySQL say HY000 for what has a state of its own elsewhere, and OpenEdge says it for
// everything.
static const char *
better_state(const struct record *record)
{
    const char *state = openedge_state(record->state, record->native, record->message);

    if (strcmp(state, "HY000") != 0)
        return state;
    switch (record->native) {
    case 2002: // cannot connect
    case 2003:
    case 2005: // unknown host
    case 2006: // gone away
    case 2013: // lost
    case 2055:
        return "08S01";
    case 1040: // too many connections
        return "08004";
    case 1205: // lock wait
    case 1213:
        return "40001";
    case 210012: // OpenEdge: a value wider than the SQL width of its column
    case -210012:
        return "22001";
    case 1317: // interrupted
        return "57014";
    default:
        return record->state;
    }
}

bool
odbc_fail(const struct source_settings *settings, SQLSMALLINT handle_type, SQLHANDLE handle,
    SQLRETURN code, struct error *err, const char *what)
{
    struct record cause;
    struct sqlstate_meaning meaning;
    const char *remedy;
    const char *state;

    if (code == SQL_INVALID_HANDLE)
        BUG("%s: invalid ODBC handle", what);
    if (!find_cause(handle_type, handle, &cause)) {
        return error_set(err, ERROR_SOURCE, "%s: the driver failed (code %d) without saying why",
            what, (int)code);
    }
    source_settings_mask(settings, cause.message, sizeof cause.message);
    state = better_state(&cause);
    meaning = sqlstate_find(state, ERROR_SIDE_SOURCE);
    // OpenEdge's 210012 names table and column alone, and people need to know which.
    if (sqlstate_may_quote_values(state) && labs(cause.native) != 210012)
        (void)text_print(cause.message, sizeof cause.message,
            "the source refused a value, SQLSTATE %s, its own number %ld", state, cause.native);
    (void)error_set(err, meaning.kind, "%s: %s", what, cause.message);
    err->retry = meaning.retry;
    err->native_code = cause.native;
    remedy = openedge_hint(cause.state, cause.native, cause.message);
    (void)text_print(
        err->sqlstate, sizeof err->sqlstate, "%s", remedy != NULL ? state : cause.state);
    if (remedy != NULL)
        (void)error_hint(err, "%s", remedy);
    if (meaning.hint != NULL)
        (void)error_hint(err, "%s", meaning.hint);
    return false;
}

// psqlODBC says 08001 for a refused login too; libpq's word for "the server answered, with no" is
// the only sign. Trying such a login again would only lock an account.
static bool
was_refused(const struct error *err)
{
    return strncmp(err->sqlstate, "28", 2) == 0 || strcmp(err->sqlstate, "3D000") == 0 ||
           strncmp(err->sqlstate, "42", 2) == 0 || strcmp(err->sqlstate, "08004") == 0 ||
           err->native_code == 1045 || strstr(err->message, "FATAL:") != NULL;
}

bool
odbc_fail_connect(
    const struct source_settings *settings, SQLHDBC connection, SQLRETURN code, struct error *err)
{
    (void)odbc_fail(
        settings, SQL_HANDLE_DBC, connection, code, err, "could not connect to the source");
    err->kind = ERROR_SOURCE;
    if (was_refused(err)) {
        err->retry = RETRY_NEVER;
        err->hint[0] = '\0';
        return error_hint(err, "Check user, password and database name; the server's log may say "
                               "more.");
    }
    // The driver manager reports a library that it cannot load as a warning, 01000.
    if (strncmp(err->sqlstate, "01", 2) == 0)
        return error_hint(err, "Install the ODBC driver and name it as odbcinst -q -d lists it, or "
                               "by the full path of its library.");
    return error_hint(err, "See that host, port and database name are right and that the source "
                           "is running.");
}
