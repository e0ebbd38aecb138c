#include "run/run_internal.h"

#include "report/verify_report.h"

#include <stdio.h>

static enum verdict
verdict_of(const struct job *job, const struct outcome *outcome)
{
    if (outcome->state == OUTCOME_FAILED)
        return VERDICT_FAILED;
    if (outcome->state != OUTCOME_DONE)
        return VERDICT_NOT_COMPARED;
    if (job->method == METHOD_LOAD)
        return VERDICT_LOADED;
    if (outcome->is_repaired)
        return VERDICT_REPAIRED;
    if (!outcome->verification.is_equal)
        return VERDICT_DIFFERENT;
    return outcome->verification.quarantined > 0 ? VERDICT_EQUAL_BUT_QUARANTINED : VERDICT_EQUAL;
}

static struct verified_table
describe_job(const struct job *job, const struct outcome *outcome)
{
    return (struct verified_table){
        .source_schema = job->table->schema,
        .source_table = job->table->name,
        .target_table = job->table->target_name,
        .verdict = verdict_of(job, outcome),
        .verification = outcome->is_verified ? &outcome->verification : NULL,
        .lines = outcome->report,
        .error = outcome->state == OUTCOME_FAILED ? &outcome->error : NULL,
    };
}

void
run_write_verdicts(struct run *run)
{
    const struct selection *selection = &run->selection;
    struct verified_table *tables =
        arena_calloc(&run->arena, run->plan.job_count + selection->refused_count, sizeof *tables);
    struct verify_report report = {
        .run_id = run->shared.claim.run_id,
        .target_schema = run->settings->target.schema,
        .with_values = run->settings->mirror.verify_values,
        .tables = tables,
    };

    for (size_t i = 0; i < run->plan.job_count; i++)
        tables[report.table_count++] = describe_job(&run->plan.jobs[i], &run->queue.outcomes[i]);
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct selected_table *selected = &selection->tables[i];

        if (selected->verdict == SELECTION_REFUSED)
            tables[report.table_count++] = (struct verified_table){
                .source_schema = selected->table->schema,
                .source_table = selected->table->name,
                .target_table = selected->table->target_name,
                .verdict = VERDICT_FAILED,
                .error = selected->refusal,
            };
    }
    verify_write_json(stdout, &report);
}
