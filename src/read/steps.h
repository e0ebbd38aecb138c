// A part of a table as statements, one open at a time: pages, ranges of a composite key, what is
// left out of them, and when one has to end. Inside the room of reading; reader.h has the
// invariant.
#ifndef OE2PG_READ_STEPS_H
#define OE2PG_READ_STEPS_H

#include "read/reader.h"

// The rows of `part` of the reader's table, or of less of it (`table`), within its limits.
struct read_request steps_make_request(
    const struct reader *reader, const struct table *table, enum key_part part);
// Reads on until there are rows, the end is reached, or the next row is one that cannot be read
// (reader->bisect): then there are none.
bool steps_read_on(struct reader *reader, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
// The batch was handed out: from its last row the next statement goes on.
bool steps_remember_position(struct reader *reader, const struct batch *batch, struct error *err)
    __attribute__((warn_unused_result));
// After the last row of the part: false when its order proved not to have led to all of them.
bool steps_end_order(struct reader *reader, struct error *err) __attribute__((warn_unused_result));
// False, with RETRY_WITH_ROOM, when a value was too long for what the read may use.
bool steps_has_room(const struct reader *reader, const struct batch *batch, struct error *err)
    __attribute__((warn_unused_result));
// Fails so that the job is done again in that way.
bool steps_fail_for_repeat(struct error *err, enum error_retry retry, const char *message);

#endif
