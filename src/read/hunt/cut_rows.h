// Rows in which the source's session may have cut a value (CELL_CUT, model/batch.h): the value is
// NULL where its column is read so (WAY_SHORT), else the row is read plainly, by its key or id,
// and nothing of the first reading is kept. How many rows are looked for in a pass is bounded: a
// table with more of them is to be read in another way.
#ifndef OE2PG_READ_HUNT_CUT_ROWS_H
#define OE2PG_READ_HUNT_CUT_ROWS_H

#include "read/hunt/workaround.h"

// Before the rows of a batch: forgets those that were read plainly for the one before.
void cut_rows_begin(struct workaround *workaround);
// True when the row has such a value and is to be read plainly. Else all of them are NULL in it,
// and counted.
bool cut_rows_is_wanted(struct workaround *workaround, struct cell *row);
// Before such a row is read. False, with RETRY_BY_OTHER_WAY in err, when too many were.
bool cut_rows_may_look(struct workaround *workaround, const struct cell *row, struct error *err);
// Puts what was read plainly in the place of the row, until the next batch. Where it was gone by
// then, its values that may have been cut are NULL, and told.
void cut_rows_take(struct workaround *workaround, const struct unread_row *plain, struct cell *row);
// Returns false: no row can be read plainly, RETRY_BY_OTHER_WAY is in err.
bool cut_rows_give_up(struct workaround *workaround, const struct cell *row, struct error *err);

#endif
