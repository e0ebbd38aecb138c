#include "method/unchanged.h"

#include "base/clock.h"

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
