// The sentences of a preview: what the selection has to say, then what its tables have. Pure; any
// thread.
#ifndef OE2PG_PLAN_PREVIEW_WARNINGS_H
#define OE2PG_PLAN_PREVIEW_WARNINGS_H

#include "plan/preview_input.h"

// Fills in preview->warnings, in `arena`. The first tables of the preview are those of the plan's
// jobs, made already.
void preview_warn(struct arena *arena, const struct preview_input *input, struct preview *preview);

#endif
