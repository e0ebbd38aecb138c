// Small mirrored tables, many at a time. In most runs most of them have not changed: their digests
// come in one statement, each source table is scanned and compared in memory, and those found equal
// are recorded in one transaction.
//
// Invariant: a table is settled here only when each of its rows was met on both sides and there is
// nothing to tell of it. Everything else, errors too, is left to the ordinary way (sync/job.h).
#ifndef OE2PG_SYNC_SMALL_H
#define OE2PG_SYNC_SMALL_H

#include "sync/queue.h"
#include "sync/worker.h"
#include "target/small_tables.h"

// Jobs by their numbers, all of them is_small, SMALL_TABLES_MAX at most. Sets is_settled[i] and
// finishes the job in the queue where nothing is left to be done.
void small_settle(struct worker *worker, const size_t *numbers, size_t count, bool *is_settled);

#endif
