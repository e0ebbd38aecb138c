// One row that was read by itself, as far as it can be read; kept until the next is read into it.
#ifndef OE2PG_READ_UNREAD_ROW_H
#define OE2PG_READ_UNREAD_ROW_H

#include "base/arena.h"
#include "model/batch.h"

struct unread_row {
    struct arena arena;
    struct batch batch;
    size_t found;  // rows that the source gave; the first is kept
    bool is_whole; // nothing of it was left out, or was cut
};

#endif
