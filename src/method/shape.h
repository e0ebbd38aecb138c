// The shape of a mirrored table brought in line with the source's, before rows are compared.
#ifndef OE2PG_METHOD_SHAPE_H
#define OE2PG_METHOD_SHAPE_H

#include "method/task.h"

// New columns are added (NULL until the comparison that follows fills them); columns that the
// source dropped, now or earlier, are kept or dropped as configured: those that stay are the
// record's stale ones from then on. Every change is recorded, and told by a warning. *is_missing:
// there is no mirrored table any more. Fails with ERROR_TABLE when what is there is no table, or
// somebody else's.
bool shape_follow(struct task *task, const struct table *table, uint64_t fingerprint,
    struct table_record *record, bool *is_missing, struct error *err)
    __attribute__((warn_unused_result));

#endif
