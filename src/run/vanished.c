#include "run/vanished.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/brake.h"
#include "target/ddl.h"
#include "target/typed_view.h"

#include <string.h>

struct vanished {
    struct target *target;
    const struct mirror_claim *claim;
    const struct settings *settings;
};

// A table whose name only changed its case is the same table.
static const struct table *
find_in_catalog(const struct catalog *catalog, const struct table_record *record)
{
    const struct table *similar = NULL;

    for (size_t i = 0; i < catalog->table_count; i++) {
        const struct table *table = catalog->tables[i];

        if (strcmp(table->name, record->source_table) == 0 &&
            strcmp(table->schema, record->source_schema) == 0)
            return table;
        if (text_equal_nocase(table->name, record->source_table) &&
            text_equal_nocase(table->schema, record->source_schema))
            similar = table;
    }
    return similar;
}

static bool
is_spelled_alike(const struct table *table, const struct table_record *record)
{
    return strcmp(table->name, record->source_table) == 0 &&
           strcmp(table->schema, record->source_schema) == 0;
}

static struct table
describe(const struct table_record *record)
{
    return (struct table){
        .schema = record->source_schema,
        .name = record->source_table,
        .target_name = record->target_table,
    };
}

static bool
leave_table(struct vanished *vanished, struct arena *arena, const struct table_record *record,
    struct error *err)
{
    const char *schema = vanished->settings->target.schema;
    struct table table = describe(record);
    struct relation relation;
    const char *statement = NULL;

    if (!target_begin(vanished->target, err) ||
        !ddl_find(vanished->target, arena, schema, record->target_table, &relation, err))
        return false;
    // A table that was never put there may have the name of another one that was.
    if (vanished->settings->mirror.dropped_tables == DROPPED_DROP && record->is_loaded &&
        relation.exists && relation.kind == 'r' &&
        (!typed_view_drop_of(vanished->target, arena, vanished->claim->mirror_id,
             record->source_schema, record->source_table, err) ||
            !ddl_drop_table(
                vanished->target, arena, schema, record->target_table, &statement, err)))
        return false;
    if (record->staging.table != NULL &&
        !ddl_drop_staging(vanished->target, record->staging.table, err))
        return false;
    return schema_change_save(vanished->target, vanished->claim, &table,
               statement != NULL ? "table is gone from the source, dropped"
                                 : "table is gone from the source, kept and no longer written",
               statement, err) &&
           tracking_mark_dropped(vanished->target, vanished->claim, &table, err) &&
           target_commit(vanished->target, err);
}

static bool
rename_table(struct vanished *vanished, const struct table_record *record,
    const struct table *table, struct error *err)
{
    // Under the new spelling it may have been refused, as long as both were there.
    return target_begin(vanished->target, err) &&
           tracking_forget_failure(vanished->target, vanished->claim, table, err) &&
           tracking_rename(vanished->target, vanished->claim, record, table, err) &&
           schema_change_save(
               vanished->target, vanished->claim, table, "spelled in another way now", NULL, err) &&
           target_commit(vanished->target, err);
}

static void
report(const struct settings *settings, const struct table_record *record)
{
    if (settings->mirror.dropped_tables == DROPPED_DROP)
        log_warning("table \"%s\" is gone from the source: its mirror was dropped, as "
                    "mirror_settings.dropped_tables says",
            record->source_table);
    else
        log_warning("table \"%s\" is gone from the source: its mirror stays as it is and is no "
                    "longer written",
            record->source_table);
}

static bool
check_limit(const struct catalog *catalog, const struct table_record *records, size_t record_count,
    struct error *err)
{
    size_t gone = 0;
    size_t known = 0;

    for (size_t i = 0; i < record_count; i++) {
        if (records[i].state == TABLE_STATE_DROPPED)
            continue;
        known++;
        gone += find_in_catalog(catalog, &records[i]) == NULL && !records[i].may_vanish;
    }
    if (gone <= brake_run_limit(known))
        return true;
    error_set(err, ERROR_BRAKE, "%zu of %zu mirrored tables are gone from the source's catalogue",
        gone, known);
    return error_hint(err,
        "See whether this is the right source and whether its user may still see the tables. If "
        "they are to go: oe2pg --allow-delete '*'");
}

static bool
record_failure(struct vanished *vanished, const struct table_record *record,
    const struct error *why, struct error *err)
{
    struct table_record failed = *record;

    failed.error = why->message;
    failed.hint = why->hint[0] != '\0' ? why->hint : NULL;
    return target_begin(vanished->target, err) &&
           tracking_save_failure(vanished->target, vanished->claim,
               vanished->settings->target.schema, &failed, err) &&
           target_commit(vanished->target, err);
}

// One table that cannot go is no reason to stop the run; a lost connection is.
static bool
keep_stuck(struct vanished *vanished, const struct table_record *record, struct stuck_tables *stuck,
    struct error *err)
{
    struct error why = *err;

    target_rollback(vanished->target);
    if (why.kind != ERROR_TABLE && why.kind != ERROR_DATA)
        return false;
    error_within(&why, "table \"%s\", which is gone from the source", record->source_table);
    error_clear(err);
    log_failure(LOG_ERROR, &why);
    stuck->tables[stuck->count++] =
        (struct stuck_table){ .name = record->target_table, .why = why };
    return record_failure(vanished, record, &why, err);
}

static bool
handle_one(struct vanished *vanished, struct arena *arena, const struct catalog *catalog,
    const struct table_record *record, struct stuck_tables *stuck, struct error *err)
{
    const struct table *table = find_in_catalog(catalog, record);

    if (table != NULL)
        return is_spelled_alike(table, record) || rename_table(vanished, record, table, err);
    if (record->state == TABLE_STATE_DROPPED)
        return true;
    if (!leave_table(vanished, arena, record, err))
        return keep_stuck(vanished, record, stuck, err);
    report(vanished->settings, record);
    return true;
}

bool
vanished_handle(struct target *target, const struct mirror_claim *claim,
    const struct vanishing *what, struct arena *arena, struct stuck_tables *stuck,
    struct error *err)
{
    struct vanished vanished = { .target = target, .claim = claim, .settings = what->settings };
    bool done = check_limit(what->catalog, what->records, what->record_count, err);

    stuck->tables = arena_calloc(arena, what->record_count, sizeof *stuck->tables);
    stuck->count = 0;
    for (size_t i = 0; done && i < what->record_count; i++) {
        const struct table_record *record = &what->records[i];

        done = handle_one(&vanished, arena, what->catalog, record, stuck, err);
        target_rollback(target);
        if (!done)
            error_within(err, "table \"%s\", which is gone from the source", record->source_table);
    }
    return done;
}
