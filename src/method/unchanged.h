// Tables of which the source says in which state their rows are (catalog_entry.version): those that
// did not change are not read, and older ones are not taken.
#ifndef OE2PG_METHOD_UNCHANGED_H
#define OE2PG_METHOD_UNCHANGED_H

#include "method/outcome.h"
#include "method/task.h"

// Fails when the source's rows are from before those that the mirror holds.
bool unchanged_refuse_older(const struct table *table, const struct table_record *record,
    struct error *err) __attribute__((warn_unused_result));
// Records that the table was looked at, and nothing else.
bool unchanged_keep(struct task *task, struct table_record *record, struct table_result *result,
    struct error *err) __attribute__((warn_unused_result));

// The jobs are all job_is_vouched, SMALL_TABLES_MAX at most: records in one transaction that they
// are as they were. Sets is_settled[i], and outcomes[i], of all or none.
void unchanged_settle(struct task *task, const struct job *const *jobs, size_t count,
    struct outcome *outcomes, bool *is_settled);

#endif
