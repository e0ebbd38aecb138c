#include "sync/job.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sync/full.h"
#include "sync/load.h"
#include "sync/shape.h"
#include "sync/verify.h"

static const char *const *
column_names(struct arena *arena, const struct table *table, bool only_key, size_t *count)
{
    const char **names;

    *count = only_key ? (table->key != NULL ? table->key->column_count : 0) : table->column_count;
    names = arena_calloc(arena, *count, sizeof *names);
    for (size_t i = 0; i < *count; i++) {
        const struct column *column = &table->columns[only_key ? table->key->columns[i] : i];

        names[i] = column->target_name;
    }
    return names;
}

// What tracking holds of the table, or a new record; after a lost COMMIT it is what tells whether
// the rows are there.
static bool
read_record(
    struct task *task, const struct job *job, struct table_record **record, struct error *err)
{
    struct table_record *made;

    if (!tracking_read_one(task->target, &task->arena, task->claim->mirror_id, job->table->schema,
            job->table->name, record, err))
        return false;
    if (*record == NULL)
        *record = arena_calloc(&task->arena, 1, sizeof **record);
    made = *record;
    made->source_schema = job->table->schema;
    made->source_table = job->table->name;
    made->target_table = job->table->target_name;
    made->method = method_name(job->method);
    made->reason = job->reason;
    made->error = NULL;
    made->hint = NULL;
    made->previous_columns = made->digest_columns;
    made->previous_column_count = made->digest_column_count;
    job_name_columns(task, made);
    return true;
}

void
job_name_columns(struct task *task, struct table_record *record)
{
    const struct table *table = task->altered.table;

    record->key_columns = column_names(&task->arena, table, true, &record->key_column_count);
    record->digest_columns = column_names(&task->arena, table, false, &record->digest_column_count);
}

// Columns that are left out since earlier runs, in the first attempt of the job.
static bool
leave_out_altered(struct task *task, struct table_record *record, struct error *err)
{
    const struct settings *settings = task->settings;
    struct altered *altered = &task->altered;
    size_t before = altered->count;

    if (!altered_read(altered, task->target, &task->arena, task->claim->mirror_id,
            settings->target.schema, settings->mirror.full_sync, record, err))
        return false;
    if (altered->count > before)
        task_see_altered(task);
    job_name_columns(task, record);
    return true;
}

static bool
was_committed(const struct task *task, const struct table_record *record)
{
    return record->state == TABLE_STATE_DONE && record->run_id == task->claim->run_id;
}

static bool
load_job(struct task *task, const struct job *job, struct table_record *record,
    struct table_result *result, struct error *err)
{
    // What an attempt before this one found was of a table that is gone.
    if (record->state != TABLE_STATE_RUNNING && task->altered.count > 0) {
        altered_forget(&task->altered);
        task_see_altered(task);
        job_name_columns(task, record);
    }
    // An attempt before this one may have put the table into its place.
    if (record->state != TABLE_STATE_RUNNING &&
        !load_table(task, job->table, job->fingerprint, record, result, err))
        return false;
    return record->state == TABLE_STATE_DONE ||
           full_sync_table(task, task->altered.table, record, result, err);
}

static bool
full_job(struct task *task, const struct job *job, struct table_record *record,
    struct table_result *result, struct error *err)
{
    bool is_missing;

    if (!shape_follow(task, job->table, job->fingerprint, record, &is_missing, err))
        return false;
    if (is_missing) {
        if (record->state == TABLE_STATE_RUNNING)
            record->state = TABLE_STATE_PENDING;
        return load_job(task, job, record, result, err);
    }
    // The shape may have changed in another way: then few rows differ in their time stamps alone.
    record->is_rezoned = record->fingerprint != job->fingerprint && table_has_instants(job->table);
    record->fingerprint = job->fingerprint;
    return full_sync_table(task, task->altered.table, record, result, err);
}

static bool
verify_job(struct task *task, const struct job *job, struct outcome *outcome,
    struct table_record *record, struct error *err)
{
    struct verification verification;

    if (!verify_table(task, task->altered.table, &verification, err))
        return false;
    outcome->result.rows_read = verification.row_count;
    outcome->result.finished_ms = clock_wall_ms();
    // An attempt before this one may have repaired it.
    outcome->is_different = !verification.is_equal || outcome->is_repaired;
    if (verification.is_equal || !task->settings->mirror.verify_repair)
        return true;
    record->method = method_name(METHOD_FULL);
    record->reason = JOB_REPAIR_REASON;
    outcome->is_repaired = true;
    return full_job(task, job, record, &outcome->result, err);
}

static bool
do_method(struct task *task, const struct job *job, struct outcome *outcome,
    struct table_record *record, struct error *err)
{
    switch (job->method) {
    case METHOD_LOAD:
        return load_job(task, job, record, &outcome->result, err);
    case METHOD_FULL:
        return full_job(task, job, record, &outcome->result, err);
    case METHOD_VERIFY:
        return verify_job(task, job, outcome, record, err);
    }
    BUG("no such method");
}

bool
job_do(struct task *task, const struct job *job, struct outcome *outcome, struct error *err)
{
    struct table_record *record;

    if (!read_record(task, job, &record, err))
        return false;
    record->attempt = outcome->attempts;
    if (job->method != METHOD_VERIFY && was_committed(task, record)) {
        outcome->row_count = record->row_count;
        return true;
    }
    if (!leave_out_altered(task, record, err) || !do_method(task, job, outcome, record, err))
        return false;
    outcome->row_count = record->row_count;
    return true;
}
