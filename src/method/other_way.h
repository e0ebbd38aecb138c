// How a column of the table in hand is read, when the hunt found that the column and not a row of
// it is the trouble (read/hunt/way_wish.h): decided here, recorded (target/column_ways.h), and true
// for all runs to come until the column's declaration or the source's version changes. So the same
// source gives the same mirror, in whichever order its rows came.
#ifndef OE2PG_METHOD_OTHER_WAY_H
#define OE2PG_METHOD_OTHER_WAY_H

#include "method/task.h"

// After RETRY_BY_OTHER_WAY: task->job is then one in which the column is read in another way.
// False, with the reason in err, when it could not be found out or recorded.
bool other_way_choose(struct task *task, struct error *err) __attribute__((warn_unused_result));
// Once a job, before it is done: one statement looks whether columns that are left out, or of which
// nothing comes from some width on, can be read by now; if so they are from here on, else
// when they were asked for is recorded.
bool other_way_probe(struct task *task, struct error *err) __attribute__((warn_unused_result));
// After the job: records what it saw of columns that are not read plainly (the longest value, rows
// that are concerned), where it read all rows of the mirror, `row_count`, and saw something else
// than is recorded: of an unchanged table nothing is written.
bool other_way_keep(struct task *task, int64_t row_count, struct error *err)
    __attribute__((warn_unused_result));

#endif
