// What follows for tables that were in hand when a run died (model/state.h, struct suspect): they
// are read after all others and alone; one that had SUSPICION_DEATHS runs die while nothing else
// was in hand is refused, until --table names it. Pure; nothing logged.
#ifndef OE2PG_PLAN_SUSPICION_H
#define OE2PG_PLAN_SUSPICION_H

#include "model/state.h"
#include "plan/selection.h"

enum { SUSPICION_DEATHS = 2 };

// Behind selection_make, before plan_make; what is new lives in `arena`.
void suspicion_apply(
    struct arena *arena, const struct suspect *suspects, size_t count, struct selection *selection);

#endif
