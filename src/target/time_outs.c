// The time-outs of a session. Those that end it, a transaction or a statement are off: a comparison
// takes as long as it takes, and its session is idle while the source is read. Which of them a
// server has is asked of the server: transaction_timeout came with PostgreSQL 17,
// idle_session_timeout with 14, and the next one is not written yet.
#include "base/fault.h"
#include "base/mem.h"
#include "target/target_internal.h"

#include <string.h>

struct time_out {
    const char *name;
    const char *value; // NULL: not one that ends a session of ours, or set elsewhere; left alone
};

static const struct time_out time_outs[] = {
    { "statement_timeout", "0" },
    { "lock_timeout", TARGET_LOCK_TIMEOUT },
    { "idle_in_transaction_session_timeout", "0" },
    { "idle_session_timeout", "0" },
    { "transaction_timeout", "0" },
    { "tcp_user_timeout", NULL },
    { "deadlock_timeout", NULL },
    { "wal_sender_timeout", NULL },
    { "wal_receiver_timeout", NULL },
};

enum { TIME_OUT_COUNT = sizeof time_outs / sizeof time_outs[0] };

static const struct time_out *
find(const char *name)
{
    for (size_t i = 0; i < TIME_OUT_COUNT; i++) {
        if (strcmp(time_outs[i].name, name) == 0)
            return &time_outs[i];
    }
    return NULL;
}

// One row for each time-out that a session may have: its name, and the value that it has now.
static void
append_pinning(struct buffer *sql)
{
    // A test makes the first ones known alone.
    size_t known = (size_t)fault_setting("OE2PG_TEST_KNOWN_TIMEOUTS", TIME_OUT_COUNT);

    buffer_append_text(sql, "SELECT s.name, CASE s.name");
    for (size_t i = 0; i < known; i++) {
        if (time_outs[i].value != NULL)
            buffer_printf(sql, " WHEN '%s' THEN pg_catalog.set_config(s.name, '%s', false)",
                time_outs[i].name, time_outs[i].value);
    }
    buffer_append_text(sql, " ELSE s.setting END, s.name IN (");
    for (size_t i = 0; i < known; i++)
        buffer_printf(sql, "%s'%s'", i > 0 ? ", " : "", time_outs[i].name);
    buffer_append_text(sql, ") FROM pg_catalog.pg_settings s WHERE s.context IN ('user',"
                            " 'superuser') AND s.name LIKE '%\\_timeout' ORDER BY s.name");
}

static bool
check_one(const char *name, const char *answer, struct error *err)
{
    const struct time_out *time_out = find(name);

    if (time_out == NULL || time_out->value == NULL || strcmp(answer, time_out->value) == 0)
        return true;
    return error_set(err, ERROR_TARGET, "PostgreSQL keeps %s at \"%s\", \"%s\" is needed", name,
        answer, time_out->value);
}

static void
note_unknown(struct buffer *unknown, const char *name, const char *value)
{
    if (strcmp(value, "0") != 0)
        buffer_printf(unknown, "%s%s = %s", unknown->size > 0 ? ", " : "", name, value);
}

bool
time_outs_pin(struct target *target, char **unknown, struct error *err)
{
    struct buffer *sql = sql_start(target);
    struct buffer names;
    PGresult *rows = NULL;
    bool done = true;

    append_pinning(sql);
    if (!target_execute(target, "could not set the time-outs", buffer_text(sql), NULL, &rows, err))
        return false;
    buffer_init(&names, BUFFER_SQL_CAP);
    for (int i = 0; done && i < PQntuples(rows); i++) {
        if (result_text(rows, i, 2)[0] == 't')
            done = check_one(result_text(rows, i, 0), result_text(rows, i, 1), err);
        else
            note_unknown(&names, result_text(rows, i, 0), result_text(rows, i, 1));
    }
    if (done && names.size > 0)
        *unknown = mem_strdup(buffer_text(&names));
    buffer_release(&names);
    PQclear(rows);
    return done;
}
