#include "method/shape.h"

#include "base/clock.h"
#include "base/text.h"
#include "plan/plan.h"
#include "plan/shape_diff.h"
#include "target/attached.h"
#include "target/ddl.h"

#include <string.h>

enum { LOCK_TRIES = 6, LOCK_PAUSE_MS = 500 };

struct shape {
    struct task *task;
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
    if (relation->hides_rows) {
        error_set(err, ERROR_TABLE,
            "row security hides rows of the mirrored table \"%s\" from the role that oe2pg uses",
            name);
        return error_hint(err, "ALTER TABLE ... NO FORCE ROW LEVEL SECURITY, or ALTER ROLE ... "
                               "BYPASSRLS; else it could not be compared.");
    }
    return true;
}

static bool
save_change(struct shape *shape, const char *change, const char *statement, struct error *err)
{
    return schema_change_save(
        shape->task->target, shape->task->claim, shape->table, change, statement, err);
}

static bool
add_columns(struct shape *shape, const struct shape_diff *diff, struct error *err)
{
    const char *schema = shape->task->settings->target.schema;

    for (size_t i = 0; i < diff->added_count; i++) {
        const char *statement;

        if (!ddl_add_column(shape->task->target, &shape->task->arena, schema,
                shape->table->target_name, diff->added[i], &statement, err) ||
            !save_change(shape, "column added", statement, err))
            return false;
    }
    return true;
}

static void
describe_gone(char *text, size_t size, const char *column, bool is_dropped)
{
    (void)text_print(text, size, "column \"%s\" is gone from the source, %s", column,
        is_dropped ? "dropped" : "kept and no longer written");
}

// A column that is there and was not mirrored is one that was, earlier, or one that people added:
// that is theirs, and what the source calls the same has no place. Unless it is empty, as where
// they made it for us: a partition gets its columns from the table that it was attached to.
static bool
check_name(struct shape *shape, const char *column, struct error *err)
{
    char change[200];
    bool was_ours;
    bool is_empty;

    describe_gone(change, sizeof change, column, false);
    if (!schema_change_find(
            shape->task->target, shape->task->claim, shape->table, change, &was_ours, err))
        return false;
    if (was_ours)
        return true;
    if (!attached_column_is_empty(shape->task->target, shape->task->settings->target.schema,
            shape->table->target_name, column, &is_empty, err))
        return false;
    if (is_empty)
        return true;
    error_set(err, ERROR_TABLE,
        "the source has a new column for which the mirror's name is \"%s\", and the mirrored table "
        "has a column of that name that oe2pg did not make",
        column);
    return error_hint(err,
        "Rename yours (ALTER TABLE ... RENAME COLUMN), or leave the source's out "
        "(tables.%s.exclude_columns).",
        shape->table->name);
}

static bool
check_names(struct shape *shape, const struct name_list *mirrored, const struct name_list *present,
    struct error *err)
{
    for (size_t i = 0; i < shape->table->column_count; i++) {
        const char *name = shape->table->columns[i].target_name;

        if (name_list_has(present, name) && !name_list_has(mirrored, name) &&
            !check_name(shape, name, err))
            return false;
    }
    return true;
}

// Columns that were mirrored and are not in the source any more.
static bool
leave_columns(struct shape *shape, const struct shape_diff *diff, struct error *err)
{
    const char *schema = shape->task->settings->target.schema;

    for (size_t i = 0; i < diff->gone_count; i++) {
        const char *statement = NULL;
        char change[200];

        if (shape->settings->dropped_columns == DROPPED_DROP &&
            !ddl_drop_column(shape->task->target, &shape->task->arena, schema,
                shape->table->target_name, diff->gone[i], &statement, err))
            return false;
        describe_gone(change, sizeof change, diff->gone[i], statement != NULL);
        if (!save_change(shape, change, statement, err))
            return false;
    }
    return true;
}

static bool
change_shape(struct shape *shape, const struct shape_diff *diff, struct error *err)
{
    struct target *target = shape->task->target;
    bool done;

    done = target_begin(target, err) && add_columns(shape, diff, err) &&
           leave_columns(shape, diff, err) &&
           save_change(shape,
               plan_is_rezoned(shape->table, shape->record->fingerprint)
                   ? "time stamps that mean an instant are in UTC from now on"
                   : "shape of the source table changed",
               NULL, err) &&
           tracking_save_shape(target, shape->task->claim, shape->table, err) &&
           target_commit(target, err);

    if (!done)
        target_rollback(target);
    return done;
}

bool
shape_follow(struct task *task, const struct table *table, uint64_t fingerprint,
    const struct table_record *record, bool *is_missing, struct error *err)
{
    struct shape shape = {
        .task = task,
        .table = table,
        .record = record,
        .settings = &task->settings->mirror,
    };
    const struct name_list mirrored = { record->previous_columns, record->previous_column_count };
    struct name_list present;
    struct shape_diff diff;

    if (!ddl_find(task->target, &task->arena, task->settings->target.schema, table->target_name,
            &shape.relation, err))
        return false;
    *is_missing = !shape.relation.exists;
    if (*is_missing)
        return true;
    present = (struct name_list){ shape.relation.columns, shape.relation.column_count };
    if (!check_relation(&shape, err))
        return false;
    shape_diff_make(&task->arena, table, &mirrored, &present, &diff);
    // Somebody may have dropped a mirrored column by hand: it is made again.
    if (record->fingerprint == fingerprint && diff.added_count == 0)
        return true;
    if (!check_names(&shape, &mirrored, &present, err))
        return false;
    // Somebody may hold a lock for a while; nobody waits behind us for longer than 2 s.
    for (int tries = 1; !change_shape(&shape, &diff, err); tries++) {
        if (strcmp(err->sqlstate, "55P03") != 0 || tries == LOCK_TRIES) {
            attached_explain(task->target, task->settings->target.schema, table->target_name,
                diff.added_count > 0 ? diff.added[0] : NULL, err);
            return false;
        }
        clock_sleep_ms((int64_t)LOCK_PAUSE_MS * tries);
    }
    return true;
}
