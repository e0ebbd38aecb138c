// A mirror that was filled from dumps and is to go on by SQL: what that will change although the
// source did not. Pure: no I/O.
#ifndef OE2PG_PLAN_HANDOVER_H
#define OE2PG_PLAN_HANDOVER_H

#include "base/arena.h"
#include "model/preview.h"
#include "plan/plan.h"

// True for a job whose mirror was read from files, and whose table is not.
bool handover_is(const struct job *job);
// Sets wanted[c] for the columns whose values may be wider than SQL delivers, as far as the mirror
// has them. Room for every column.
void handover_choose(const struct job *job, const struct inspection *inspection, bool *wanted);

struct handover_count {
    const struct table *table;
    const int64_t *beyond; // [column_count] values wider than SQL delivers; -1: not counted
};
// Sentences for the plan: what becomes NULL, what may be written once more. Returns how many, two
// at most; in `arena`.
size_t handover_tell(struct arena *arena, const struct handover_count *counts, size_t count,
    const char *sentences[2]);

#endif
