// What a table that was read says of the source's counters, and what is remembered so that they may
// vouch for it in a later run (plan/witness.h).
#ifndef OE2PG_METHOD_WITNESSED_H
#define OE2PG_METHOD_WITNESSED_H

#include "method/outcome.h"
#include "method/task.h"

// The job was read and committed: sets outcome->counters_proof, and records the point of the read.
// Where that fails the table is read in the next run too, which is all: it is told, and no failure.
// Both connections are open, no transaction and no cursor.
void witnessed_note(struct task *task, const struct job *job, struct outcome *outcome);
// The same for those of a group that are settled: found equal, as they were.
void witnessed_note_equal(
    struct task *task, const struct job *const *jobs, size_t count, const bool *is_settled);

#endif
