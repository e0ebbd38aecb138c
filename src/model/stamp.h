// A column of the source that says when a row was written last: a date, or a date and a time. Pure;
// any thread.
#ifndef OE2PG_MODEL_STAMP_H
#define OE2PG_MODEL_STAMP_H

#include "base/arena.h"
#include "model/table.h"

// Which rows a read by stamp asks for: those of which the stamp is from `low` to `bound`, both
// included, or NULL. Canonical texts of the column.
struct stamp_window {
    const char *column; // as the source spells it
    const char *low;    // NULL: no point is known to begin at
    const char *bound;  // the source's clock before anything was read
    const char *cap;    // no later watermark is believed: what is stamped behind it may still come
};

// What the source's clocks say, asked before anything is read.
struct stamp_clock {
    int64_t utc_ms;         // since 1970; 0: not known
    const char *local;      // the wall clock of its users, "2025-04-26 10:34:17.123"
    int64_t oldest_open_ms; // for how long its oldest transaction has been open; 0: none is
    bool is_open_known;     // it tells that
};

// Where a window begins, and when.
struct stamp_start {
    const char *watermark; // NULL: none is known
    struct stamp_clock clock;
    int overlap_s;
};

// What is recorded of a table that was read: the column and the largest stamp that no row can come
// behind any more but by the overlap. `watermark` is NULL where there was no stamp.
const char *stamp_point_print(struct arena *arena, const char *column, const char *watermark);
// The watermark of that column; NULL: none is known of it.
const char *stamp_point_watermark(struct arena *arena, const char *point, const char *column);

// True where the point is of that column, with or without a watermark.
bool stamp_point_is_of(const char *point, const char *column);

// The column of that name; NULL: the table has none.
const struct column *stamp_find(const struct table *table, const char *column);

#endif
