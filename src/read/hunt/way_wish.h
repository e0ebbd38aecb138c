// What a hunt found out about a column, for who decides how columns are read (method/other_way.h):
// with it comes RETRY_BY_OTHER_WAY.
#ifndef OE2PG_READ_HUNT_WAY_WISH_H
#define OE2PG_READ_HUNT_WAY_WISH_H

#include <stddef.h>

enum way_wish_kind {
    WISH_NOTHING,
    WISH_PAST_WIDTH, // a first value was too wide to be read plainly
    WISH_MORE,       // one was longer than its slices reach
    WISH_FINER,      // one may have been cut inside a slice
    WISH_LEFT_OUT,   // too many were not to be had to look for each
};

struct way_wish {
    enum way_wish_kind kind;
    size_t column; // in the hunt's table
};

#endif
