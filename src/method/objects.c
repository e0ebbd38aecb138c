#include "method/objects.h"

#include "base/clock.h"
#include "base/log.h"
#include "method/object_build.h"
#include "plan/wanted.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct building
begin_building(struct task *task, const struct table *table)
{
    struct building building = { .task = task,
        .table = table,
        .place = { task->settings->target.schema, table->target_name },
        .has_null = arena_calloc(&task->arena, table->column_count, sizeof(bool)) };

    wanted_make(&task->arena, &task->settings->mirror, table, &building.wanted);
    return building;
}

// The last one: all wishes were seen to.
static bool
save_table(struct building *building, struct error *err)
{
    struct task *task = building->task;
    const struct mirror_object object = { .kind = OBJECT_TABLE,
        .source_name = "",
        .name = building->table->target_name,
        .declared = arena_printf(&task->arena, "%016" PRIx64, building->wanted.fingerprint) };

    return building->wanted.count == 0
               ? object_forget(task->target, task->claim, building->table, &object, err)
               : object_save(task->target, task->claim, building->table, &object, err);
}

bool
objects_make(struct task *task, const struct table *table, struct error *err)
{
    struct building building = begin_building(task, table);
    bool is_possible;

    building.is_new = true;
    if (!object_forget_all(task->target, task->claim, table, err))
        return false;
    if (building.wanted.count == 0)
        return true;
    task_set_phase(task, PHASE_INDEXING);
    if (!index_is_possible(task->target, &building.place, &is_possible, err))
        return false;
    if (!building_write_comments(&building, err) ||
        (is_possible && !building_make_not_nulls(&building, err)))
        return false;
    for (size_t i = 0; is_possible && i < building.wanted.count; i++) {
        struct mirror_object made;

        if (building.wanted.list[i].kind == OBJECT_INDEX &&
            !building_make_index(&building, &building.wanted.list[i], &made, err))
            return false;
    }
    return save_table(&building, err);
}

// ---- later runs --------------------------------------------------------------------------------

static const struct wanted_object *
find_wish(const struct wanted_objects *wanted, const struct mirror_object *object)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const struct wanted_object *wish = &wanted->list[i];

        if (wish->kind == object->kind && strcmp(wish->source_name, object->source_name) == 0)
            return strcmp(wish->declared, object->declared) == 0 ? wish : NULL;
    }
    return NULL;
}

static bool
drop_object(struct building *building, const struct mirror_object *object, struct error *err)
{
    struct target *target = building->task->target;

    if (!object->is_there || object->state == OBJECT_OTHERS || object->state == OBJECT_LEFT_OUT)
        return true;
    switch (object->kind) {
    case OBJECT_INDEX:
        return index_drop(target, &building->place, object->name, err);
    case OBJECT_NOT_NULL:
        return not_null_drop(target, &building->place, object->name, err);
    case OBJECT_CHECK:
        return not_null_drop_check(target, &building->place, err);
    case OBJECT_COMMENT:
    case OBJECT_TABLE:
    case OBJECT_KIND_COUNT:
        break;
    }
    return true;
}

static bool
remove_object(struct building *building, const struct mirror_object *object, struct error *err)
{
    struct task *task = building->task;
    const char *change = arena_printf(
        &task->arena, "%s \"%s\" dropped", object_kind_word(object->kind), object->name);

    return target_begin(task->target, err) && drop_object(building, object, err) &&
           object_forget(task->target, task->claim, building->table, object, err) &&
           schema_change_save(task->target, task->claim, building->table, change, NULL, err) &&
           target_commit(task->target, err);
}

// A lock that somebody holds, what people hung on an object of ours, or NOT NULL of the primary key
// that stays for that.
static bool
is_in_the_way(const struct error *err)
{
    return strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "2BP01") == 0 ||
           strcmp(err->sqlstate, "42P16") == 0;
}

// What cannot be had now waits for the next run, and the other steps go on; the first reason is
// told.
struct following {
    struct building building;
    struct error waits_for;
};

static bool
may_wait(struct following *following, bool is_done, struct error *err)
{
    if (is_done)
        return true;
    target_rollback(following->building.task->target);
    if (!is_in_the_way(err))
        return false;
    if (following->waits_for.kind == ERROR_NONE)
        following->waits_for = *err;
    error_clear(err);
    return true;
}

// Indexes first: NOT NULL stays while a primary key needs it.
static bool
remove_unwanted(struct following *following, enum object_kind kind, struct error *err)
{
    struct building *building = &following->building;

    for (size_t i = 0; i < building->recorded.count; i++) {
        const struct mirror_object *object = &building->recorded.list[i];

        if (object->kind == kind && find_wish(&building->wanted, object) == NULL &&
            !may_wait(following, remove_object(building, object, err), err))
            return false;
    }
    return true;
}

static bool
make_index(struct following *following, const struct wanted_object *wanted, struct error *err)
{
    struct building *building = &following->building;
    bool may_alter = following->waits_for.kind == ERROR_NONE;
    struct task *task = building->task;
    struct mirror_object made;
    const char *change =
        arena_printf(&task->arena, "index \"%s\": %s", wanted->source_name, wanted->declared);

    return target_begin(task->target, err) && building_make_index(building, wanted, &made, err) &&
           schema_change_save(task->target, task->claim, building->table, change, NULL, err) &&
           target_commit(task->target, err) &&
           (!made.is_due || !may_alter ||
               (target_begin(task->target, err) && building_make_primary(building, &made, err) &&
                   target_commit(task->target, err)));
}

static bool
write_comments(struct building *building, struct error *err)
{
    struct target *target = building->task->target;

    return target_begin(target, err) && building_write_comments(building, err) &&
           target_commit(target, err);
}

// Of a table that others inherit from no index is made.
static bool
follow_indexes(struct following *following, struct error *err)
{
    struct building *building = &following->building;

    if (!remove_unwanted(following, OBJECT_INDEX, err) ||
        !remove_unwanted(following, OBJECT_CHECK, err) ||
        !remove_unwanted(following, OBJECT_NOT_NULL, err) ||
        !may_wait(following, building_make_not_nulls(building, err), err))
        return false;
    for (size_t i = 0; i < building->wanted.count; i++) {
        const struct wanted_object *wanted = &building->wanted.list[i];

        if (wanted->kind == OBJECT_INDEX && !building_is_settled(building, wanted) &&
            !may_wait(following, make_index(following, wanted, err), err))
            return false;
    }
    return true;
}

static bool
follow(struct following *following, struct error *err)
{
    struct building *building = &following->building;
    struct task *task = building->task;
    bool is_possible;

    if (!may_wait(following, write_comments(building, err), err) ||
        !index_is_possible(task->target, &building->place, &is_possible, err) ||
        (is_possible && !follow_indexes(following, err)))
        return false;
    return following->waits_for.kind != ERROR_NONE ||
           (target_begin(task->target, err) && save_table(building, err) &&
               target_commit(task->target, err));
}

// Of a wish that was seen to nothing is to be done, though its rows may be new.
static bool
is_settled(const struct building *building)
{
    const struct mirror_object *seen = NULL;

    for (size_t i = 0; i < building->recorded.count; i++) {
        const struct mirror_object *object = &building->recorded.list[i];

        if (object->kind == OBJECT_TABLE)
            seen = object;
        else if (object->kind != OBJECT_COMMENT && find_wish(&building->wanted, object) == NULL)
            return false;
    }
    for (size_t i = 0; i < building->wanted.count; i++) {
        if (!building_is_settled(building, &building->wanted.list[i]))
            return false;
    }
    return seen != NULL ? strtoull(seen->declared, NULL, 16) == building->wanted.fingerprint
                        : building->wanted.count == 0;
}

bool
objects_follow(struct task *task, struct error *err)
{
    const struct table *table = &task->table;
    struct following following = { .building = begin_building(task, table) };
    struct building *building = &following.building;

    if (!object_read(task->target, &task->arena, task->claim, building->place.schema, table,
            &building->recorded, err))
        return false;
    if (is_settled(building))
        return true;
    task_set_phase(task, PHASE_INDEXING);
    if (!follow(&following, err)) {
        target_rollback(task->target);
        return false;
    }
    if (following.waits_for.kind != ERROR_NONE)
        log_warning(
            "table \"%s\": its rows are mirrored, and some of its indexes wait for the next "
            "run: %s",
            table->name, following.waits_for.message);
    return true;
}

// ---- making way --------------------------------------------------------------------------------

// A unique index is an ordinary one by then, so that readers have one all the time.
static bool
replace_by_plain(struct building *building, const struct wanted_object *wanted,
    struct mirror_object *object, struct error *err)
{
    struct task *task = building->task;
    struct target *target = task->target;
    const char *former = object->name;
    const char *name;
    enum index_attempt attempt;

    if (!index_find_name(target, &building->place, task->claim->mirror_id, wanted, &name, err))
        return false;
    if (name == NULL)
        return index_drop(target, &building->place, former, err);
    if (!index_make(target, &building->place, wanted, name, false, &attempt, err) ||
        !index_drop(target, &building->place, former, err))
        return false;
    if (attempt != INDEX_MADE)
        return true;
    object->state = OBJECT_WEAKER;
    return index_rename(target, &building->place, name, former, err) &&
           index_describe(target, &task->arena, &building->place, former, &object->oid,
               &object->definition, err);
}

static bool
make_way(
    struct building *building, struct mirror_object *object, bool is_for_value, struct error *err)
{
    struct task *task = building->task;
    const struct wanted_object *wanted = find_wish(&building->wanted, object);
    const struct mirror_object former = *object;
    const char *change = arena_printf(
        &task->arena, "%s \"%s\" made way for rows", object_kind_word(object->kind), object->name);

    object->state = OBJECT_LEFT_OUT;
    object->reason = "it made way for rows that it would have kept out";
    object->definition = NULL;
    object->oid = 0;
    object->is_due = true;
    return target_begin(task->target, err) &&
           (object->kind == OBJECT_INDEX && wanted != NULL && !is_for_value
                   ? replace_by_plain(building, wanted, object, err)
                   : drop_object(building, &former, err)) &&
           object_save(task->target, task->claim, building->table, object, err) &&
           schema_change_save(task->target, task->claim, building->table, change, NULL, err) &&
           target_commit(task->target, err);
}

bool
objects_yield(
    struct task *task, const struct refusal *refusal, bool *has_yielded, struct error *err)
{
    const struct table *table = &task->table;
    struct building building = begin_building(task, table);
    struct mirror_object object = *refusal->by;

    task_set_phase(task, PHASE_INDEXING);
    *has_yielded = make_way(&building, &object, refusal->is_of_value, err);
    if (*has_yielded) {
        log_info("table \"%s\": %s \"%s\" made way for rows that it would have kept out",
            table->name, object_kind_word(object.kind), object.name);
        return true;
    }
    target_rollback(task->target);
    if (!is_in_the_way(err))
        return false;
    log_warning("table \"%s\": %s \"%s\" cannot make way for rows: %s", table->name,
        object_kind_word(object.kind), object.name, err->message);
    error_clear(err);
    return true;
}
