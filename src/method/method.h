// One attempt at one table, by the method that was planned. A new method is a kind in
// model/method_kind.h, a file here and a line in the table of method.c.
#ifndef OE2PG_METHOD_METHOD_H
#define OE2PG_METHOD_METHOD_H

#include "method/outcome.h"
#include "method/task.h"

// Why a table that was to be compared only is synced after all.
#define METHOD_REPAIR_REASON "verify --repair found it different"

// Why a table that was to be read by stamp was read whole after all.
#define METHOD_TOO_MUCH_REASON                                                                     \
    "by stamp too little or too much was to be read: read whole and compared"

// Both connections are open. Goes by what tracking says now, not by what was planned: an attempt
// whose COMMIT got lost may have been the last one that was needed. On failure the open transaction
// is the caller's to roll back.
bool method_run(struct task *task, const struct job *job, struct outcome *outcome,
    struct error *err) __attribute__((warn_unused_result));

// Does what can be done for many jobs of one method together: sets is_settled[i], and outcomes[i],
// where nothing is left to be done. Both connections are open. What fails here is met again, and
// told, when its job is run by itself.
void method_settle(struct task *task, const struct job *const *jobs, size_t count,
    struct outcome *outcomes, bool *is_settled);

#endif
