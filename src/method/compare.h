// A table that is mirrored already, read whole and compared: only differences are written.
#ifndef OE2PG_METHOD_COMPARE_H
#define OE2PG_METHOD_COMPARE_H

#include "method/task.h"

// The mirrored table has the table's shape (method/shape.h). Ends with record->state
// TABLE_STATE_DONE, recorded in the same transaction.
bool compare_table(struct task *task, const struct table *table, struct table_record *record,
    struct table_result *result, struct error *err) __attribute__((warn_unused_result));

// The same for those rows alone that are stamped of late: `rows` is the table as stamped_rows gives
// it. *is_done is false when there is too much of them, or too much would go: nothing was written,
// the table is to be compared whole.
bool compare_window(struct task *task, const struct table *table, const struct table *rows,
    struct table_record *record, struct table_result *result, bool *is_done, struct error *err)
    __attribute__((warn_unused_result));

// The same for the staged rows of a load that was not read in one go, before anybody sees them.
// `staged` is the table with the name of its staging table, `only` the rows of it that are staged,
// NULL: all. The parts of `record` are recorded with what is staged now; they, their positions and
// record->state stay as they are.
bool compare_staged(struct task *task, const struct table *staged, const struct part_list *only,
    struct table_record *record, struct table_result *result, struct error *err)
    __attribute__((warn_unused_result));

#endif
