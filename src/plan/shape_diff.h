// How the columns of a mirrored table differ from those of its source. Pure.
#ifndef OE2PG_PLAN_SHAPE_DIFF_H
#define OE2PG_PLAN_SHAPE_DIFF_H

#include "base/arena.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

struct shape_diff {
    const struct column **added; // those that the mirror does not have yet; the table's
    size_t added_count;
    const char **gone; // mirrored columns that the source does not have any more
    size_t gone_count;
};

struct name_list {
    const char *const *names;
    size_t count;
};
bool name_list_has(const struct name_list *list, const char *name);

// `mirrored` are the columns that were mirrored so far, `present` those that the table really has;
// a column that people added is in neither list. Everything in `arena`.
void shape_diff_make(struct arena *arena, const struct table *table,
    const struct name_list *mirrored, const struct name_list *present, struct shape_diff *diff);

#endif
