// From a plan and from what stands on the target to what a run would do, table by table, with what
// it would meet. Pure: no I/O.
#ifndef OE2PG_PLAN_PREVIEW_H
#define OE2PG_PLAN_PREVIEW_H

#include "plan/preview_input.h"

// Fills all but the names of source and mirror, which the caller knows. Everything new in `arena`.
void preview_make(struct arena *arena, const struct preview_input *input, struct preview *preview);

#endif
