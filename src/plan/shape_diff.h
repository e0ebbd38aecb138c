// How the columns of a mirrored table differ from those of its source. Pure.
#ifndef OE2PG_PLAN_SHAPE_DIFF_H
#define OE2PG_PLAN_SHAPE_DIFF_H

#include "base/arena.h"
#include "model/name_list.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

struct shape_diff {
    const struct column **added; // those that the mirror does not have yet; the table's
    size_t added_count;
    const char **gone; // mirrored columns that the source does not have any more
    size_t gone_count;
    const char **stale; // mirrored columns that went earlier and still stand there
    size_t stale_count;
};

// What an earlier run left of the table: the columns that were mirrored, and those that had been
// and are stale since.
struct shape_before {
    struct name_list mirrored;
    struct name_list stale;
};

// `present` are the columns that the table really has; a column that people added is in no list of
// `before`. Everything in `arena`.
void shape_diff_make(struct arena *arena, const struct table *table,
    const struct shape_before *before, const struct name_list *present, struct shape_diff *diff);

#endif
