// From a plan and from what stands on the target to what a run would do, table by table, with what
// it would meet. Pure: no I/O.
#ifndef OE2PG_PLAN_PREVIEW_H
#define OE2PG_PLAN_PREVIEW_H

#include "base/arena.h"
#include "model/preview.h"
#include "model/settings.h"
#include "model/state.h"
#include "plan/plan.h"
#include "plan/selection.h"

struct preview_input {
    const struct settings *settings;
    const struct selection *selection;
    const struct plan *plan;
    const struct table_record *records;
    size_t record_count;
    const struct inspection *inspection;
};

// Fills all but the names of source and mirror, which the caller knows. Everything new in `arena`.
void preview_make(struct arena *arena, const struct preview_input *input, struct preview *preview);

#endif
