// What the tracking tables say of columns with values wider than the source declares them: entries
// of oe2pg.quarantine. Needs no more than to read them, and takes no lock.
#ifndef OE2PG_TARGET_TOO_WIDE_H
#define OE2PG_TARGET_TOO_WIDE_H

#include "base/arena.h"
#include "model/too_wide.h"
#include "target/target.h"

// Sorted by table and column, in `arena`; none where there are no tracking tables, or no mirror in
// `schema`.
bool too_wide_read(struct target *target, struct arena *arena, const char *schema,
    struct too_wide_column **columns, size_t *count, struct error *err)
    __attribute__((warn_unused_result));

// How many there are.
bool too_wide_count(struct target *target, const char *schema, int64_t *count, struct error *err)
    __attribute__((warn_unused_result));

#endif
