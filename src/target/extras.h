// What the source has beside its tables (oe2pg.sequence, oe2pg.source_view).
#ifndef OE2PG_TARGET_EXTRAS_H
#define OE2PG_TARGET_EXTRAS_H

#include "model/extras.h"
#include "target/mirror.h"

// Records what was read, each kind in a statement of its own that writes only what is another than
// recorded. On the connection that holds the mirror, between transactions.
bool extras_save(struct target *target, const struct mirror_claim *claim,
    const struct source_extras *extras, struct error *err) __attribute__((warn_unused_result));

#endif
