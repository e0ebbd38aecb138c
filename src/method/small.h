// Small mirrored tables, many at a time. In most runs most of them have not changed: their digests
// come in one statement, each source table is read and compared in memory, and those found equal
// are recorded in one transaction.
//
// Invariant: a table is settled here only when each of its rows was met on both sides and there is
// nothing to tell of it. Everything else, errors too, is left to the ordinary way
// (method/method.h).
#ifndef OE2PG_METHOD_SMALL_H
#define OE2PG_METHOD_SMALL_H

#include "method/outcome.h"
#include "method/task.h"
#include "target/small_tables.h"

// The jobs are all is_small, SMALL_TABLES_MAX at most; both connections are open. Sets
// is_settled[i], and outcomes[i], where nothing is left to be done.
void small_settle(struct task *task, const struct job *const *jobs, size_t count,
    struct outcome *outcomes, bool *is_settled);

#endif
