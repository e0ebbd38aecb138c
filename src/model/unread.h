// What the source held and did not deliver: told by who reads (read/), kept by who writes
// (write/quarantine_list.h).
#ifndef OE2PG_MODEL_UNREAD_H
#define OE2PG_MODEL_UNREAD_H

#include "model/batch.h"

#include <stddef.h>
#include <stdint.h>

// A value that was not read, or not whole; or a whole record that is no row.
struct unread {
    const struct cell *row; // as it is delivered; NULL: of many rows
    const char *row_id;     // tells the row where no key does; NULL: its key does, or nothing
    size_t column;          // UNREAD_RECORD: all of it, in `value`
    const char *reason;     // a constant word: see docs/tracking.md, quarantine
    int64_t row_count;
    const char *detail;       // a sentence; NULL: the reason's
    const struct cell *value; // as the source holds it; NULL: as it stands in the row
};
#define UNREAD_RECORD SIZE_MAX

typedef void unread_sink(void *context, const struct unread *unread);

#endif
