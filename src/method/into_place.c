#include "method/into_place.h"

#include "base/clock.h"
#include "base/log.h"
#include "report/first_load_words.h"
#include "target/ddl.h"
#include "target/readers.h"

#include <inttypes.h>

enum {
    READER_POLL_MS = 200,
    NAME_SIZE = 64, // PostgreSQL's NAMEDATALEN
};

// A standby that was seen once is there for the rest of the run: it may be cut off just now.
static bool
look_for_standby(struct task *task, bool *is_there, struct error *err)
{
    enum standby_readers said = task->settings->mirror.standby_readers;
    struct first_load_way way = { .said = said };
    char text[512];

    if (!task->readers->has_standby &&
        !readers_on_standby(task->target, &task->arena, said, &way, err))
        return false;
    if (way.may_have_standby && !atomic_exchange(&task->readers->has_standby, true) &&
        said == STANDBY_READERS_AUTO)
        log_info("Large first loads are %s. %s", first_load_describe(&way, text, sizeof text),
            first_load_remedy(&way));
    *is_there = task->readers->has_standby;
    return true;
}

static bool
wait_for_sessions(struct task *task, bool *is_safe, struct error *err)
{
    char own[NAME_SIZE];
    int64_t mark;
    int64_t count = 0;
    const char *who;

    mirror_session_name(own, sizeof own, task->claim, "");
    if (!readers_mark(task->target, &mark, err))
        return false;
    task_set_phase(task, PHASE_WAITING_FOR_READERS);
    for (;;) {
        if (task_is_cancelled(task, err) ||
            !readers_before(task->target, &task->arena, own, mark, &count, &who, err))
            return false;
        if (count == 0 || task->readers->wait_left_ms <= 0)
            break;
        clock_sleep_ms(READER_POLL_MS);
        task->readers->wait_left_ms -= READER_POLL_MS;
        task_add_progress(task, 0, 0);
    }
    *is_safe = count == 0;
    return true;
}

bool
into_place_begin(struct task *task, struct error *err)
{
    bool is_there;

    return look_for_standby(task, &is_there, err);
}

bool
into_place_wait(struct task *task, bool is_unlogged, bool *is_safe, struct error *err)
{
    bool is_there;

    *is_safe = false;
    if (is_unlogged)
        return true;
    // Before the wait, which would be for nothing, and after it: one may have come meanwhile.
    if (!look_for_standby(task, &is_there, err))
        return false;
    if (is_there)
        return true;
    if (!wait_for_sessions(task, is_safe, err) || !look_for_standby(task, &is_there, err))
        return false;
    *is_safe = *is_safe && !is_there;
    return true;
}

bool
into_place_put(struct task *task, const struct table *table, const char *staging, int64_t row_count,
    bool is_safe, struct error *err)
{
    const char *schema = task->settings->target.schema;
    const char *name = table->target_name;
    int64_t inserted;

    if (is_safe)
        return ddl_move(task->target, STAGING_SCHEMA, staging, schema, name, err);
    if (!ddl_fill_from_staging(task->target, staging, schema, name, table, &inserted, err))
        return false;
    if (inserted != row_count)
        return error_set(err, ERROR_TABLE,
            "%" PRId64 " rows were loaded but the staging table holds %" PRId64, row_count,
            inserted);
    return ddl_drop_staging(task->target, staging, err);
}
