#include "method/object_build.h"

#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

const struct mirror_object *
building_find(const struct building *building, const struct wanted_object *wanted)
{
    for (size_t i = 0; i < building->recorded.count; i++) {
        const struct mirror_object *object = &building->recorded.list[i];

        if (object->kind == wanted->kind && strcmp(object->source_name, wanted->source_name) == 0)
            return object;
    }
    return NULL;
}

bool
building_is_settled(const struct building *building, const struct wanted_object *wanted)
{
    const struct mirror_object *object = building_find(building, wanted);

    return object != NULL && !object->is_due && strcmp(object->declared, wanted->declared) == 0 &&
           (object->is_there || object->state == OBJECT_LEFT_OUT);
}

static struct mirror_object
begin_object(const struct wanted_object *wanted)
{
    return (struct mirror_object){
        .kind = wanted->kind,
        .source_name = wanted->source_name,
        .name = wanted->name,
        .declared = wanted->declared,
        .state = OBJECT_AS_DECLARED,
    };
}

static bool
save(const struct building *building, const struct mirror_object *object, struct error *err)
{
    return object_save(building->task->target, building->task->claim, building->table, object, err);
}

// ---- NOT NULL ----------------------------------------------------------------------------------

static size_t
place_of(const struct table *table, const char *target_name)
{
    size_t i = 0;

    while (i < table->column_count && strcmp(table->columns[i].target_name, target_name) != 0)
        i++;
    return i;
}

static bool
save_not_nulls(const struct building *building, const struct not_nulls *columns, struct error *err)
{
    for (size_t i = 0; i < building->wanted.count; i++) {
        struct mirror_object object = begin_object(&building->wanted.list[i]);
        size_t place = place_of(building->table, object.name);

        if (object.kind != OBJECT_NOT_NULL || !columns->is_wanted[place])
            continue;
        if (columns->has_null[place]) {
            object.state = OBJECT_LEFT_OUT;
            object.reason = "rows of the mirror hold NULL there";
        }
        if (!save(building, &object, err))
            return false;
    }
    return true;
}

static bool
has_any(const struct not_nulls *columns)
{
    for (size_t i = 0; i < columns->table->column_count; i++) {
        if (columns->is_wanted[i] && !columns->has_null[i])
            return true;
    }
    return false;
}

static bool
save_check(const struct building *building, bool is_there, struct error *err)
{
    const struct mirror_object check = {
        .kind = OBJECT_CHECK, .source_name = "", .name = NOT_NULL_CHECK, .declared = "CHECK"
    };
    struct task *task = building->task;

    return is_there ? object_save(task->target, task->claim, building->table, &check, err)
                    : object_forget(task->target, task->claim, building->table, &check, err);
}

// Three transactions: what looks at the rows must not hold the lock of what alters the table.
static bool
set_behind_check(
    const struct building *building, const struct not_nulls *columns, struct error *err)
{
    struct target *target = building->task->target;
    const struct mirror_place *place = &building->place;

    return target_begin(target, err) && not_null_add_check(target, place, columns, err) &&
           save_check(building, true, err) && target_commit(target, err) &&
           target_begin(target, err) && not_null_validate(target, place, err) &&
           target_commit(target, err) && target_begin(target, err) &&
           not_null_set(target, place, columns, err) && not_null_drop_check(target, place, err) &&
           save_check(building, false, err) && save_not_nulls(building, columns, err) &&
           schema_change_save(
               target, building->task->claim, building->table, "NOT NULL set", NULL, err) &&
           target_commit(target, err);
}

static bool
make_not_nulls(const struct building *building, struct not_nulls *columns, struct error *err)
{
    struct target *target = building->task->target;

    if (!not_null_look(target, &building->place, columns, err))
        return false;
    if (building->is_new)
        return (!has_any(columns) || not_null_set(target, &building->place, columns, err)) &&
               save_not_nulls(building, columns, err);
    if (has_any(columns))
        return set_behind_check(building, columns, err);
    return target_begin(target, err) && save_not_nulls(building, columns, err) &&
           target_commit(target, err);
}

bool
building_make_not_nulls(struct building *building, struct error *err)
{
    const struct table *table = building->table;
    bool *is_wanted = arena_calloc(&building->task->arena, table->column_count, sizeof *is_wanted);
    struct not_nulls columns = { table, is_wanted, building->has_null };
    bool has_wish = false;

    for (size_t i = 0; i < building->wanted.count; i++) {
        const struct wanted_object *wanted = &building->wanted.list[i];
        const struct mirror_object *object = building_find(building, wanted);
        size_t place = place_of(table, wanted->name);

        if (wanted->kind != OBJECT_NOT_NULL)
            continue;
        if (building_is_settled(building, wanted)) {
            building->has_null[place] = object->state == OBJECT_LEFT_OUT;
            continue;
        }
        is_wanted[place] = true;
        has_wish = true;
    }
    if (!has_wish)
        return true;
    // not_null_look has only the columns in question, and empties the others' answers.
    columns.has_null = arena_calloc(&building->task->arena, table->column_count, sizeof(bool));
    if (!make_not_nulls(building, &columns, err))
        return false;
    for (size_t i = 0; i < table->column_count; i++)
        building->has_null[i] = is_wanted[i] ? columns.has_null[i] : building->has_null[i];
    return true;
}

// ---- indexes -----------------------------------------------------------------------------------

static bool
has_null_in_key(const struct building *building, const struct wanted_object *wanted)
{
    for (size_t i = 0; i < wanted->key->column_count; i++) {
        if (building->has_null[wanted->key->columns[i]])
            return true;
    }
    return false;
}

static void
weaken(const struct building *building, struct mirror_object *object, enum object_state state,
    const char *reason)
{
    const struct mirror_object *before = NULL;

    for (size_t i = 0; i < building->recorded.count; i++) {
        if (building->recorded.list[i].kind == object->kind &&
            strcmp(building->recorded.list[i].source_name, object->source_name) == 0)
            before = &building->recorded.list[i];
    }
    object->state = state;
    object->reason = reason;
    if (before != NULL && before->reason != NULL && strcmp(before->reason, reason) == 0)
        return; // it was told
    log_warning("table \"%s\": index \"%s\" of the source (%s) is %s in the mirror: %s",
        building->table->name, object->source_name, object->declared,
        state == OBJECT_LEFT_OUT ? "left out" : "a weaker one", reason);
}

// Of rows that are not unique.
static bool
weaken_unique(const struct building *building, const struct wanted_object *wanted,
    struct mirror_object *object, struct error *err)
{
    int64_t count;

    if (!index_count_equal(
            building->task->target, &building->place, building->table, wanted, &count, err))
        return false;
    weaken(building, object, OBJECT_WEAKER,
        arena_printf(&building->task->arena,
            "%" PRId64 " of its rows share their values with others, by PostgreSQL's rules, so it "
            "is not unique",
            count));
    return true;
}

// As far as the rows allow.
static bool
try_index(struct building *building, const struct wanted_object *wanted, const char *name,
    struct mirror_object *object, struct error *err)
{
    struct target *target = building->task->target;
    enum index_attempt attempt;

    if (!index_make(target, &building->place, wanted, name, wanted->is_unique, &attempt, err))
        return false;
    if (attempt == INDEX_NOT_UNIQUE) {
        if (!weaken_unique(building, wanted, object, err) ||
            !index_make(target, &building->place, wanted, name, false, &attempt, err))
            return false;
    }
    if (attempt == INDEX_TOO_LONG)
        weaken(building, object, OBJECT_LEFT_OUT, "a value is too long for an index");
    if (attempt == INDEX_IMPOSSIBLE)
        weaken(building, object, OBJECT_LEFT_OUT,
            "PostgreSQL has no index for columns of these types");
    return true;
}

// What stood there for the wish goes when its successor is made: readers always have one.
static bool
succeed(struct building *building, const struct mirror_object *former, const char *name,
    struct mirror_object *object, struct error *err)
{
    struct target *target = building->task->target;

    object->name = name;
    if (former == NULL)
        return true;
    if (!index_drop(target, &building->place, former->name, err) ||
        !index_rename(target, &building->place, name, former->name, err))
        return false;
    object->name = former->name;
    return true;
}

bool
building_make_primary(struct building *building, struct mirror_object *made, struct error *err)
{
    if (!index_make_primary(building->task->target, &building->place, made->name, err))
        return false;
    made->state = OBJECT_AS_DECLARED;
    made->reason = NULL;
    made->is_due = false;
    return save(building, made, err);
}

static void
judge_primary(
    struct building *building, const struct wanted_object *wanted, struct mirror_object *object)
{
    if (!wanted->is_primary || object->state != OBJECT_AS_DECLARED)
        return;
    if (has_null_in_key(building, wanted)) {
        weaken(building, object, OBJECT_WEAKER,
            "rows hold NULL in it, so it is unique, and no primary key");
        return;
    }
    object->state = OBJECT_WEAKER;
    object->reason = "it is to become the primary key";
    object->is_due = true;
}

// The weaker one that is there is asked first: it answers at less cost than another one is made.
static bool
is_still_weak(struct building *building, const struct wanted_object *wanted,
    const struct mirror_object *former, struct mirror_object *object, bool *is_weak,
    struct error *err)
{
    bool is_unique =
        wanted->is_primary && strncmp(former->definition, "UNIQUE", strlen("UNIQUE")) == 0;
    int64_t count = 0;

    if (!is_unique && !index_count_equal(building->task->target, &building->place, building->table,
                          wanted, &count, err))
        return false;
    *is_weak = is_unique || count > 0;
    if (!*is_weak)
        return true;
    *object = *former;
    object->is_due = false;
    object->state = is_unique ? OBJECT_AS_DECLARED : OBJECT_WEAKER;
    judge_primary(building, wanted, object);
    return true;
}

static bool
put_index(struct building *building, const struct wanted_object *wanted,
    const struct mirror_object *former, struct mirror_object *object, struct error *err)
{
    struct task *task = building->task;
    struct target *target = task->target;
    const char *name;
    bool is_weak = false;

    if (former != NULL && !is_still_weak(building, wanted, former, object, &is_weak, err))
        return false;
    if (is_weak)
        return true;
    if (!index_find_name(target, &building->place, task->claim->mirror_id, wanted, &name, err))
        return false;
    if (name == NULL) {
        weaken(building, object, OBJECT_LEFT_OUT, "other objects have its names");
        return true;
    }
    if (!try_index(building, wanted, name, object, err))
        return false;
    judge_primary(building, wanted, object);
    return object->state == OBJECT_LEFT_OUT ||
           (succeed(building, former, name, object, err) &&
               index_describe(target, &task->arena, &building->place, object->name, &object->oid,
                   &object->definition, err));
}

bool
building_make_index(struct building *building, const struct wanted_object *wanted,
    struct mirror_object *made, struct error *err)
{
    struct task *task = building->task;
    const struct mirror_object *former = building_find(building, wanted);
    struct found_index same = { 0 };

    *made = begin_object(wanted);
    if (former != NULL && !(former->is_there && former->state == OBJECT_WEAKER))
        former = NULL;
    if (!building->is_new && !index_find_same(task->target, &task->arena, &building->place,
                                 building->table, wanted, &same, err))
        return false;
    if (same.oid == 0)
        return put_index(building, wanted, former, made, err) &&
               (building->is_new && made->is_due ? building_make_primary(building, made, err)
                                                 : save(building, made, err));
    made->name = same.name;
    made->oid = same.oid;
    made->state = OBJECT_OTHERS;
    made->reason = "somebody made one of these columns";
    return save(building, made, err);
}
