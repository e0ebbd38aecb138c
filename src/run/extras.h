// What the source has beside its tables, as each run writes it down.
#ifndef OE2PG_RUN_EXTRAS_H
#define OE2PG_RUN_EXTRAS_H

#include "target/extras.h"

// Warns of what could not be read of it or written down, and leaves what was recorded; fails only
// for a lost connection. Between transactions.
bool extras_record(struct target *target, const struct mirror_claim *claim,
    const struct source_extras *extras, struct error *err) __attribute__((warn_unused_result));

#endif
