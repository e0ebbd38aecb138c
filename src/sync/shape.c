#include "sync/shape.h"

#include "base/clock.h"
#include "plan/shape_diff.h"
#include "target/ddl.h"

#include <stdio.h>
#include <string.h>

enum { LOCK_TRIES = 6, LOCK_PAUSE_MS = 500 };

struct shape {
    struct worker *worker;
    const struct table *table;
    const struct table_record *record;
    struct relation relation;
    const struct mirror_settings *settings;
};

static bool
check_relation(const struct shape *shape, struct error *err)
{
    const struct relation *relation = &shape->relation;
    const char *name = shape->table->target_name;

    if (relation->kind != 'r') {
        error_set(err, ERROR_TABLE, "\"%s\" is no longer a plain table in the mirror", name);
        return error_hint(err, "Rename what is there now; oe2pg will make the table anew.");
    }
    if (!relation->is_owned) {
        error_set(err, ERROR_TABLE, "the mirrored table \"%s\" belongs to another role", name);
        return error_hint(err, "ALTER TABLE ... OWNER TO the role that oe2pg uses.");
    }
    return true;
}

static bool
save_change(struct shape *shape, const char *change, const char *statement, struct error *err)
{
    return schema_change_save(
        shape->worker->target, &shape->worker->shared->claim, shape->table, change, statement, err);
}

static bool
add_columns(struct shape *shape, const struct shape_diff *diff, struct error *err)
{
    const char *schema = shape->worker->shared->settings->target.schema;

    for (size_t i = 0; i < diff->added_count; i++) {
        const char *statement;

        if (!ddl_add_column(shape->worker->target, &shape->worker->arena, schema,
                shape->table->target_name, diff->added[i], &statement, err) ||
            !save_change(shape, "column added", statement, err))
            return false;
    }
    return true;
}

// Columns that were mirrored and are not in the source any more.
static bool
leave_columns(struct shape *shape, const struct shape_diff *diff, struct error *err)
{
    const char *schema = shape->worker->shared->settings->target.schema;

    for (size_t i = 0; i < diff->gone_count; i++) {
        const char *statement = NULL;
        char change[200];

        if (shape->settings->dropped_columns == DROPPED_DROP &&
            !ddl_drop_column(shape->worker->target, &shape->worker->arena, schema,
                shape->table->target_name, diff->gone[i], &statement, err))
            return false;
        (void)snprintf(change, sizeof change, "column \"%s\" is gone from the source, %s",
            diff->gone[i], statement != NULL ? "dropped" : "kept and no longer written");
        if (!save_change(shape, change, statement, err))
            return false;
    }
    return true;
}

static bool
change_shape(struct shape *shape, struct error *err)
{
    struct target *target = shape->worker->target;
    const struct name_list mirrored = { shape->record->previous_columns,
        shape->record->previous_column_count };
    const struct name_list present = { shape->relation.columns, shape->relation.column_count };
    struct shape_diff diff;
    bool done;

    shape_diff_make(&shape->worker->arena, shape->table, &mirrored, &present, &diff);
    done = target_begin(target, err) && add_columns(shape, &diff, err) &&
           leave_columns(shape, &diff, err) &&
           save_change(shape, "shape of the source table changed", NULL, err) &&
           tracking_save_shape(target, &shape->worker->shared->claim, shape->table, err) &&
           target_commit(target, err);

    if (!done)
        target_rollback(target);
    return done;
}

bool
shape_follow(struct worker *worker, const struct table *table, uint64_t fingerprint,
    const struct table_record *record, bool *is_missing, struct error *err)
{
    struct shape shape = {
        .worker = worker,
        .table = table,
        .record = record,
        .settings = &worker->shared->settings->mirror,
    };

    if (!ddl_find(worker->target, &worker->arena, worker->shared->settings->target.schema,
            table->target_name, &shape.relation, err))
        return false;
    *is_missing = !shape.relation.exists;
    if (*is_missing)
        return true;
    if (!check_relation(&shape, err))
        return false;
    if (record->fingerprint == fingerprint)
        return true;
    // Somebody may hold a lock for a while; nobody waits behind us for longer than 2 s.
    for (int tries = 1; !change_shape(&shape, err); tries++) {
        if (strcmp(err->sqlstate, "55P03") != 0 || tries == LOCK_TRIES)
            return false;
        clock_sleep_ms((int64_t)LOCK_PAUSE_MS * tries);
    }
    return true;
}
