// One connection to PostgreSQL: how it is opened, set up, fenced and given up.
#include "target/target.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/text.h"
#include "target/stranger.h"
#include "target/target_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    OPTIONS_MAX = 80, // libpq 15 knows 42 options
    FIRST_SERVER_WITH_ROW_HASH = 140000,
    CONNECT_QUICK_MS = 1500, // a refusal that came sooner was worth a second question
};

struct options {
    const char *keywords[OPTIONS_MAX + 1];
    const char *values[OPTIONS_MAX + 1];
    size_t count;
    char seconds[16]; // what some of the values point to
    char milliseconds[16];
    char idle[16];
};

static bool
has_option(const struct options *options, const char *keyword)
{
    for (size_t i = 0; i < options->count; i++) {
        if (strcmp(options->keywords[i], keyword) == 0)
            return true;
    }
    return false;
}

static void
add_option(struct options *options, const char *keyword, const char *value)
{
    if (options->count >= OPTIONS_MAX)
        BUG("too many connection options");
    options->keywords[options->count] = keyword;
    options->values[options->count++] = value;
}

// What the user said in conn_string (or left to libpq's environment) wins; we only add.
static void
add_default(struct options *options, const char *keyword, const char *value)
{
    if (!has_option(options, keyword))
        add_option(options, keyword, value);
}

static bool
parse_conn_string(const struct target_settings *settings, PQconninfoOption **parsed,
    struct options *options, struct error *err)
{
    const char *conn_string = settings->conn_string != NULL ? settings->conn_string : "";
    char *why = NULL;

    *parsed = PQconninfoParse(conn_string, &why);
    if (*parsed == NULL) {
        char text[4096]; // masked before it is cut

        (void)text_print(text, sizeof text, "%s", why != NULL ? why : "out of memory");
        PQfreemem(why);
        for (size_t i = 0; i < settings->secret_count; i++)
            text_mask(text, sizeof text, settings->secrets[i]);
        error_set(err, ERROR_CONFIG, "postgres_db.conn_string: %s", text);
        return error_hint(err,
            "Write it as \"host=... port=5432 dbname=... user=... password=...\" or as a "
            "postgresql:// address.");
    }
    for (PQconninfoOption *option = *parsed; option->keyword != NULL; option++) {
        if (option->val != NULL)
            add_option(options, option->keyword, option->val);
    }
    return true;
}

// A dead peer is noticed by keepalives and, with unacknowledged data, by tcp_user_timeout. That one
// is longer, because it also ends a connection whose server lives but takes no rows for so long (it
// waits for its disk, say), and a statement may take as long as it takes.
static void
complete_options(
    struct options *options, const struct target_settings *settings, const char *application_name)
{
    int timeout = settings->timeout_s > 2 ? settings->timeout_s : 2;

    (void)text_print(options->seconds, sizeof options->seconds, "%d", timeout);
    (void)text_print(options->milliseconds, sizeof options->milliseconds, "%d", timeout * 4000);
    (void)text_print(options->idle, sizeof options->idle, "%d", timeout / 3 + 1);
    add_default(options, "connect_timeout", options->seconds);
    add_default(options, "tcp_user_timeout", options->milliseconds);
    add_default(options, "keepalives", "1");
    add_default(options, "keepalives_idle", options->idle);
    add_default(options, "keepalives_interval", options->idle);
    add_default(options, "keepalives_count", "2");
    add_default(options, "target_session_attrs", "read-write");
    add_option(options, "application_name", application_name);
    add_option(options, "client_encoding", "UTF8");
    options->keywords[options->count] = NULL;
    options->values[options->count] = NULL;
}

// True when the same connection is fine but for being read-only: a standby, or by its settings.
static bool
is_read_only(const struct options *options)
{
    struct options any = *options;
    PGconn *connection;
    bool is_open;

    for (size_t i = 0; i < any.count; i++) {
        if (strcmp(any.keywords[i], "target_session_attrs") == 0)
            any.values[i] = "any";
    }
    connection = PQconnectdbParams(any.keywords, any.values, 0);
    is_open = PQstatus(connection) == CONNECTION_OK;
    PQfinish(connection);
    return is_open;
}

// libpq gives no SQLSTATE for a connection that failed, and its words may be in any language. So
// the server is asked once more whether it is there at all, unless that took too long already.
static bool
connect_failed(
    struct target *target, const struct options *options, bool was_quick, struct error *err)
{
    PGPing ping =
        was_quick ? PQpingParams(options->keywords, options->values, 0) : PQPING_NO_RESPONSE;

    pq_fail(target, NULL, err, "could not connect to PostgreSQL");
    err->sqlstate[0] = '\0';
    if (was_quick && ping == PQPING_NO_RESPONSE && stranger_answers(target->connection)) {
        err->hint[0] = '\0';
        return error_hint(err,
            "What answers at %s, port %s, is no PostgreSQL: see that host and port in "
            "postgres_db.conn_string are not those of another service.",
            PQhost(target->connection), PQport(target->connection));
    }
    if (ping != PQPING_OK)
        return false;
    err->hint[0] = '\0';
    err->retry = PQconnectionUsedPassword(target->connection) ? RETRY_NEVER : RETRY_LATER;
    if (PQconnectionNeedsPassword(target->connection))
        return error_hint(
            err, "Give the password in postgres_db.conn_string or in a .pgpass file.");
    if (is_read_only(options))
        return error_hint(err, "PostgreSQL is read-only: connect to the primary, or see "
                               "default_transaction_read_only.");
    return error_hint(err, "The server is there and refused. Check user, password and database in "
                           "postgres_db.conn_string, and pg_hba.conf on the server.");
}

// Name, value, and what the server must answer (NULL: whatever it likes, the setting is a wish).
struct session_setting {
    const char *name;
    const char *value;
    const char *answer;
};

static const struct session_setting session_settings[] = {
    { "search_path", "pg_catalog, pg_temp", "pg_catalog, pg_temp" },
    { "client_encoding", "UTF8", "UTF8" },
    { "datestyle", "ISO", "ISO" },
    { "intervalstyle", "postgres", "postgres" },
    { "timezone", "UTC", "UTC" },
    { "bytea_output", "hex", "hex" },
    { "extra_float_digits", "1", "1" },
    { "standard_conforming_strings", "on", "on" },
    { "row_security", "off", "off" },
    { "synchronize_seqscans", "off", "off" },
    { "default_transaction_isolation", "read committed", "read committed" },
    { "default_transaction_read_only", "off", "off" },
    { "client_min_messages", "error", "error" },
    // A client whose host has vanished is given up after 15 + 3 * 8 s, or 40 s with data under way.
    { "tcp_keepalives_idle", "15", NULL },
    { "tcp_keepalives_interval", "8", NULL },
    { "tcp_keepalives_count", "3", NULL },
    { "tcp_user_timeout", "40000", NULL },
    { "client_connection_check_interval", "10000", NULL },
};

static bool
set_session(struct target *target, struct error *err)
{
    size_t count = sizeof session_settings / sizeof session_settings[0];
    struct buffer *sql = sql_start(target);
    PGresult *result = NULL;
    bool done = true;

    buffer_append_text(sql, "SELECT ");
    for (size_t i = 0; i < count; i++) {
        buffer_printf(sql, "%spg_catalog.set_config('%s', '%s', false)", i > 0 ? ", " : "",
            session_settings[i].name, session_settings[i].value);
    }
    if (!target_execute(
            target, "could not set up the session", buffer_text(sql), NULL, &result, err))
        return false;
    for (size_t i = 0; i < count && done; i++) {
        const struct session_setting *setting = &session_settings[i];
        const char *answer = result_text(result, 0, (int)i);

        if (setting->answer != NULL &&
            strncmp(answer, setting->answer, strlen(setting->answer)) != 0)
            done = error_set(err, ERROR_TARGET, "PostgreSQL keeps %s at \"%s\", \"%s\" is needed",
                setting->name, answer, setting->answer);
    }
    PQclear(result);
    return done;
}

static bool
read_facts(struct target *target, struct error *err)
{
    PGresult *result = NULL;
    bool done = true;

    if (!target_script(target, "could not read the server's settings",
            "SELECT pg_catalog.current_setting('server_encoding'), pg_catalog.pg_backend_pid(),"
            " (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),"
            " current_user, pg_catalog.current_database(), pg_catalog.pg_is_in_recovery()",
            &result, err))
        return false;
    target->facts.server_version = PQserverVersion(target->connection);
    target->facts.is_superuser = result_text(result, 0, 2)[0] == 't';
    target->user = mem_strdup(result_text(result, 0, 3));
    target->database = mem_strdup(result_text(result, 0, 4));
    target->facts.user = target->user;
    target->facts.database = target->database;
    if (strcmp(result_text(result, 0, 0), "UTF8") != 0) {
        done = error_set(err, ERROR_TARGET, "database \"%s\" has encoding %s, UTF8 is needed",
            target->database, result_text(result, 0, 0));
        error_hint(err, "Make a database for the mirror: CREATE DATABASE ... ENCODING 'UTF8' "
                        "TEMPLATE template0.");
    } else if (result_integer(result, 0, 1) != PQbackendPID(target->connection)) {
        done = error_set(
            err, ERROR_TARGET, "there is a connection pooler between oe2pg and PostgreSQL");
        error_hint(err, "Connect to PostgreSQL itself: a mirror needs one session to stay one.");
    } else if (result_text(result, 0, 5)[0] == 't') {
        done = error_set(err, ERROR_TARGET, "the server is a standby");
        error_hint(err, "Connect to the primary.");
    } else if (target->facts.server_version < FIRST_SERVER_WITH_ROW_HASH) {
        done = error_set(err, ERROR_TARGET, "PostgreSQL %d is too old, 14 or later is needed",
            target->facts.server_version / 10000);
    }
    PQclear(result);
    return done;
}

// Server messages are judged by SQLSTATE; notices have nobody to read them.
static void
ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

bool
target_open(const struct target_settings *settings, const char *application_name,
    struct target **target, struct error *err)
{
    struct target *made = mem_calloc(1, sizeof *made);
    struct options options = { .count = 0 };
    PQconninfoOption *parsed = NULL;
    int64_t began_ms;
    bool done = false;

    made->settings = settings;
    buffer_init(&made->sql, BUFFER_SQL_CAP);
    (void)pthread_mutex_init(&made->cancel_lock, NULL);
    if (!parse_conn_string(settings, &parsed, &options, err))
        goto out;
    if (fault_point("connect to PostgreSQL"))
        add_option(&options, "hostaddr", "0.0.0.0.0");
    complete_options(&options, settings, application_name);
    began_ms = clock_steady_ms();
    made->connection = PQconnectdbParams(options.keywords, options.values, 0);
    if (PQstatus(made->connection) != CONNECTION_OK) {
        connect_failed(made, &options, clock_steady_ms() - began_ms < CONNECT_QUICK_MS, err);
        goto out;
    }
    (void)PQsetNoticeReceiver(made->connection, ignore_notice, NULL);
    made->cancel = PQgetCancel(made->connection);
    done = read_facts(made, err) && set_session(made, err) &&
           time_outs_pin(made, &made->unknown_time_outs, err);
    made->facts.unknown_time_outs = made->unknown_time_outs;
out:
    PQconninfoFree(parsed);
    if (!done) {
        target_close(made);
        return false;
    }
    *target = made;
    return true;
}

void
target_close(struct target *target)
{
    if (target == NULL)
        return;
    (void)pthread_mutex_lock(&target->cancel_lock);
    PQfreeCancel(target->cancel);
    target->cancel = NULL;
    (void)pthread_mutex_unlock(&target->cancel_lock);
    PQfinish(target->connection);
    (void)pthread_mutex_destroy(&target->cancel_lock);
    buffer_release(&target->sql);
    free(target->user);
    free(target->database);
    free(target->unknown_time_outs);
    free(target);
}

void
target_cancel(struct target *target)
{
    char why[256];

    (void)pthread_mutex_lock(&target->cancel_lock);
    if (target->cancel != NULL)
        (void)PQcancel(target->cancel, why, sizeof why);
    (void)pthread_mutex_unlock(&target->cancel_lock);
}

bool
target_is_alive(const struct target *target)
{
    return PQstatus(target->connection) == CONNECTION_OK;
}

const struct target_facts *
target_facts(const struct target *target)
{
    return &target->facts;
}

bool
target_set_name(struct target *target, const char *application_name, struct error *err)
{
    struct sql_parameters parameters = { .count = 0 };

    parameter_text(&parameters, application_name);
    return target_execute_often(target, "could not name the session",
        "SELECT pg_catalog.set_config('application_name', $1, false)", &parameters, NULL, err);
}

void
target_set_fence(struct target *target, int mirror_id, int64_t run_id)
{
    target->mirror_id = mirror_id;
    target->run_id = run_id;
}

bool
target_begin(struct target *target, struct error *err)
{
    PGresult *result = NULL;
    char sql[256];
    bool is_ours;

    if (target->mirror_id == 0)
        return target_script(target, "could not begin a transaction", "BEGIN", NULL, err);
    (void)text_print(sql, sizeof sql,
        "BEGIN; SELECT 1 FROM oe2pg.mirror WHERE id = %d AND run_id = %" PRId64 " FOR SHARE",
        target->mirror_id, target->run_id);
    if (!target_script(target, "could not begin a transaction", sql, &result, err)) {
        target_rollback(target);
        return false;
    }
    is_ours = PQntuples(result) == 1;
    PQclear(result);
    if (is_ours)
        return true;
    target_rollback(target);
    return error_set(
        err, ERROR_BUSY, "another run took the mirror over while this one was going on");
}

bool
target_commit(struct target *target, struct error *err)
{
    PGresult *result = NULL;
    bool committed;

    if (!target_script(target, "could not commit", "COMMIT", &result, err))
        return false;
    // A COMMIT in a failed transaction succeeds as a ROLLBACK; that would be a silent loss.
    committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    if (!committed)
        return error_set(err, ERROR_TARGET, "PostgreSQL rolled the transaction back at COMMIT");
    // As if the answer had been lost: it is committed, and we do not know it.
    if (fault_point("after COMMIT")) {
        (void)shutdown(PQsocket(target->connection), SHUT_RDWR);
        return target_script(target, "could not commit", "", NULL, err);
    }
    return true;
}

void
target_rollback(struct target *target)
{
    if (target_in_transaction(target))
        PQclear(PQexec(target->connection, "ROLLBACK"));
}

bool
target_savepoint(struct target *target, struct error *err)
{
    return target_script(target, "could not set a savepoint", "SAVEPOINT oe2pg", NULL, err);
}

bool
target_release_savepoint(struct target *target, struct error *err)
{
    return target_script(
        target, "could not release a savepoint", "RELEASE SAVEPOINT oe2pg", NULL, err);
}

bool
target_rollback_to_savepoint(struct target *target, struct error *err)
{
    return target_script(target, "could not return to a savepoint",
        "ROLLBACK TO SAVEPOINT oe2pg; RELEASE SAVEPOINT oe2pg", NULL, err);
}

bool
target_in_transaction(const struct target *target)
{
    PGTransactionStatusType status = PQtransactionStatus(target->connection);

    // During a COPY the status is "active", whatever is open around it.
    return status == PQTRANS_ACTIVE || status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}
