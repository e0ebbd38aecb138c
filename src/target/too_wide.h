// What the tracking tables say of columns with values wider than the source declares them: entries
// of oe2pg.quarantine, and how the columns are read by now (oe2pg.column_way). Needs no more than
// to read them, and takes no lock.
#ifndef OE2PG_TARGET_TOO_WIDE_H
#define OE2PG_TARGET_TOO_WIDE_H

#include "base/arena.h"
#include "model/too_wide.h"
#include "target/target.h"

// Sorted by table and column, in `arena`; none where there are no tracking tables, or no mirror in
// `schema`. Columns that are read in another way for other reasons are among them: too_wide_can_be.
bool too_wide_read(struct target *target, struct arena *arena, const char *schema,
    struct too_wide_column **columns, size_t *count, struct error *err)
    __attribute__((warn_unused_result));

#endif
