// The first record of the highest rank is the cause: drivers put warnings (class 01) of the same
// call in front of it or behind it.
#include "base/mem.h"
#include "base/text.h"
#include "source/odbc/odbc.h"
#include "source/product/product_error.h"

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

bool
odbc_fail(const struct source_settings *settings, SQLSMALLINT handle_type, SQLHANDLE handle,
    SQLRETURN code, struct error *err, const char *what)
{
    struct record cause;

    if (code == SQL_INVALID_HANDLE)
        BUG("%s: invalid ODBC handle", what);
    if (!find_cause(handle_type, handle, &cause)) {
        return error_set(err, ERROR_SOURCE, "%s: the driver failed (code %d) without saying why",
            what, (int)code);
    }
    source_settings_mask(settings, cause.message, sizeof cause.message);
    return product_error_fill(err, what, cause.state, cause.native, cause.message);
}

// Trying such a login again would only lock an account.
static bool
was_refused(const struct error *err)
{
    return strncmp(err->sqlstate, "28", 2) == 0 || strcmp(err->sqlstate, "3D000") == 0 ||
           strncmp(err->sqlstate, "42", 2) == 0 || strcmp(err->sqlstate, "08004") == 0 ||
           product_error_is_refusal(err->message);
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
    return error_hint(err, "See that host, port and database name are right, that the port is not "
                           "that of another service, and that the source is running.");
}
