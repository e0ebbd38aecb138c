#include "method/small.h"

#include "base/clock.h"
#include "base/log.h"
#include "method/held_types.h"
#include "read/reader.h"
#include "target/row_policy.h"

#include <inttypes.h>
#include <string.h>

enum { ROW_BYTES = 32 }; // of a digest in its set, with some room

struct small_group {
    struct task *task;
    const struct job *const *jobs;
    size_t count;
    struct arena arena; // of the tables, as they are held
    struct small_tables mirrored;
    struct digest_set sets[SMALL_TABLES_MAX];
    bool is_equal[SMALL_TABLES_MAX];
    struct small_table_record records[SMALL_TABLES_MAX]; // by number in the group
};

// ---- one table ---------------------------------------------------------------------------------

static void
note_refusal(void *context, const struct refused_value *refused)
{
    bool *is_refused = context;

    (void)refused;
    *is_refused = true;
}

// False when a row is not in the mirror, or not as it is.
static bool
strike_batch(
    struct small_group *group, size_t i, struct row_policy *policy, const struct batch *batch)
{
    const struct digest_kind *kind = group->task->digest;
    bool is_refused = false;

    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row = row_policy_apply(
            policy, &batch->cells[r * batch->column_count], note_refusal, &is_refused);

        if (is_refused || !digest_set_strike(
                              &group->sets[i], digest_row(kind, group->mirrored.tables[i], row), 1))
            return false;
    }
    return true;
}

static bool
read_table(struct small_group *group, size_t i, struct row_policy *policy, struct error *err)
{
    struct task *task = group->task;
    struct small_table_record *record = &group->records[i];
    const struct part_rows all = { .kind = KEY_PART_ALL };
    struct reader reader;
    const struct batch *batch;
    bool done;
    bool is_equal = true;

    reader_init(&reader, task->source, group->mirrored.tables[i], &all, &task->reading);
    do {
        done = !task_is_cancelled(task, err) && reader_fetch(&reader, &batch, err);
        if (!done)
            break;
        record->row_count += (int64_t)batch->row_count;
        record->size_bytes += (int64_t)batch->size_bytes;
        task_add_progress(task, batch->row_count, batch->size_bytes);
        is_equal =
            batch->misfit_count == 0 && !batch->has_cut && strike_batch(group, i, policy, batch);
    } while (is_equal && batch->row_count > 0);
    reader_release(&reader);
    record->rows_read = record->row_count;
    // What ended early may be as short as the mirror is.
    group->is_equal[i] = done && is_equal && digest_set_left(&group->sets[i]) == 0 &&
                         !source_session(task->source)->may_end_early;
    return done;
}

// False when there is no use in going on with the next table.
static bool
compare_one(struct small_group *group, size_t i, struct error *err)
{
    struct task *task = group->task;
    struct row_policy policy;
    bool done;

    task_take_table(task, group->jobs[i]);
    task_set_phase(task, PHASE_READING);
    group->records[i] = (struct small_table_record){
        .table = group->jobs[i]->table,
        .reason = group->jobs[i]->reason,
        .read_from_ms = clock_wall_ms(),
    };
    row_policy_init(&policy, group->mirrored.tables[i]);
    done = task_begin_reading(task, group->mirrored.tables[i], err) &&
           read_table(group, i, &policy, err);
    task_end_reading(task);
    row_policy_release(&policy);
    group->records[i].read_to_ms = clock_wall_ms();
    return done || err->kind == ERROR_TABLE || err->kind == ERROR_DATA;
}

// ---- the group ---------------------------------------------------------------------------------

static bool
read_mirrors(struct small_group *group, struct error *err)
{
    struct task *task = group->task;
    size_t rows = (size_t)task->settings->mirror.full_below_rows;
    bool is_full;

    group->mirrored.schema = task->settings->target.schema;
    group->mirrored.count = group->count;
    for (size_t i = 0; i < group->count; i++) {
        digest_set_init(&group->sets[i], (rows + 64) * ROW_BYTES);
        group->mirrored.sets[i] = &group->sets[i];
    }
    task_set_phase(task, PHASE_COMPARING);
    return held_types_look_at_many(
               task, &group->arena, group->mirrored.tables, group->count, err) &&
           small_tables_read(task->target, task->digest, &group->mirrored, &is_full, err) &&
           !is_full;
}

static void
compare_all(struct small_group *group, struct error *err)
{
    for (size_t i = 0; i < group->count && compare_one(group, i, err); i++)
        error_clear(err);
}

static bool
save_equal(struct small_group *group, struct error *err)
{
    struct task *task = group->task;
    struct small_table_record equal[SMALL_TABLES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < group->count; i++) {
        if (group->is_equal[i])
            equal[count++] = group->records[i];
    }
    task_set_phase(task, PHASE_COMMITTING);
    return count == 0 || small_tables_save(task->target, task->claim, equal, count, err);
}

static struct outcome
outcome_of(const struct small_table_record *record)
{
    return (struct outcome){
        .state = OUTCOME_DONE,
        .row_count = record->row_count,
        .attempts = 1,
        .result = { .rows_read = record->row_count,
            .bytes_read = record->size_bytes,
            .started_ms = record->read_from_ms,
            .finished_ms = record->read_to_ms },
    };
}

static bool
compare_group(struct small_group *group, struct error *err)
{
    if (!read_mirrors(group, err))
        return false;
    compare_all(group, err);
    return save_equal(group, err);
}

void
small_settle(struct task *task, const struct job *const *jobs, size_t count,
    struct outcome *outcomes, bool *is_settled)
{
    struct small_group group = { .task = task, .jobs = jobs, .count = count };
    struct error err;
    bool done;

    error_clear(&err);
    arena_init(&group.arena);
    for (size_t i = 0; i < count; i++)
        group.mirrored.tables[i] = jobs[i]->table;
    done = compare_group(&group, &err);
    if (!done)
        log_debug("%zu small tables are compared one by one: %s", count,
            err.kind != ERROR_NONE ? err.message : "one of them has grown");
    for (size_t i = 0; i < count; i++) {
        digest_set_release(&group.sets[i]);
        is_settled[i] = done && group.is_equal[i];
        if (!is_settled[i])
            continue;
        outcomes[i] = outcome_of(&group.records[i]);
        log_debug("%s is unchanged (%" PRId64 " rows)", jobs[i]->table->target_name,
            outcomes[i].row_count);
    }
    arena_release(&group.arena);
    task->counters.table = NULL;
}
