// The source's counters in the life of a run: asked before anything is read, believed as far as
// they proved themselves, judged by what was found.
#include "base/clock.h"
#include "base/log.h"
#include "plan/stamp.h"
#include "run/run_internal.h"
#include "source/source.h"
#include "target/witness.h"

#include <inttypes.h>
#include <string.h>

// A verification reads everything, and an adoption removes nothing: the mirror may hold more than
// the source then.
static bool
are_wanted(const struct run *run)
{
    const struct mirror_settings *mirror = &run->settings->mirror;

    return !mirror->verify && !mirror->adopt && plan_wants_counters(mirror);
}

bool
run_ask_counters(struct run *run, struct catalog *catalog, struct error *err)
{
    if (!are_wanted(run))
        return true;
    if (!source_read_counters(run->source, &run->arena, catalog, err))
        return false;
    run->counters = catalog->counters;
    if (run->counters.missing == NULL)
        return true;
    if (run->settings->mirror.witness == WITNESS_COUNTERS)
        log_warning("every table is read: %s", run->counters.missing);
    else
        log_debug("every table is read: %s", run->counters.missing);
    return true;
}

void
run_plan_by_counters(struct run *run)
{
    const struct witness_basis basis = { .settings = &run->settings->mirror,
        .server = &run->counters,
        .known = &run->witnesses,
        .now_ms = clock_wall_ms() };
    struct witness_verdict verdict;
    size_t vouched = 0;

    if (run->counters.start == NULL)
        return;
    plan_by_counters(&run->arena, &basis, &run->plan);
    verdict = plan_judge_counters(&run->arena, &basis);
    for (size_t i = 0; i < run->plan.job_count; i++)
        vouched += job_is_vouched(&run->plan.jobs[i]);
    log_info("%zu of %zu tables need not be read by the server's counters: %s", vouched,
        run->plan.job_count, verdict.sentence);
}

// What was asked for by name, and cannot be had, is told.
void
run_plan_by_stamps(struct run *run)
{
    const struct stamp_basis basis = {
        .settings = &run->settings->mirror, .known = &run->stamps, .now_ms = clock_wall_ms()
    };

    plan_by_stamps(&run->arena, &basis, &run->plan);
    for (size_t i = 0; i < run->plan.job_count; i++) {
        const struct job *job = &run->plan.jobs[i];
        const char *why_not;

        if (job->method == METHOD_VERIFY)
            continue;
        (void)plan_stamp_column(&run->arena, job->table, &why_not);
        if (why_not != NULL)
            log_warning("table \"%s\" is read whole, not by stamp: %s", job->table->name, why_not);
        else if (job->method == METHOD_STAMP)
            log_info("%s: %s", job->table->target_name, job->reason);
    }
}

void
run_judge_counters(struct run *run)
{
    const struct witness_record *before = witness_find(&run->witnesses, "", "");
    struct witness_record after;
    struct error err = { 0 };
    int64_t told = 0;
    int64_t missed = 0;

    if (run->counters.start == NULL || run->target == NULL)
        return;
    for (size_t i = 0; i < run->plan.job_count; i++) {
        told += run->queue.outcomes[i].counters_proof == COUNTERS_TOLD;
        missed += run->queue.outcomes[i].counters_proof == COUNTERS_MISSED;
    }
    after = witness_judge_server(
        before, run->counters.start, told, missed, run->settings->mirror.witness_proofs);
    if (before != NULL && before->state == after.state && before->proofs == after.proofs &&
        before->misses == after.misses && strcmp(before->point, after.point) == 0)
        return;
    if (!witness_save(run->target, &run->shared.claim, WITNESS_KIND_COUNTERS, &after, 1, &err)) {
        error_within(&err, "could not record what was found out about the server's counters");
        log_failure(LOG_WARNING, &err);
    } else if (before != NULL && before->state != after.state) {
        log_info("the server's counters are %s now: %s", witness_state_name(after.state),
            after.evidence);
    }
}
