// Texts of arrays taken apart, where a table has a column for each element (column->array). Part of
// a rendition (source/rendition.h). One thread.
#ifndef OE2PG_SOURCE_ARRAY_PARTS_H
#define OE2PG_SOURCE_ARRAY_PARTS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"

struct array_parts {
    const struct table *table; // with columns for elements; borrowed
    struct buffer elements;    // values
    struct misfit *misfits;
    size_t misfit_count;
    size_t misfit_capacity;
    struct arena details;
};

void array_parts_init(struct array_parts *parts, const struct table *table);
void array_parts_release(struct array_parts *parts);
// Begins a batch of the table's columns, with the misfits that the door found in `batch`, whose
// columns stand in `origin` as those of the table.
void array_parts_begin(
    struct array_parts *parts, const struct batch *batch, const uint16_t *origin);
// Fills the cells of the array whose elements begin at column `first`; `value` is its text, of
// which nothing is kept but by a misfit. The bytes are there after array_parts_end alone.
void array_parts_take(struct array_parts *parts, struct batch *made, size_t row, size_t first,
    const struct cell *value);
// Cells and misfits are valid until the next batch.
void array_parts_end(struct array_parts *parts, struct batch *made);

#endif
