// Lines with bars: one for each table in flight, one for the run, all columns under each other,
// never wider than the terminal. Plain ASCII but for the names; colours only if asked for. Pure.
#ifndef OE2PG_REPORT_BAR_H
#define OE2PG_REPORT_BAR_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One line. Negative numbers are unknown.
struct bar_line {
    const char *name;
    const char *phase; // what is cut is cut at a word, if it can be
    int64_t row_count;
    int64_t of_rows; // an estimate
    double fraction; // what the bar shows; < 0: nothing known
    double rows_per_s;
    double bytes_per_s;
    int64_t left_ms;
    bool is_alarming; // the phase in red
};

// Widths of the columns; 0: left out for want of room.
struct bar_layout {
    size_t name;
    size_t bar; // with its brackets
    size_t percent;
    size_t rows;
    size_t rate;
    size_t bytes;
    size_t left;
    size_t phase;
    bool is_wide; // numbers in full
};

// For a terminal of that many columns; lines are at least one shorter, because some terminals wrap
// when the last column is written.
void bar_layout_choose(struct bar_layout *layout, size_t terminal_width);
// Appends the line without its end; returns how many columns it takes.
size_t bar_append(struct buffer *out, const struct bar_layout *layout, const struct bar_line *line,
    bool has_colour);

#endif
