// Inside the target room only: places and digests of mirrored rows, as PostgreSQL computes them,
// streamed into sets.
#ifndef OE2PG_TARGET_DIGEST_STREAM_H
#define OE2PG_TARGET_DIGEST_STREAM_H

#include "base/digest_set.h"
#include "target/target_internal.h"

// Runs the query in the connection's scratch buffer, between transactions: rows of (ctid, digest)
// for one set; of (n, ctid, digest) for more, n being an int2 from 0 that says which. *is_full:
// they do not all fit; how many there are is counted all the same. The sets are not frozen.
bool digest_stream_read(struct target *target, struct digest_set *const *sets, size_t set_count,
    bool *is_full, int64_t *row_count, struct error *err) __attribute__((warn_unused_result));

#endif
