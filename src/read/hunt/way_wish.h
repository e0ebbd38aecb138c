// What a hunt found out about a column, for who decides how columns are read (method/other_way.h).
#ifndef OE2PG_READ_HUNT_WAY_WISH_H
#define OE2PG_READ_HUNT_WAY_WISH_H

#include <stddef.h>
#include <stdint.h>

enum way_wish_kind {
    WISH_NOTHING,
    WISH_PAST_WIDTH, // a first value was too wide to be read plainly
    WISH_MORE,       // one was longer than its slices reach
    WISH_FINER,      // one may have been cut inside a slice
    WISH_LEFT_OUT,   // too many were not to be had to look for each: of hunt_leaves_out
    WISH_SHORT,      // too many may have been cut to look for each
    WISH_NO_CUT,     // that it may have been cut cannot be looked into, or the source cuts nothing
};

// With RETRY_BY_OTHER_WAY.
struct way_wish {
    enum way_wish_kind kind;
    size_t column; // in the hunt's table; the last of those to be left out
};

// What a pass saw of a column that is not read plainly.
struct way_sight {
    int64_t rows; // with a value wider than it is declared, or without the one that the source has
    size_t longest; // characters, of those that came
};

#endif
