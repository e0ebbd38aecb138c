// A worker's two connections, as its task uses them: changed under the worker's lock only, so that
// others can cancel what they wait for (worker_cancel). The worker's thread.
#ifndef OE2PG_RUN_CONNECTIONS_H
#define OE2PG_RUN_CONNECTIONS_H

#include "run/worker.h"

// These two do nothing where the connection is open. Fail like source_open and target_open, and
// with ERROR_BUSY when another run has the mirror.
bool connections_open_source(struct worker *worker, struct error *err)
    __attribute__((warn_unused_result));
bool connections_open_target(struct worker *worker, struct error *err)
    __attribute__((warn_unused_result));
// Opens what is not open, names the session after the work and writes down that so many tables, the
// task's one of them, are in hand. Fails as above.
bool connections_open(struct worker *worker, const char *work, int tables, struct error *err)
    __attribute__((warn_unused_result));
// The worker has nothing in hand any more. Whoever has no connection leaves that to the end of the
// run.
void connections_leave(struct worker *worker);
// After this failure: closes what may be unusable.
void connections_drop(struct worker *worker, const struct error *err);
// Closes the source's alone: what a method holds in the other one is kept.
void connections_drop_source(struct worker *worker);

#endif
