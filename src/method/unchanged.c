#include "method/unchanged.h"

#include "base/clock.h"
#include "base/log.h"
#include "plan/witness.h"
#include "target/small_tables.h"

#include <string.h>

// The first word of a version is a time, whose texts sort as the times do, or "-".
static bool
is_older(const char *version, const char *recorded)
{
    size_t size = strcspn(version, " ");
    size_t recorded_size = strcspn(recorded, " ");

    return version[0] != '-' && recorded[0] != '-' &&
           memcmp(version, recorded, size < recorded_size ? size : recorded_size) < 0;
}

bool
unchanged_refuse_older(
    const struct table *table, const struct table_record *record, struct error *err)
{
    const char *version = table->entry.version;
    const char *recorded = record->content.source_version;

    if (version == NULL || recorded == NULL || !is_older(version, recorded))
        return true;
    (void)error_set(err, ERROR_TABLE,
        "its rows at the source are of %.*s, and the mirror has those of %.*s: nothing older is "
        "taken",
        (int)strcspn(version, " "), version, (int)strcspn(recorded, " "), recorded);
    return error_hint(err, "Put the newer file back; or, if the older one is meant, run oe2pg "
                           "--full-sync once.");
}

bool
unchanged_keep(
    struct task *task, struct table_record *record, struct table_result *result, struct error *err)
{
    const struct mirror_claim *claim = task->claim;

    result->finished_ms = clock_wall_ms();
    task_set_phase(task, PHASE_COMMITTING);
    return target_begin(task->target, err) &&
           table_run_save(task->target, claim, record, result, err) &&
           tracking_save(task->target, claim, task->settings->target.schema, record, err) &&
           target_commit(task->target, err);
}

// ---- many at a time ----------------------------------------------------------------------------

static struct outcome
outcome_of(const struct small_table_record *record)
{
    int64_t now_ms = clock_wall_ms();

    return (struct outcome){ .state = OUTCOME_DONE,
        .row_count = record->row_count,
        .attempts = 1,
        .result = { .started_ms = now_ms, .finished_ms = now_ms } };
}

// The mirror holds what the source held when its counters were asked.
void
unchanged_settle(struct task *task, const struct job *const *jobs, size_t count,
    struct outcome *outcomes, bool *is_settled)
{
    struct small_table_record records[SMALL_TABLES_MAX];
    struct error err = { 0 };

    for (size_t i = 0; i < count; i++)
        records[i] = (struct small_table_record){ .table = jobs[i]->table,
            .reason = jobs[i]->reason,
            .row_count = jobs[i]->record->content.row_count,
            .size_bytes = jobs[i]->record->content.size_bytes,
            .read_from_ms = jobs[i]->counters->server->asked_ms,
            .read_to_ms = jobs[i]->counters->server->asked_ms };
    task_set_phase(task, PHASE_COMMITTING);
    if (!small_tables_save(task->target, task->claim, records, count, &err)) {
        log_debug("%zu unchanged tables are looked at one by one: %s", count, err.message);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        is_settled[i] = true;
        outcomes[i] = outcome_of(&records[i]);
        log_debug("%s is not read: nothing was written to it", jobs[i]->table->target_name);
    }
}
