// Keys by which no read is cut, because the source's order proved false (oe2pg.condemned_key): kept
// for the table and for the version of the source, until either changes.
#ifndef OE2PG_TARGET_CONDEMNED_H
#define OE2PG_TARGET_CONDEMNED_H

#include "target/mirror.h"

// Tells the catalogue's tables which of their keys are condemned, before keys are chosen. The
// mirror is that of `schema`; where there is none, or its tracking tables are of before, nothing
// is.
bool condemned_read(struct target *target, struct arena *arena, const char *schema,
    const struct source_identity *source, struct catalog *catalog, struct error *err)
    __attribute__((warn_unused_result));

// Records that table->key is, and forgets how far a load by it came. Inside a fenced transaction.
bool condemned_save(struct target *target, const struct mirror_claim *claim,
    const struct source_identity *source, const struct table *table, const char *why,
    struct error *err) __attribute__((warn_unused_result));

#endif
