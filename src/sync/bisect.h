// How many rows the next statement asks for, so that a row that cannot be read is found by few
// statements, while all rows before it are read meanwhile. Pure.
//
// Invariant: when `reach` is not 0, the next row that cannot be read is one of the next `reach`.
#ifndef OE2PG_SYNC_BISECT_H
#define OE2PG_SYNC_BISECT_H

#include <stdbool.h>
#include <stddef.h>

struct bisect {
    size_t reach; // 0: not known
    size_t limit; // rows; 0: any number
};

enum {
    BISECT_FIRST = 1024,      // rows asked for when a statement without a limit failed
    BISECT_LAST = 128 * 1024, // a bad row that is not among so many is as good as gone
};

// A statement with this limit failed after it delivered `rows`.
void bisect_fail(struct bisect *bisect, size_t rows);
// It delivered `rows` and ended: all it was asked for, or all that were left in its range.
void bisect_pass(struct bisect *bisect, size_t rows);
// True when the bad row is known to be among the next BISECT_FIRST.
bool bisect_is_near(const struct bisect *bisect);
// True when the next row is the bad one.
bool bisect_is_at_row(const struct bisect *bisect);
// Looks for the next bad row anew.
void bisect_reset(struct bisect *bisect);

#endif
