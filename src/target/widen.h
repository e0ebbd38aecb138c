// numeric(p,s) made numeric, which is no rewrite and blocks nobody for long, where the source's
// type has other digits by now. No other type is changed in place: that would rewrite the table
// under its readers.
#ifndef OE2PG_TARGET_WIDEN_H
#define OE2PG_TARGET_WIDEN_H

#include "base/arena.h"
#include "model/table.h"
#include "target/target.h"

// The statement for those columns of the mirrored table that do not hold their native type's values
// and on which nothing depends; NULL: there are none. In `arena`.
bool widen_find(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, const char **statement, struct error *err)
    __attribute__((warn_unused_result));
// Runs it; waits for a lock at most 2 s. Inside a transaction.
bool widen_run(struct target *target, const char *statement, struct error *err)
    __attribute__((warn_unused_result));

#endif
