// How columns are read that are not read plainly, for who looks on (target/observe.h).
#ifndef OE2PG_TARGET_OBSERVE_WAYS_H
#define OE2PG_TARGET_OBSERVE_WAYS_H

#include "base/arena.h"
#include "model/observation.h"
#include "target/target.h"

// Fills `ways` of the observation's tables. None where the tracking tables are of an earlier
// program, or whoever looks may not see them.
bool observe_ways(struct target *target, struct arena *arena, struct observation *observation,
    struct error *err) __attribute__((warn_unused_result));

#endif
