// A part of a table as statements, one open at a time: pages, ranges of a composite key, what is
// left out of them, and when one has to end. Inside the room of reading; reader.h has the
// invariant.
#ifndef OE2PG_READ_STEPS_H
#define OE2PG_READ_STEPS_H

#include "read/reader.h"

// Reads on until there are rows, the end is reached, or the next row is one that cannot be read
// (hunt_is_at_row): then there are none.
bool steps_read_on(struct reader *reader, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
// The batch was handed out: from its last row the next statement goes on.
bool steps_remember_position(struct reader *reader, const struct batch *batch, struct error *err)
    __attribute__((warn_unused_result));
// After the last row of the part: false when its order proved not to have led to all of them.
bool steps_end_order(struct reader *reader, struct error *err) __attribute__((warn_unused_result));
#endif
