// The dictionary's words as comments (object_build.h).
//
// A comment is oe2pg's while its hash is the one of what oe2pg wrote last; any other is a person's,
// and stays.
#include "base/hash.h"
#include "method/object_build.h"

#include <inttypes.h>
#include <string.h>

struct comments {
    struct building *building;
    struct mirror_comment *present;
    size_t count;
};

static const char *
hash_of(struct arena *arena, const char *text)
{
    return arena_printf(arena, "%016" PRIx64, hash_bytes_extended(text, strlen(text), 0));
}

// NULL: there is none.
static const char *
find_present(const struct comments *comments, const char *name)
{
    for (size_t i = 0; i < comments->count; i++) {
        if (strcmp(comments->present[i].name, name) == 0)
            return comments->present[i].text;
    }
    return NULL;
}

static bool
is_ours(const struct comments *comments, const struct mirror_object *object, const char *present)
{
    return object != NULL && object->definition != NULL &&
           strcmp(object->definition, hash_of(&comments->building->task->arena, present)) == 0;
}

static bool
write_one(struct comments *comments, const struct wanted_object *wanted, struct error *err)
{
    struct building *building = comments->building;
    struct task *task = building->task;
    const struct mirror_object *former = building_find(building, wanted);
    const char *present = find_present(comments, wanted->name);
    struct mirror_object object = { .kind = OBJECT_COMMENT,
        .source_name = wanted->source_name,
        .name = wanted->name,
        .declared = wanted->declared };
    bool is_same = present != NULL && strcmp(present, wanted->declared) == 0;

    if (present != NULL && !is_same && !is_ours(comments, former, present)) {
        object.state = OBJECT_OTHERS;
        object.reason = "somebody wrote another comment";
    } else {
        object.definition = hash_of(&task->arena, wanted->declared);
        if (!is_same &&
            !comment_write(task->target, &building->place, wanted->name, wanted->declared, err))
            return false;
    }
    return object_save(task->target, task->claim, building->table, &object, err);
}

// A catalogue that tells nothing of a table to people now may only not have been asked for it.
static bool
has_wish(const struct building *building)
{
    for (size_t i = 0; i < building->wanted.count; i++) {
        if (building->wanted.list[i].kind == OBJECT_COMMENT)
            return true;
    }
    return false;
}

static bool
take_away(struct comments *comments, const struct mirror_object *object, struct error *err)
{
    struct building *building = comments->building;
    struct task *task = building->task;
    const char *present = find_present(comments, object->name);

    return (present == NULL || !is_ours(comments, object, present) ||
               comment_write(task->target, &building->place, object->name, NULL, err)) &&
           object_forget(task->target, task->claim, building->table, object, err);
}

static bool
is_wanted(const struct building *building, const struct mirror_object *object)
{
    for (size_t i = 0; i < building->wanted.count; i++) {
        if (building->wanted.list[i].kind == object->kind &&
            strcmp(building->wanted.list[i].source_name, object->source_name) == 0)
            return true;
    }
    return false;
}

static bool
write_all(struct comments *comments, struct error *err)
{
    struct building *building = comments->building;

    for (size_t i = 0; i < building->wanted.count; i++) {
        const struct wanted_object *wanted = &building->wanted.list[i];

        if (wanted->kind == OBJECT_COMMENT && !building_is_settled(building, wanted) &&
            !write_one(comments, wanted, err))
            return false;
    }
    for (size_t i = 0; has_wish(building) && i < building->recorded.count; i++) {
        const struct mirror_object *object = &building->recorded.list[i];

        if (object->kind == OBJECT_COMMENT && !is_wanted(building, object) &&
            !take_away(comments, object, err))
            return false;
    }
    return true;
}

bool
building_write_comments(struct building *building, struct error *err)
{
    struct comments comments = { .building = building };

    return comment_read(building->task->target, &building->task->arena, &building->place,
               &comments.present, &comments.count, err) &&
           write_all(&comments, err);
}
