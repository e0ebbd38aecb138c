// A table seen through some of its columns: what is read of it when others cannot be. Rows of the
// narrow table are made rows of the whole one again, with NULL in what was left out.
#ifndef OE2PG_MODEL_NARROW_H
#define OE2PG_MODEL_NARROW_H

#include "model/batch.h"
#include "model/table.h"

struct narrow {
    struct table table;       // the columns that are read; its key, where all of it is among them
    const struct table *wide; // borrowed
    struct key key;
    uint16_t *origin;   // [table.column_count]: positions in the whole table
    struct batch batch; // of the whole table's columns
    size_t capacity;    // of batch.cells
    struct misfit *misfits;
    size_t misfit_capacity;
};

// Sets the flag of a column, and of all that are read with it.
void narrow_mark(const struct table *table, int column, bool *flags, bool flag);

// `is_left_out` is [table->column_count]. At least one column stays.
void narrow_init(struct narrow *narrow, const struct table *table, const bool *is_left_out);
// Of zeros it does nothing.
void narrow_release(struct narrow *narrow);
// The same rows of the whole table; valid as long as `batch` and until the next call.
const struct batch *narrow_widen(struct narrow *narrow, const struct batch *batch);

#endif
