// The shape of a mirrored table brought in line with the source's, before rows are compared.
#ifndef OE2PG_METHOD_SHAPE_H
#define OE2PG_METHOD_SHAPE_H

#include "method/task.h"

// New columns are added (NULL until the comparison that follows fills them); columns that the
// source dropped are kept or dropped as configured; every change is recorded. *is_missing: there is
// no mirrored table any more. Fails with ERROR_TABLE when what is there is no table, or somebody
// else's.
bool shape_follow(struct task *task, const struct table *table, uint64_t fingerprint,
    const struct table_record *record, bool *is_missing, struct error *err)
    __attribute__((warn_unused_result));

#endif
