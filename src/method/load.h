// First load: the mirrored table does not exist yet.
//
// A table that is read in a few seconds is created and filled in one transaction. A larger one with
// a key that can be continued is committed every few seconds: it is created under its own name, but
// before the first commit it is moved to the staging schema, so nobody ever sees a part of it. At
// the end it is moved back. Invariant: the staging table holds exactly the rows of the table's
// parts up to their positions in `piece`, because both are written by the same transaction; parts
// that are done are not read again.
//
// A snapshot that is older than the last staging commit would see a part of the table once it has
// its name. The move waits for such readers, a while; if they stay, the rows are inserted anew from
// the staging table in the transaction that creates the table, where no older snapshot sees any.
#ifndef OE2PG_METHOD_LOAD_H
#define OE2PG_METHOD_LOAD_H

#include "method/task.h"

// Loads the table (`fingerprint`: of its shape now) or goes on with a load that was begun. `record`
// is what tracking holds, filled in further; `result` is added to. On failure everything that was
// not committed is rolled back.
// Staged rows that were not read in one go, or not soon, are compared with the source once more
// before they are put into place. A table that was loaded in one transaction, but took long, ends
// with record->state TABLE_STATE_LOADED: the caller compares it then (compare_table).
bool load_table(struct task *task, const struct table *table, uint64_t fingerprint,
    struct table_record *record, struct table_result *result, struct error *err)
    __attribute__((warn_unused_result));

#endif
