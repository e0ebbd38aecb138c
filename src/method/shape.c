#include "method/shape.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "plan/plan.h"
#include "plan/shape_diff.h"
#include "target/attached.h"
#include "target/ddl.h"
#include "target/typed_view.h"

#include <string.h>

enum { LOCK_TRIES = 6, LOCK_PAUSE_MS = 500 };

struct shape {
    struct task *task;
    const struct table *table;
    struct table_record *record;
    struct relation relation;
    const struct mirror_settings *settings;
    struct attached_change in_hand;
    struct typed_view *view; // over the mirrored table; NULL: none
};

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

        shape->in_hand = (struct attached_change){ .added = diff->added[i] };
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

static bool
drop_column(struct shape *shape, const char *column, struct error *err)
{
    const char *statement;
    char change[200];

    shape->in_hand = (struct attached_change){ .dropped = column };
    describe_gone(change, sizeof change, column, true);
    return ddl_drop_column(shape->task->target, &shape->task->arena,
               shape->task->settings->target.schema, shape->table->target_name, column, &statement,
               err) &&
           save_change(shape, change, statement, err);
}

static bool
leave_column(struct shape *shape, const char *column, struct error *err)
{
    char change[200];

    describe_gone(change, sizeof change, column, false);
    return save_change(shape, change, NULL, err);
}

// Those that went earlier and stay were recorded then.
static bool
leave_columns(struct shape *shape, const struct shape_diff *diff, struct error *err)
{
    for (size_t i = 0; i < diff->left_count; i++) {
        if (!leave_column(shape, diff->left[i], err))
            return false;
    }
    for (size_t i = 0; i < diff->dropped_count; i++) {
        if (!drop_column(shape, diff->dropped[i], err))
            return false;
    }
    return true;
}

// What stands there without being mirrored after the change.
static struct name_list
stale_after(struct shape *shape, const struct shape_diff *diff)
{
    const char **names =
        arena_calloc(&shape->task->arena, diff->left_count + diff->stale_count, sizeof *names);
    struct name_list list = { .names = names };

    for (size_t i = 0; i < diff->stale_count; i++)
        names[list.count++] = diff->stale[i];
    for (size_t i = 0; i < diff->left_count; i++)
        names[list.count++] = diff->left[i];
    return list;
}

static bool
is_another_shape(const struct shape *shape, const struct shape_diff *diff, uint64_t fingerprint)
{
    // Somebody may have dropped a mirrored column by hand: it is made again.
    return shape->record->shape.fingerprint != fingerprint || diff->added_count > 0;
}

// Of a table that was adopted no shape is known that this could be another than.
static bool
has_changed_shape(const struct shape *shape, const struct shape_diff *diff, uint64_t fingerprint)
{
    return shape->record->shape.fingerprint != 0 && is_another_shape(shape, diff, fingerprint);
}

static bool
record_shape(
    struct shape *shape, const struct shape_diff *diff, uint64_t fingerprint, struct error *err)
{
    const struct name_list stale = stale_after(shape, diff);
    const char *what = plan_is_rezoned(shape->table, shape->record->shape.fingerprint)
                           ? "time stamps that mean an instant are in UTC from now on"
                           : "shape of the source table changed";

    return (!has_changed_shape(shape, diff, fingerprint) || save_change(shape, what, NULL, err)) &&
           tracking_save_shape(shape->task->target, shape->task->claim, shape->table, &stale, err);
}

// Over the columns that the table keeps: a view would keep others from being dropped.
static bool
follow_view(struct shape *shape, struct error *err)
{
    struct task *task = shape->task;
    struct typed_definition definition;

    if (!typed_view_read_one(task->target, &task->arena, task->claim->mirror_id,
            shape->table->schema, shape->table->name, &shape->view, err))
        return false;
    if (shape->view == NULL || shape->view->name == NULL)
        return true;
    if (!typed_view_define(task->target, &task->arena, task->settings->target.schema, &shape->table,
            1, &definition, err) ||
        (definition.query != NULL && !typed_view_make(task->target, &task->arena, task->claim,
                                         shape->view->schema, &definition, shape->view, err)))
        return false;
    shape->view = NULL; // no later failure is because of it
    return true;
}

static bool
change_shape(
    struct shape *shape, const struct shape_diff *diff, uint64_t fingerprint, struct error *err)
{
    struct target *target = shape->task->target;
    bool done = target_begin(target, err) && add_columns(shape, diff, err) &&
                follow_view(shape, err) && leave_columns(shape, diff, err) &&
                record_shape(shape, diff, fingerprint, err) && target_commit(target, err);

    if (!done)
        target_rollback(target);
    return done;
}

// ---- telling -----------------------------------------------------------------------------------

static void
tell_added(const struct shape *shape, const struct shape_diff *diff)
{
    struct arena *arena = &shape->task->arena;
    const char **names = arena_calloc(arena, diff->added_count, sizeof *names);
    const struct name_list list = { names, diff->added_count };

    if (diff->added_count == 0)
        return;
    for (size_t i = 0; i < diff->added_count; i++)
        names[i] = diff->added[i]->target_name;
    log_warning("table \"%s\": %zu %s new in the source and added to the mirror: %s%s",
        shape->table->name, list.count, list.count == 1 ? "column is" : "columns are",
        name_list_text(arena, &list),
        diff->dropped_count + diff->left_count > 0
            ? " (a column that was renamed is a new one, and the old one is gone)"
            : "");
}

static void
tell_gone(
    const struct shape *shape, const struct name_list *list, const char *where, const char *fate)
{
    if (list->count == 0)
        return;
    log_warning("table \"%s\": %zu %s %s and %s: %s", shape->table->name, list->count,
        text_plural(list->count, "column is", "columns are"), where, fate,
        name_list_text(&shape->task->arena, list));
}

// Whoever excluded a column has to hear too that its old values are still there.
static void
tell_left(const struct shape *shape, const struct name_list *left)
{
    static const char fate[] =
        "kept in the mirror, where nothing writes to it any more: its values grow stale";
    struct arena *arena = &shape->task->arena;
    const struct name_list gone = shape_pick(arena, shape->table, left, false);
    const struct name_list excluded = shape_pick(arena, shape->table, left, true);

    tell_gone(shape, &gone, "gone from the source", fate);
    tell_gone(shape, &excluded, "excluded", fate);
}

static void
tell(const struct shape *shape, const struct shape_diff *diff, uint64_t fingerprint)
{
    const struct name_list dropped = { diff->dropped, diff->dropped_count };
    const struct name_list left = { diff->left, diff->left_count };

    tell_added(shape, diff);
    tell_gone(shape, &dropped, "gone from the source", "dropped from the mirror");
    tell_left(shape, &left);
    if (diff->added_count + diff->dropped_count + diff->left_count == 0 &&
        has_changed_shape(shape, diff, fingerprint))
        log_info(
            "table \"%s\": its columns, their types, order or key are not those of the last run",
            shape->table->name);
}

// Somebody may hold a lock for a while; nobody waits behind us for longer than 2 s.
static bool
change_in_time(
    struct shape *shape, const struct shape_diff *diff, uint64_t fingerprint, struct error *err)
{
    for (int tries = 1; !change_shape(shape, diff, fingerprint, err); tries++) {
        if (strcmp(err->sqlstate, "55P03") != 0 || tries == LOCK_TRIES) {
            attached_explain(shape->task->target, shape->task->settings->target.schema,
                shape->table->target_name, &shape->in_hand, err);
            typed_view_explain(shape->task->target, shape->view, err);
            return false;
        }
        clock_sleep_ms((int64_t)LOCK_PAUSE_MS * tries);
    }
    return true;
}

bool
shape_follow(struct task *task, const struct table *table, uint64_t fingerprint,
    struct table_record *record, bool *is_missing, struct error *err)
{
    struct shape shape = {
        .task = task,
        .table = table,
        .record = record,
        .settings = &task->settings->mirror,
    };
    const struct shape_before before = {
        .mirrored = { record->shape.previous_columns, record->shape.previous_column_count },
        .stale = { record->shape.stale_columns, record->shape.stale_column_count },
    };
    struct name_list stale;
    struct name_list present;
    struct shape_diff diff;

    if (!ddl_find(task->target, &task->arena, task->settings->target.schema, table->target_name,
            &shape.relation, err))
        return false;
    *is_missing = !shape.relation.exists;
    if (*is_missing)
        return true;
    present = (struct name_list){ shape.relation.columns, shape.relation.column_count };
    if (!attached_check(
            task->target, task->settings->target.schema, table->target_name, &shape.relation, err))
        return false;
    shape_diff_make(&task->arena, table, &before, &present,
        shape.settings->dropped_columns == DROPPED_DROP, &diff);
    stale = stale_after(&shape, &diff);
    if (!is_another_shape(&shape, &diff, fingerprint) && diff.left_count == 0 &&
        diff.dropped_count == 0 && stale.count == before.stale.count)
        return true;
    if (!check_names(&shape, &before.mirrored, &present, err) ||
        !change_in_time(&shape, &diff, fingerprint, err))
        return false;
    record->shape.stale_columns = stale.names;
    record->shape.stale_column_count = stale.count;
    tell(&shape, &diff, fingerprint);
    return true;
}
