// A table as it is selected, where columns of it are not read plainly (model/column_way.h): a
// column stands there once, or not at all, or as several expressions of the same statement, of
// which one value is made again; and several columns that are the elements of one array stand there
// as that array, of whose text a value is made for each. source.c alone uses it: whoever asks for a
// table sees its own columns.
//
// Invariant: a value is whole or its row fails. Slices are joined where neighbours agree on the
// characters they share, no slice is short before another one, and the last one is empty, for it
// lies beyond the end. An array that has not as many elements as it is declared with is a misfit.
// One thread.
#ifndef OE2PG_SOURCE_RENDITION_H
#define OE2PG_SOURCE_RENDITION_H

#include "base/buffer.h"
#include "model/batch.h"
#include "source/array_parts.h"
#include "source/source.h"

// Columns of `table` side by side.
struct expressions {
    size_t first;
    size_t count;
};

struct rendition {
    struct table table;              // what a door is asked for
    struct key key;                  // the request's, in it
    const struct table *whole;       // borrowed
    struct expressions *expressions; // [whole->column_count]: where each column is read from
    uint16_t *origin;                // [table.column_count]: positions in the whole table
    struct batch batch;              // of the whole table's columns
    size_t capacity;                 // of batch.cells
    struct buffer texts;             // values that were joined
    struct array_parts arrays;
};

bool rendition_is_needed(const struct table *table);
void rendition_init(struct rendition *rendition, const struct table *table);
void rendition_release(struct rendition *rendition);
// The request in its words. A column that is not read plainly is in no condition and in no order:
// to ask for that is a bug.
void rendition_translate(struct rendition *rendition, struct read_request *request);
// The same rows of the whole table; valid as long as `batch` and until the next call. False when a
// value cannot be made whole of what came: `trouble` says of which column and what might help. A
// value longer than value_bytes (0: any may be) is one that was too long to be read.
bool rendition_join(struct rendition *rendition, const struct batch *batch, size_t value_bytes,
    const struct batch **joined, struct source_trouble *trouble);

#endif
