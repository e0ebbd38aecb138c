// How many rows the next statement asks for, and how many at a time, so that a row that cannot be
// read is found by few statements, while all rows before it are read meanwhile. Pure.
//
// What is lost with the row is the block in which it was fetched: blocks become smaller by and by,
// to one row, and then the next row is the bad one. A source that fetches blocks of its own is
// found out when that row can be read; from then on the row is looked for by halves.
//
// Invariant: when `reach` is not 0, the next row that cannot be read is one of the next `reach`;
// but for a reach of 1 that smaller blocks led to, which the caller tries and tells (bisect_miss).
#ifndef OE2PG_READ_HUNT_BISECT_H
#define OE2PG_READ_HUNT_BISECT_H

#include <stdbool.h>
#include <stddef.h>

struct bisect {
    size_t reach;   // 0: not known
    size_t limit;   // rows; 0: any number
    size_t block;   // rows fetched at a time at most; 0: any number
    size_t since;   // rows since the last bad one, or from the first
    bool is_coarse; // the source does not fetch the blocks it is asked for
};

enum {
    BISECT_FIRST = 8 * 1024, // rows asked for when a statement without a limit failed
    BISECT_NEAR = 1024,
    BISECT_LAST = 128 * 1024, // a bad row that is not among so many is as good as gone
};

// A statement with this limit and block failed after it delivered `rows`.
void bisect_fail(struct bisect *bisect, size_t rows);
// It delivered `rows` and ended: all it was asked for, or all that were left in its range.
void bisect_pass(struct bisect *bisect, size_t rows);
// True while a bad row is looked for.
bool bisect_is_searching(const struct bisect *bisect);
// True when the bad row is known to be among the next BISECT_NEAR.
bool bisect_is_near(const struct bisect *bisect);
// True when the next row is the bad one.
bool bisect_is_at_row(const struct bisect *bisect);
// The bad row was dealt with. Where one is others may be: the next statements ask for more and more
// rows, so that a source that sorts all it is asked for does not sort the rest of the table for
// each. Behind one that was close to the last the first of them asks for few, one at a time, if the
// next is to be looked for (`goes_on`).
void bisect_found(struct bisect *bisect, bool goes_on);
// The row that was taken for the bad one was read.
void bisect_miss(struct bisect *bisect);

#endif
