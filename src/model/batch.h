// Rows in flight: what a cursor delivers and what the copy stream and the digest consume.
#ifndef OE2PG_MODEL_BATCH_H
#define OE2PG_MODEL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One value as canonical text (VALUE_BINARY: raw bytes). NULL is bytes == NULL with size 0; '' has
// bytes. A value that was too long to be read has no bytes but a size: its own, or at least one
// more than what may be read. One that a session may have cut (source/cutting.h) has no bytes and
// CELL_CUT for a size; nobody above read/ meets it.
struct cell {
    const char *bytes; // not terminated
    size_t size;
};
#define CELL_CUT SIZE_MAX

static inline bool
cell_is_cut(const struct cell *cell)
{
    return cell->bytes == NULL && cell->size == CELL_CUT;
}

// Something that the source holds and that is no row, or no value of its column: the mirror cannot
// have it, and it is told where it stands. Only sources that look at their own rows have any.
struct misfit {
    size_t row;    // in the batch, where the value is NULL; MISFIT_RECORD: it is a whole record
    size_t column; // of the value
    const char *detail; // a sentence: what it is, and where
    struct cell value;  // as the source holds it
};
#define MISFIT_RECORD SIZE_MAX

// Row-major: cell (r, c) is cells[r * column_count + c]. Owned by the cursor, bytes included;
// valid until its next fetch or close.
struct batch {
    struct cell *cells;
    size_t column_count;
    size_t row_count;             // 0: the end
    size_t size_bytes;            // sum of the sizes of all values
    bool has_too_long;            // some value was too long to be read
    bool has_cut;                 // some value may have been cut
    const struct misfit *misfits; // met since the last batch, those of an empty one too
    size_t misfit_count;
};

#endif
