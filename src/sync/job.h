// One attempt at one table, by the method that was planned.
#ifndef OE2PG_SYNC_JOB_H
#define OE2PG_SYNC_JOB_H

#include "sync/queue.h"
#include "sync/task.h"

// Why a table that was to be compared only is synced after all.
#define JOB_REPAIR_REASON "verify --repair found it different"

// Both connections are open. Goes by what tracking says now, not by what was planned: an attempt
// whose COMMIT got lost may have been the last one that was needed. On failure the open transaction
// is the caller's to roll back.
bool job_do(struct task *task, const struct job *job, struct outcome *outcome, struct error *err)
    __attribute__((warn_unused_result));

// Writes the names of the columns that are compared, and of the key's, into the record.
void job_name_columns(struct task *task, struct table_record *record);

#endif
