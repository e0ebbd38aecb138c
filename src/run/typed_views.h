// The views with native types of all tables that are mirrored (mirror_settings.typed_views), behind
// the last job of a run: made, and made anew where what they are made of is another one.
#ifndef OE2PG_RUN_TYPED_VIEWS_H
#define OE2PG_RUN_TYPED_VIEWS_H

#include "plan/plan.h"
#include "target/mirror.h"

// What cannot be made is told by a warning with who is in the way, and tried again by the next run.
void typed_views_follow(struct target *target, const struct mirror_claim *claim,
    const struct settings *settings, const struct plan *plan);

#endif
