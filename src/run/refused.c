#include "run/refused.h"

#include "base/clock.h"
#include "base/log.h"
#include "plan/plan.h"

#include <string.h>

static const struct selected_table *
find_selected(const struct selection *selection, const struct table_record *record)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct table *table = selection->tables[i].table;

        if (strcmp(table->name, record->source_table) == 0 &&
            strcmp(table->schema, record->source_schema) == 0)
            return &selection->tables[i];
    }
    return NULL;
}

// A table that is not selected is as it was; what a taken one failed with is its worker's business.
static bool
is_over(const struct selected_table *selected, const struct table_record *record)
{
    if (selected == NULL || selected->verdict == SELECTION_TAKEN)
        return plan_was_only_refused(record);
    return selected->verdict == SELECTION_IGNORED;
}

static bool
forget_one(struct target *target, const struct mirror_claim *claim,
    const struct table_record *record, struct error *err)
{
    const struct table table = { .schema = record->source_schema, .name = record->source_table };

    return target_begin(target, err) && tracking_forget_failure(target, claim, &table, err) &&
           target_commit(target, err);
}

bool
refused_forget(struct target *target, const struct mirror_claim *claim,
    const struct selection *selection, struct table_record *records, size_t *record_count,
    struct error *err)
{
    for (size_t i = 0; i < *record_count; i++) {
        const struct table_record *record = &records[i];

        if (record->state == TABLE_STATE_FAILED &&
            is_over(find_selected(selection, record), record) &&
            !forget_one(target, claim, record, err)) {
            target_rollback(target);
            return error_within(err, "table \"%s\"", record->source_table);
        }
    }
    *record_count = plan_drop_refused(records, *record_count);
    return true;
}

static bool
record_one(struct target *target, const struct mirror_claim *claim, const char *target_schema,
    const struct selected_table *selected, struct error *err)
{
    const struct table_record record = {
        .source_schema = selected->table->schema,
        .source_table = selected->table->name,
        .target_table = selected->table->target_name,
        .state = TABLE_STATE_FAILED,
        .method = PLAN_NO_METHOD,
        .reason = "cannot be mirrored as it is",
        .attempt = 1,
        .error = selected->refusal->message,
        .hint = selected->refusal->hint[0] != '\0' ? selected->refusal->hint : NULL,
    };
    const int64_t now = clock_wall_ms();
    const struct table_result nothing = { .started_ms = now, .finished_ms = now };

    return target_begin(target, err) &&
           tracking_save_failure(target, claim, target_schema, &record, err) &&
           table_run_save(target, claim, &record, &nothing, err) && target_commit(target, err);
}

bool
refused_record(struct target *target, const struct mirror_claim *claim,
    const struct settings *settings, const struct selection *selection, struct error *err)
{
    for (size_t i = 0; i < selection->table_count; i++) {
        const struct selected_table *selected = &selection->tables[i];

        if (selected->verdict != SELECTION_REFUSED)
            continue;
        log_failure(LOG_ERROR, selected->refusal);
        // verify alone says nothing about what runs can do.
        if (settings->mirror.verify && !settings->mirror.verify_repair)
            continue;
        if (record_one(target, claim, settings->target.schema, selected, err))
            continue;
        target_rollback(target);
        error_within(err, "could not record why table \"%s\" failed", selected->table->name);
        if (err->kind != ERROR_TABLE && err->kind != ERROR_DATA)
            return false;
        log_failure(LOG_WARNING, err);
        error_clear(err);
    }
    return true;
}
