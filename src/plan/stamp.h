// Which tables are read by their stamps alone: rows that were stamped since the last read, by a
// column that says when a row was written. Pure.
//
// A table is read so only if all of this holds: a column is named for it that can serve; it was
// mirrored well, with the shape that it has now and nothing of it in quarantine; the column proved
// itself, or the operator says that it is to be believed; its last whole comparison was within
// reconcile_hours; and where that left the mirror is known. Everything else is read whole, which is
// also what finds rows that were deleted, and what proves or refutes the column.
#ifndef OE2PG_PLAN_STAMP_H
#define OE2PG_PLAN_STAMP_H

#include "model/witness.h"
#include "plan/plan.h"

// What a stamp tells of a job's table.
struct job_stamp {
    const char *column;                  // as the source spells it
    const char *watermark;               // where the last read left off; NULL: not known
    const struct witness_record *record; // NULL: none of this column
    bool is_trusted_now;                 // at the operator's word
};

struct stamp_basis {
    const struct mirror_settings *settings;
    const struct witness_list *known; // of WITNESS_KIND_STAMP
    int64_t now_ms;                   // wall clock
};

// The column that is named for the table, if it can serve; NULL: none is named, or *why_not says in
// a sentence what is in the way. `why_not` may be NULL.
const struct column *plan_stamp_column(
    struct arena *arena, const struct table *table, const char **why_not);

// Sets stamp, and method and reason of those that are read by it. Behind plan_by_counters.
void plan_by_stamps(struct arena *arena, const struct stamp_basis *basis, struct plan *plan);

#endif
