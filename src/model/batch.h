// Rows in flight: what a cursor delivers and what the copy stream and the digest consume.
#ifndef OE2PG_MODEL_BATCH_H
#define OE2PG_MODEL_BATCH_H

#include <stdbool.h>
#include <stddef.h>

// One value as canonical text (VALUE_BINARY: raw bytes). NULL is bytes == NULL with size 0; '' has
// bytes. A value that was too long to be read has no bytes but a size: its own, or at least one
// more than what may be read.
struct cell {
    const char *bytes; // not terminated
    size_t size;
};

// Row-major: cell (r, c) is cells[r * column_count + c]. Owned by the cursor, bytes included;
// valid until its next fetch or close.
struct batch {
    struct cell *cells;
    size_t column_count;
    size_t row_count;  // 0: the end
    size_t size_bytes; // sum of the sizes of all values
    bool has_too_long; // some value was too long to be read
};

#endif
