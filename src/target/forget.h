// The end of a mirroring: what the tracking tables hold of a table, or of a whole mirror, goes. The
// connection must not be a run's.
#ifndef OE2PG_TARGET_FORGET_H
#define OE2PG_TARGET_FORGET_H

#include "model/state.h"
#include "target/target.h"

// Takes the mirror's lock for the life of the connection, so that no run is going on, and lets no
// session that an earlier one left behind write any more. ERROR_BUSY, with who has it, when one is.
bool forget_hold(struct target *target, int mirror_id, const char *schema, struct error *err)
    __attribute__((warn_unused_result));

// Inside a transaction: state, history, quarantine, pieces and its staging table.
bool forget_table(struct target *target, int mirror_id, const struct table_record *record,
    struct error *err) __attribute__((warn_unused_result));
// Inside a transaction, behind its tables: the runs and the mirror itself.
bool forget_mirror(struct target *target, int mirror_id, struct error *err)
    __attribute__((warn_unused_result));

#endif
