// What reading by stamps needs of a source: its clocks, and a condition in its own SQL.
#ifndef OE2PG_SOURCE_STAMP_H
#define OE2PG_SOURCE_STAMP_H

#include "base/buffer.h"
#include "model/stamp.h"
#include "source/source.h"

// Asks the source; no cursor is open. Texts live in `arena`. False where it does not tell the time
// of its users: then nothing can be read by stamp.
bool source_read_clock(struct source *source, struct arena *arena, struct stamp_clock *clock)
    __attribute__((warn_unused_result));

// Appends the condition that is true of the rows in the window, and of no others.
void source_append_window(const struct source *source, struct buffer *sql,
    const struct column *column, const struct stamp_window *window);

#endif
