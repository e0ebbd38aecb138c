// One table's wishes (plan/wanted.h) made true as far as its rows allow. Private to objects.c.
#ifndef OE2PG_METHOD_OBJECT_BUILD_H
#define OE2PG_METHOD_OBJECT_BUILD_H

#include "method/task.h"
#include "target/index.h"
#include "target/object.h"

struct building {
    struct task *task;
    const struct table *table;
    struct mirror_place place;
    struct wanted_objects wanted;
    struct object_list recorded;
    bool *has_null; // by position in the table: NOT NULL was tried in vain
    bool is_new;    // nobody sees the table yet
};

// What is recorded of the wish; NULL: nothing.
const struct mirror_object *building_find(
    const struct building *building, const struct wanted_object *wanted);
// True when there is nothing to be done about it.
bool building_is_settled(const struct building *building, const struct wanted_object *wanted);

// The NOT NULLs that are not settled. Inside the load's transaction where the table is new; else in
// transactions of its own.
bool building_make_not_nulls(struct building *building, struct error *err)
    __attribute__((warn_unused_result));
// An index that is not settled; inside a transaction. What is to be the primary key is only unique
// then, and *made is due, unless the table is new: that takes a lock that readers may hold back.
bool building_make_index(struct building *building, const struct wanted_object *wanted,
    struct mirror_object *made, struct error *err) __attribute__((warn_unused_result));
bool building_make_primary(struct building *building, struct mirror_object *made, struct error *err)
    __attribute__((warn_unused_result));

// Comments that are not settled; inside a transaction. (object_comments.c)
bool building_write_comments(struct building *building, struct error *err)
    __attribute__((warn_unused_result));

#endif
