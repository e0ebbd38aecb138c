#include "method/method.h"

#include "base/clock.h"
#include "method/compare.h"
#include "method/held_types.h"
#include "method/load.h"
#include "method/objects.h"
#include "method/other_way.h"
#include "method/record.h"
#include "method/shape.h"
#include "method/small.h"
#include "method/stamped.h"
#include "method/unchanged.h"
#include "method/verify.h"
#include "method/witnessed.h"

#include <assert.h>

// Columns that are left out since earlier runs, in the first attempt of the job.
static bool
leave_out_altered(struct task *task, struct table_record *record, struct error *err)
{
    size_t before = task->altered.count;

    if (!altered_read(task, record, err))
        return false;
    if (task->altered.count > before)
        task_see_altered(task);
    record_name_columns(task, record);
    return true;
}

static bool
was_committed(const struct task *task, const struct table_record *record)
{
    return record->state == TABLE_STATE_DONE && record->run_id == task->claim->run_id;
}

static bool
load_job(struct task *task, const struct job *job, struct outcome *outcome,
    struct table_record *record, struct error *err)
{
    // What an attempt before this one found was of a table that is gone.
    if (record->state != TABLE_STATE_LOADED && task->altered.count > 0) {
        altered_forget(&task->altered);
        task_see_altered(task);
        record_name_columns(task, record);
    }
    record->shape.stale_column_count =
        record->state == TABLE_STATE_LOADED ? record->shape.stale_column_count : 0;
    record->content.source_version = job->table->entry.version;
    // An attempt before this one may have put the table into its place.
    if (record->state != TABLE_STATE_LOADED &&
        !load_table(task, job->table, job->fingerprint, record, &outcome->result, err))
        return false;
    return record->state == TABLE_STATE_DONE ||
           compare_table(task, task->altered.table, record, &outcome->result, err);
}

static bool
compare_job(struct task *task, const struct job *job, struct outcome *outcome,
    struct table_record *record, struct error *err)
{
    bool is_forced = task->settings->mirror.full_sync;
    bool is_missing;

    if ((!is_forced && !unchanged_refuse_older(job->table, record, err)) ||
        !shape_follow(task, job->table, job->fingerprint, record, &is_missing, err))
        return false;
    if (is_missing) {
        if (record->state == TABLE_STATE_LOADED)
            record->state = TABLE_STATE_PENDING;
        return load_job(task, job, outcome, record, err);
    }
    if (job->is_unchanged && !is_forced && record->state == TABLE_STATE_DONE)
        return unchanged_keep(task, record, &outcome->result, err);
    record->content.source_version = job->table->entry.version;
    // The shape may have changed in another way: then few rows differ in their time stamps alone.
    record->shape.is_rezoned =
        record->shape.fingerprint != job->fingerprint && table_has_instants(job->table);
    record->shape.fingerprint = job->fingerprint;
    return compare_table(task, task->altered.table, record, &outcome->result, err);
}

// Where only some of the rows can be read, and these were, the table is done; else all of it is
// read.
static bool
stamp_job(struct task *task, const struct job *job, struct outcome *outcome,
    struct table_record *record, struct error *err)
{
    bool is_missing;
    bool is_done = false;
    const struct table *rows;

    if (!shape_follow(task, job->table, job->fingerprint, record, &is_missing, err))
        return false;
    rows = is_missing ? NULL : stamped_rows(task, task->altered.table);
    if (rows != NULL &&
        !compare_window(task, task->altered.table, rows, record, &outcome->result, &is_done, err))
        return false;
    if (is_done)
        return true;
    record->method = method_name(METHOD_COMPARE);
    record->reason = METHOD_TOO_MUCH_REASON;
    return compare_job(task, job, outcome, record, err);
}

static bool
verify_job(struct task *task, const struct job *job, struct outcome *outcome,
    struct table_record *record, struct error *err)
{
    const struct verification *found = &outcome->verification;

    outcome->is_verified = false;
    outcome_release(outcome);
    if (!verify_table(task, task->altered.table, outcome, err))
        return false;
    outcome->is_verified = true;
    outcome->result.rows_read = found->row_count;
    outcome->result.values_quarantined = found->quarantined + found->unrecorded;
    outcome->result.values_full_width = full_width_total(&task->full_width);
    outcome->result.finished_ms = clock_wall_ms();
    // An attempt before this one may have repaired it.
    outcome->is_different = !found->is_equal || outcome->is_repaired;
    if (found->is_equal || !task->settings->mirror.verify_repair)
        return true;
    record->method = method_name(METHOD_COMPARE);
    record->reason = METHOD_REPAIR_REASON;
    outcome->is_repaired = true;
    return compare_job(task, job, outcome, record, err);
}

// What does it, a line each. `settle` is for jobs that probably need nothing done.
static const struct method {
    bool (*run)(struct task *task, const struct job *job, struct outcome *outcome,
        struct table_record *record, struct error *err);
    void (*settle)(struct task *task, const struct job *const *jobs, size_t count,
        struct outcome *outcomes, bool *is_settled); // NULL: one by one
} methods[] = {
    [METHOD_LOAD] = { load_job, NULL },
    [METHOD_COMPARE] = { compare_job, small_settle },
    [METHOD_VERIFY] = { verify_job, NULL },
    [METHOD_STAMP] = { stamp_job, NULL },
};

static_assert(sizeof methods / sizeof methods[0] == METHOD_COUNT, "a method without its functions");

void
method_settle(struct task *task, const struct job *const *jobs, size_t count,
    struct outcome *outcomes, bool *is_settled)
{
    const struct method *method = &methods[jobs[0]->method];

    if (job_group(jobs[0]) == JOB_VOUCHED) {
        unchanged_settle(task, jobs, count, outcomes, is_settled);
    } else if (method->settle != NULL) {
        method->settle(task, jobs, count, outcomes, is_settled);
        witnessed_note_equal(task, jobs, count, is_settled);
    }
}

// Rows may have been written that give an object of ours its chance.
static bool
follow_objects(
    struct task *task, const struct job *job, const struct outcome *outcome, struct error *err)
{
    const struct table_result *result = &outcome->result;

    if (job->method == METHOD_VERIFY && !outcome->is_repaired)
        return true;
    if (!job->are_objects_due &&
        (!job->has_objects ||
            result->rows_inserted + result->rows_updated + result->rows_deleted == 0))
        return true;
    return objects_follow(task, err);
}

bool
method_run(struct task *task, const struct job *job, struct outcome *outcome, struct error *err)
{
    struct table_record *record;

    if (!other_way_probe(task, err) || !record_read(task, job, &record, err))
        return false;
    record->attempt = outcome->attempts;
    if (job->method != METHOD_VERIFY && was_committed(task, record)) {
        outcome->row_count = record->content.row_count;
        return follow_objects(task, job, outcome, err);
    }
    // Another declaration is another shape.
    if (job->method == METHOD_COMPARE && record->shape.fingerprint != job->fingerprint &&
        !held_types_widen(task, err))
        return false;
    if (!held_types_look(task, record, err) || !leave_out_altered(task, record, err) ||
        !stamped_begin(task, job, err) ||
        !methods[job->method].run(task, job, outcome, record, err) ||
        !follow_objects(task, job, outcome, err))
        return false;
    outcome->row_count = record->content.row_count;
    if (job->method != METHOD_VERIFY && !other_way_keep(task, outcome->row_count, err))
        return false;
    witnessed_note(task, job, outcome);
    stamped_note(task, job, record, outcome);
    return true;
}
