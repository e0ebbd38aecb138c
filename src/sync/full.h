// A table that is mirrored already, read whole and compared: only differences are written.
#ifndef OE2PG_SYNC_FULL_H
#define OE2PG_SYNC_FULL_H

#include "sync/worker.h"

bool full_sync_table(struct worker *worker, const struct table *table, uint64_t fingerprint,
    struct table_record *record, struct table_result *result, struct error *err)
    __attribute__((warn_unused_result));

#endif
