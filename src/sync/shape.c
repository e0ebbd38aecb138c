#include "sync/shape.h"

#include "base/clock.h"
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
has_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool
is_mirrored_column(const struct table *table, const char *target_name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, target_name) == 0)
            return true;
    }
    return false;
}

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
add_columns(struct shape *shape, struct error *err)
{
    const char *schema = shape->worker->shared->settings->target.schema;

    for (size_t i = 0; i < shape->table->column_count; i++) {
        const struct column *column = &shape->table->columns[i];
        const char *statement;

        if (has_name(shape->relation.columns, shape->relation.column_count, column->target_name))
            continue;
        if (!ddl_add_column(shape->worker->target, &shape->worker->arena, schema,
                shape->table->target_name, column->target_name, &statement, err) ||
            !save_change(shape, "column added", statement, err))
            return false;
    }
    return true;
}

// A column that was mirrored and is not in the source any more.
static bool
leave_columns(struct shape *shape, struct error *err)
{
    const char *schema = shape->worker->shared->settings->target.schema;

    for (size_t i = 0; i < shape->record->previous_column_count; i++) {
        const char *name = shape->record->previous_columns[i];
        const char *statement = NULL;
        char change[200];

        if (is_mirrored_column(shape->table, name) ||
            !has_name(shape->relation.columns, shape->relation.column_count, name))
            continue;
        if (shape->settings->dropped_columns == DROPPED_DROP &&
            !ddl_drop_column(shape->worker->target, &shape->worker->arena, schema,
                shape->table->target_name, name, &statement, err))
            return false;
        (void)snprintf(change, sizeof change, "column \"%s\" is gone from the source, %s", name,
            statement != NULL ? "dropped" : "kept and no longer written");
        if (!save_change(shape, change, statement, err))
            return false;
    }
    return true;
}

static bool
change_shape(struct shape *shape, struct error *err)
{
    struct target *target = shape->worker->target;
    bool done = target_begin(target, err) && add_columns(shape, err) && leave_columns(shape, err) &&
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
