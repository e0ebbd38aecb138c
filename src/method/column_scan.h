// Some columns of a table read to their end in one statement, for nothing but what that tells:
// whether the source delivers all their values, as they are read now (model/column_way.h). No row
// is kept. One thread; no cursor is open.
#ifndef OE2PG_METHOD_COLUMN_SCAN_H
#define OE2PG_METHOD_COLUMN_SCAN_H

#include "method/task.h"

struct column_sight {
    bool is_whole;                 // every value came
    struct source_trouble trouble; // else: with the column's position in the table that was given
};

// is_left_out is [table->column_count]; at least one column stays. Of the first rows alone these
// come in the order of the key, whose columns have to be among them. Fails only where the source
// cannot be asked, or the run is to stop.
bool column_scan(struct task *task, const struct table *table, const bool *is_left_out,
    bool is_first_look, struct column_sight *sight, struct error *err)
    __attribute__((warn_unused_result));

#endif
