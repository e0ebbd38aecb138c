#include "plan/stamp.h"

#include "base/text.h"
#include "model/key_choice.h"
#include "model/stamp.h"
#include "plan/witness.h"

#include <inttypes.h>
#include <string.h>

// ---- the column --------------------------------------------------------------------------------

static const struct column *
find_named(const struct table *table, const char *name)
{
    const struct column *similar = NULL;

    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
        if (text_equal_nocase(table->columns[i].name, name))
            similar = &table->columns[i];
    }
    return similar;
}

// Texts of one zone sort as their instants do; those of others do not.
static const char *
judge_column(struct arena *arena, const struct table *table, const struct column *column)
{
    if (column->kind != VALUE_DATE && column->kind != VALUE_TIMESTAMP &&
        column->kind != VALUE_TIMESTAMP_TZ)
        return arena_printf(arena, "column \"%s\" is %s: a stamp is a date, or a date and a time",
            column->name, column->type_name);
    if (column->kind == VALUE_TIMESTAMP_TZ && !column->is_instant)
        return arena_printf(arena,
            "the stamps in \"%s\" come in zones of their own, by whose texts no rows can be asked "
            "for",
            column->name);
    if (!column_is_plain(column) || column->array.whole != NULL)
        return arena_printf(arena, "column \"%s\" is not read plainly", column->name);
    if (table->key == NULL || !key_choice_is_exact(table))
        return "no key leads to just one row of it";
    if (table->is_read_whole)
        return "nothing can be asked of this source but whole tables";
    return NULL;
}

const struct column *
plan_stamp_column(struct arena *arena, const struct table *table, const char **why_not)
{
    const char *name = table->settings != NULL ? table->settings->stamp_column : NULL;
    const struct column *column = name != NULL ? find_named(table, name) : NULL;
    const char *obstacle = NULL;

    if (name != NULL)
        obstacle = column == NULL
                       ? arena_printf(arena, "there is no column \"%s\" that is mirrored", name)
                       : judge_column(arena, table, column);
    if (why_not != NULL)
        *why_not = obstacle;
    return obstacle == NULL ? column : NULL;
}

// ---- whether it is believed --------------------------------------------------------------------

static struct job_stamp *
look_at(struct arena *arena, const struct stamp_basis *basis, const struct table *table,
    const struct column *column)
{
    struct job_stamp *stamp = arena_calloc(arena, 1, sizeof *stamp);
    const struct witness_record *record = witness_find(basis->known, table->schema, table->name);
    int trust = table->settings->trust;

    stamp->column = column->name;
    if (record != NULL && stamp_point_is_of(record->point, column->name)) {
        stamp->record = record;
        stamp->watermark = stamp_point_watermark(arena, record->point, column->name);
    }
    stamp->is_trusted_now = (trust >= 0 ? trust : (int)basis->settings->trust) == WITNESS_TRUST_NOW;
    return stamp;
}

// Why the table is read whole in this run; NULL: it need not be.
static const char *
find_reason_for_whole(struct arena *arena, const struct stamp_basis *basis, const struct job *job)
{
    const struct witness_record *record = job->stamp->record;

    if (record != NULL && record->state == WITNESS_DEMOTED)
        return record->evidence;
    if (basis->settings->full_sync || basis->settings->adopt)
        return "every table is read whole in this run";
    if (record == NULL || job->stamp->watermark == NULL)
        return "where it stands is found out by reading all";
    if (!job->stamp->is_trusted_now && record->state != WITNESS_TRUSTED)
        return arena_printf(arena, "on probation, %" PRId64 " of %d comparisons proved it",
            record->proofs, basis->settings->witness_proofs);
    if (!plan_was_mirrored_well(job))
        return "it was not mirrored whole and well as it is now";
    if (plan_is_reconcile_due(basis->settings, basis->now_ms, job->table, record))
        return "its last whole comparison is too long ago (reconcile_hours)";
    return NULL;
}

static void
decide(struct arena *arena, const struct stamp_basis *basis, struct job *job)
{
    const char *why = find_reason_for_whole(arena, basis, job);

    if (why != NULL) {
        job->reason = arena_printf(
            arena, "%s; not by stamp \"%s\": %s", job->reason, job->stamp->column, why);
        return;
    }
    job->method = METHOD_STAMP;
    job->reason = arena_printf(arena, "read by stamp \"%s\": rows stamped since %s, and %s",
        job->stamp->column, job->stamp->watermark,
        job->stamp->is_trusted_now ? "the operator trusts it (trust)"
                                   : job->stamp->record->evidence);
}

void
plan_by_stamps(struct arena *arena, const struct stamp_basis *basis, struct plan *plan)
{
    for (size_t i = 0; i < plan->job_count; i++) {
        struct job *job = &plan->jobs[i];
        const char *why_not;
        const struct column *column = plan_stamp_column(arena, job->table, &why_not);

        if (job->method == METHOD_VERIFY || job->is_unchanged)
            continue;
        if (why_not != NULL)
            job->reason = arena_printf(arena, "%s; not by stamp: %s", job->reason, why_not);
        if (column == NULL)
            continue;
        job->stamp = look_at(arena, basis, job->table, column);
        job->is_small = false;
        if (job->method == METHOD_COMPARE)
            decide(arena, basis, job);
    }
}
