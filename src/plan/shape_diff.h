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
    const char **dropped; // those that are to be dropped: gone from the source, now or earlier
    size_t dropped_count;
    const char **left; // mirrored until now, and not any more: they stay
    size_t left_count;
    const char **stale; // mirrored columns that went earlier, still stand there and stay
    size_t stale_count;
};

// What an earlier run left of the table: the columns that were mirrored, and those that had been
// and are stale since.
struct shape_before {
    struct name_list mirrored;
    struct name_list stale;
};

// What exclude_columns took out is still in the source: it is never dropped, only `left`; all else
// that is gone is dropped where `drops`. `present` are the columns that the table really has; a
// column that people added is in no list of `before`. Everything in `arena`.
void shape_diff_make(struct arena *arena, const struct table *table,
    const struct shape_before *before, const struct name_list *present, bool drops,
    struct shape_diff *diff);

// Of columns that are mirrored no more those that exclude_columns took out, which the source has
// still, or the others, which are gone from it. In `arena`.
struct name_list shape_pick(struct arena *arena, const struct table *table,
    const struct name_list *columns, bool is_excluded);

// What to do about old values in columns of that kind, in a sentence; `drops` as above.
const char *shape_stale_remedy(bool is_excluded, bool drops);

#endif
