#include "plan/witness.h"

#include "base/hash.h"

#include <inttypes.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static bool
is_wanted(const struct witness_basis *basis, const struct table *table)
{
    const struct table_settings *own = table->settings;

    if (own != NULL && own->witness >= 0)
        return own->witness != WITNESS_NONE;
    return basis->settings->witness != WITNESS_NONE;
}

bool
plan_wants_counters(const struct mirror_settings *settings)
{
    for (size_t i = 0; i < settings->table_count; i++) {
        if (settings->tables[i].witness >= 0 && settings->tables[i].witness != WITNESS_NONE)
            return true;
    }
    return settings->witness != WITNESS_NONE;
}

struct witness_verdict
plan_judge_counters(struct arena *arena, const struct witness_basis *basis)
{
    const struct witness_record *record = witness_find(basis->known, "", "");
    struct witness_verdict verdict = { 0 };

    if (basis->server->start == NULL) {
        verdict.sentence = basis->server->missing;
        return verdict;
    }
    if (basis->settings->trust == WITNESS_TRUST_NOW) {
        verdict.is_trusted = true;
        verdict.sentence = "the operator trusts them (mirror_settings.trust)";
        return verdict;
    }
    if (record == NULL || strcmp(record->point, basis->server->start) != 0) {
        verdict.sentence = "the server's counters are new, or it was started again: every table is "
                           "read until they are proved";
        return verdict;
    }
    verdict.is_trusted = record->state == WITNESS_TRUSTED;
    verdict.sentence = arena_printf(arena, "%s (%" PRId64 " of %d proofs)", record->evidence,
        record->proofs, basis->settings->witness_proofs);
    return verdict;
}

// From three quarters of the time on, by its name: not all tables in one run.
bool
plan_is_reconcile_due(const struct mirror_settings *settings, int64_t now_ms,
    const struct table *table, const struct witness_record *record)
{
    int64_t hours = settings->reconcile_hours;
    uint64_t share = hash_bytes_extended(table->name, strlen(table->name), 0) % 1000;
    int64_t limit_ms = hours * HOUR_MS / 4 * 3 + hours * HOUR_MS / 4 * (int64_t)share / 1000;

    return hours > 0 && now_ms - record->whole_ms >= limit_ms;
}

static bool
is_plain(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].way != NULL)
            return false;
    }
    return true;
}

bool
plan_was_mirrored_well(const struct job *job)
{
    const struct table_record *record = job->record;

    return job->method == METHOD_COMPARE && !job->is_suspect && !job->are_objects_due &&
           record != NULL && record->state == TABLE_STATE_DONE &&
           record->shape.fingerprint == job->fingerprint && record->shape.stale_column_count == 0 &&
           !record->has_quarantine && is_plain(job->table);
}

static bool
may_stay_unread(const struct witness_basis *basis, const struct job *job)
{
    const struct job_counters *counters = job->counters;

    return counters->says == COUNTERS_SAY_UNCHANGED && counters->did_vouch &&
           counters->record->state != WITNESS_DEMOTED && !basis->settings->full_sync &&
           !basis->settings->adopt && !job->are_objects_due && plan_was_mirrored_well(job) &&
           !plan_is_reconcile_due(basis->settings, basis->now_ms, job->table, counters->record);
}

static const struct job_counters *
look_at(struct arena *arena, const struct witness_basis *basis, const struct table *table)
{
    struct job_counters *counters;
    const struct row_counters *rows = table->entry.counters;

    if (rows == NULL || table->entry.is_view || !is_wanted(basis, table))
        return NULL;
    counters = arena_calloc(arena, 1, sizeof *counters);
    counters->server = basis->server;
    counters->record = witness_find(basis->known, table->schema, table->name);
    if (counters->record != NULL)
        counters->before = witness_point_parse(arena, counters->record->point);
    counters->says = witness_ask(basis->server, rows, &counters->before);
    counters->did_vouch = witness_point_vouches(&counters->before);
    counters->now = witness_point_now(arena, basis->server, rows, &counters->before);
    return counters;
}

// Stable: each kind keeps its order.
static void
move_to_front(struct arena *arena, struct plan *plan)
{
    struct job *sorted = arena_calloc(arena, plan->job_count, sizeof *sorted);
    size_t count = 0;

    for (int is_vouched = 1; is_vouched >= 0; is_vouched--) {
        for (size_t i = 0; i < plan->job_count; i++) {
            if (job_is_vouched(&plan->jobs[i]) == (is_vouched == 1))
                sorted[count++] = plan->jobs[i];
        }
    }
    plan->jobs = sorted;
}

void
plan_by_counters(struct arena *arena, const struct witness_basis *basis, struct plan *plan)
{
    struct witness_verdict verdict = plan_judge_counters(arena, basis);

    for (size_t i = 0; i < plan->job_count; i++) {
        struct job *job = &plan->jobs[i];

        if (job->method == METHOD_VERIFY)
            continue;
        job->counters = look_at(arena, basis, job->table);
        if (job->counters == NULL || !verdict.is_trusted || !may_stay_unread(basis, job))
            continue;
        job->is_unchanged = true;
        job->is_small = false;
        job->reason = "not read: the server's counters say that nothing was written to it since";
    }
    move_to_front(arena, plan);
}
