// What tracking holds of the table of a job, filled in as it is done.
#ifndef OE2PG_METHOD_RECORD_H
#define OE2PG_METHOD_RECORD_H

#include "method/task.h"

// What tracking holds of the table now, or a new record, in the task's arena; after a lost COMMIT
// it tells whether the rows are there.
bool record_read(struct task *task, const struct job *job, struct table_record **record,
    struct error *err) __attribute__((warn_unused_result));
// Writes the names of the columns that are compared, and of the key's, into the record.
void record_name_columns(struct task *task, struct table_record *record);

#endif
