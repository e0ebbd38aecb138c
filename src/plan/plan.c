#include "plan/plan.h"

#include "model/key_choice.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
add_text(uint64_t digest, const char *text)
{
    return hash_row_add(digest, hash_bytes_extended(text, strlen(text), 0));
}

static uint64_t
fingerprint(const struct table *table, bool has_utc)
{
    uint64_t digest = add_text(0, table->target_name);

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        digest = add_text(digest, column->name);
        digest = add_text(digest, column->target_name);
        digest = add_text(digest, column->type_name);
        if (column->is_instant && has_utc)
            digest = add_text(digest, "UTC");
    }
    digest = add_text(digest, table->where.condition != NULL ? table->where.condition : "");
    for (size_t i = 0; table->key != NULL && i < table->key->column_count; i++)
        digest = hash_row_add(digest,
            table->key->columns[i] + (key_is_descending(table->key, i) ? UINT64_C(1000001) : 1));
    return digest;
}

uint64_t
plan_fingerprint(const struct table *table)
{
    return fingerprint(table, true);
}

bool
plan_is_rezoned(const struct table *table, uint64_t recorded)
{
    return table_has_instants(table) && recorded == fingerprint(table, false);
}

// By name; failing that by name without case, for a source that spells it in another way now.
static const struct table_record *
find_record(const struct table_record *records, size_t count, const struct table *table)
{
    const struct table_record *similar = NULL;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(records[i].source_table, table->name) == 0 &&
            strcmp(records[i].source_schema, table->schema) == 0)
            return &records[i];
        if (text_equal_nocase(records[i].source_table, table->name) &&
            text_equal_nocase(records[i].source_schema, table->schema))
            similar = &records[i];
    }
    return similar;
}

static void
choose_method(struct job *job)
{
    const struct table_record *record = job->record;

    job->method = METHOD_LOAD;
    if (record == NULL) {
        job->reason = "first load: the table was never mirrored";
    } else if (record->state == TABLE_STATE_STAGED) {
        job->reason = "first load: goes on with the one that was begun";
    } else if (!record->is_loaded) {
        job->reason = "first load: no earlier run finished one";
    } else if (record->last_success_ms == 0) {
        job->method = METHOD_COMPARE;
        job->reason = "loaded, but not in one go: read whole and compared";
    } else {
        job->method = METHOD_COMPARE;
        job->reason = "mirrored already: read whole and compared";
    }
}

static int
rank(const struct job *job)
{
    if (job->record == NULL)
        return 1;
    return job->record->state == TABLE_STATE_STAGED ? 0 : job->method == METHOD_LOAD ? 1 : 2;
}

static int
compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_jobs(const void *left, const void *right)
{
    const struct job *a = left;
    const struct job *b = right;
    int order = compare_numbers(a->is_suspect, b->is_suspect);

    if (order == 0)
        order = compare_numbers(rank(a) == 0 ? 0 : 1, rank(b) == 0 ? 0 : 1);

    if (order == 0)
        order = compare_numbers(b->table->priority, a->table->priority);
    if (order == 0)
        order = compare_numbers(rank(a), rank(b));
    // What an interrupted run did not come to is the most overdue.
    if (order == 0 && a->record != NULL && b->record != NULL)
        order = compare_numbers(a->record->run_id, b->record->run_id);
    if (order == 0)
        order = compare_numbers(b->row_estimate, a->row_estimate);
    return order != 0 ? order : strcmp(a->table->name, b->table->name);
}

static void
judge_version(struct job *job)
{
    const struct table_record *record = job->record;
    const char *version = job->table->entry.version;

    job->is_unchanged =
        !job->is_suspect && job->method == METHOD_COMPARE && version != NULL &&
        record->state == TABLE_STATE_DONE && record->content.source_version != NULL &&
        strcmp(record->content.source_version, version) == 0 &&
        record->shape.fingerprint == job->fingerprint && record->shape.stale_column_count == 0;
    if (job->is_unchanged)
        job->reason = "not changed since it was read: left as it is";
}

// Small, mirrored well, with the shape that it has now, and without anything in quarantine, or a
// stale column that may have to go.
static void
judge_size(struct job *job, int small_rows)
{
    const struct table_record *record = job->record;

    job->is_small = !job->is_suspect && job->method == METHOD_COMPARE &&
                    record->state == TABLE_STATE_DONE && record->content.row_count < small_rows &&
                    job->table->entry.version == NULL &&
                    record->shape.fingerprint == job->fingerprint && !record->has_quarantine &&
                    record->shape.stale_column_count == 0;
    if (job->is_small)
        job->reason = "small and mirrored already: read whole and compared in memory";
}

static void
fill_job(struct job *job, const struct selected_table *selected, const struct table_record *records,
    size_t record_count)
{
    job->table = selected->table;
    job->is_suspect = selected->is_suspect;
    job->record = find_record(records, record_count, selected->table);
    job->row_estimate = selected->table->row_estimate;
    if (job->record != NULL && job->record->is_loaded)
        job->row_estimate = job->record->content.row_count;
    job->fingerprint = plan_fingerprint(selected->table);
    choose_method(job);
}

void
plan_make(struct arena *arena, const struct selection *selection,
    const struct table_record *records, size_t record_count, int small_rows, struct plan *plan)
{
    plan->jobs = arena_calloc(arena, selection->taken_count, sizeof *plan->jobs);
    plan->job_count = 0;
    for (size_t i = 0; i < selection->table_count; i++) {
        struct job *job = &plan->jobs[plan->job_count];

        if (selection->tables[i].verdict != SELECTION_TAKEN)
            continue;
        fill_job(job, &selection->tables[i], records, record_count);
        judge_version(job);
        judge_size(job, small_rows);
        plan->job_count++;
    }
    if (plan->job_count > 0)
        qsort(plan->jobs, plan->job_count, sizeof *plan->jobs, compare_jobs);
}

bool
plan_was_only_refused(const struct table_record *record)
{
    return !record->is_loaded && record->staging.table == NULL &&
           strcmp(record->method, PLAN_NO_METHOD) == 0;
}

size_t
plan_drop_refused(struct table_record *records, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (!plan_was_only_refused(&records[i]))
            records[kept++] = records[i];
    }
    return kept;
}

void
plan_only_verify(const struct mirror_settings *settings, struct plan *plan)
{
    for (size_t i = 0; i < plan->job_count; i++) {
        struct job *job = &plan->jobs[i];

        if (job->method == METHOD_LOAD && settings->verify_repair)
            continue;
        job->method = METHOD_VERIFY;
        job->is_small = false;
        job->reason = "compared only";
    }
}
