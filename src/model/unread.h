// What the source held and did not deliver: told by who reads (read/hunt), kept by who writes
// (write/quarantine_list.h).
#ifndef OE2PG_MODEL_UNREAD_H
#define OE2PG_MODEL_UNREAD_H

#include "model/batch.h"

#include <stddef.h>
#include <stdint.h>

// A value that was not read, or not whole.
struct unread {
    const struct cell *row; // as it is delivered; NULL: of many rows
    const char *row_id;     // tells the row where no key does; NULL: its key does, or nothing
    size_t column;
    const char *reason; // a constant word: see docs/tracking.md, quarantine
    int64_t row_count;
};
typedef void unread_sink(void *context, const struct unread *unread);

#endif
