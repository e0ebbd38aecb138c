#include "method/witnessed.h"

#include "base/log.h"
#include "plan/witness.h"
#include "target/small_tables.h"
#include "target/witness.h"

#include <assert.h>
#include <inttypes.h>

// ---- what it proves ----------------------------------------------------------------------------

// Only where nothing else can have made the mirror differ: another shape, values that could not be
// mirrored, a read that saw what was undone.
static bool
is_proof(const struct job *job)
{
    const struct job_counters *counters = job->counters;

    return job->method == METHOD_COMPARE && job->record != NULL &&
           job->record->state == TABLE_STATE_DONE && !job->record->has_quarantine &&
           job->record->shape.fingerprint == job->fingerprint && counters->did_vouch &&
           counters->says != COUNTERS_SAY_NOTHING;
}

// A row may have been written while the table was read. What cannot be asked is taken for a change:
// no miss is held against counters that nobody heard.
static bool
tell_now(struct task *task, const struct job *job)
{
    struct table table = *job->table;
    struct table *tables[] = { &table };
    struct catalog catalog = { .tables = tables, .table_count = 1 };
    struct error err = { 0 };

    return !source_read_counters(task->source, &task->arena, &catalog, &err) ||
           witness_ask(&catalog.counters, table.entry.counters, &job->counters->before) !=
               COUNTERS_SAY_UNCHANGED;
}

static enum counters_proof
judge(struct task *task, const struct job *job, const struct table_result *result)
{
    if (!is_proof(job) || result->rows_inserted + result->rows_updated + result->rows_deleted == 0)
        return COUNTERS_UNTRIED;
    if (job->counters->says == COUNTERS_SAY_WRITTEN)
        return COUNTERS_TOLD;
    return tell_now(task, job) ? COUNTERS_UNTRIED : COUNTERS_MISSED;
}

// ---- what is remembered ------------------------------------------------------------------------

// A load that goes on with what an earlier run staged read some of it before the counters were
// asked.
static bool
is_remembered(const struct job *job)
{
    bool goes_on = job->record != NULL && job->record->state == TABLE_STATE_STAGED;

    return job->counters != NULL && job->method != METHOD_VERIFY && job->method != METHOD_STAMP &&
           !goes_on && job->counters->now.start != NULL;
}

static struct witness_record
make_record(struct task *task, const struct job *job)
{
    const struct witness_record *before = job->counters->record;
    struct buffer point;
    struct witness_record record = { .source_schema = job->table->schema,
        .source_table = job->table->name,
        .state = before != NULL ? before->state : WITNESS_PROBATION,
        .evidence = before != NULL ? before->evidence : "",
        .misses = before != NULL ? before->misses : 0,
        .whole_ms = job->counters->server->asked_ms };

    buffer_init(&point, BUFFER_SQL_CAP);
    witness_point_print(&point, &job->counters->now);
    record.point = arena_strdup(&task->arena, buffer_text(&point));
    buffer_release(&point);
    return record;
}

static void
save(struct task *task, const struct witness_record *records, size_t count)
{
    struct error err = { 0 };

    if (count == 0 ||
        witness_save(task->target, task->claim, WITNESS_KIND_COUNTERS, records, count, &err))
        return;
    error_within(
        &err, "%zu of the tables are read in the next run, whatever the counters say", count);
    log_failure(LOG_WARNING, &err);
}

static const char *
describe_miss(struct task *task, const struct table_result *result)
{
    return arena_printf(&task->arena,
        "run %" PRId64 " found %" PRId64 " rows to insert, %" PRId64 " to update and %" PRId64
        " to delete of which the counters told nothing",
        task->claim->run_id, result->rows_inserted, result->rows_updated, result->rows_deleted);
}

void
witnessed_note(struct task *task, const struct job *job, struct outcome *outcome)
{
    struct witness_record record;

    if (!is_remembered(job) || (job_is_vouched(job) && outcome->result.rows_read == 0))
        return;
    record = make_record(task, job);
    outcome->counters_proof = judge(task, job, &outcome->result);
    if (outcome->counters_proof == COUNTERS_MISSED) {
        record.state = WITNESS_DEMOTED;
        record.misses++;
        record.evidence = describe_miss(task, &outcome->result);
        log_warning("table \"%s\" is read in every run from now on, unless it was the mirror that "
                    "somebody changed (then delete its row from oe2pg.witness): %s",
            job->table->name, record.evidence);
    }
    save(task, &record, 1);
}

void
witnessed_note_equal(
    struct task *task, const struct job *const *jobs, size_t count, const bool *is_settled)
{
    struct witness_record records[SMALL_TABLES_MAX];
    size_t used = 0;

    assert(count <= SMALL_TABLES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (is_settled[i] && is_remembered(jobs[i]))
            records[used++] = make_record(task, jobs[i]);
    }
    save(task, records, used);
}
