// How long mirrored texts are, for `oe2pg check`: a look at some rows, never at a whole table.
#ifndef OE2PG_TARGET_WIDTH_H
#define OE2PG_TARGET_WIDTH_H

#include "base/arena.h"
#include "model/table.h"
#include "target/target.h"

enum { WIDTH_SAMPLE_ROWS = 10000 };

// The longest value of each column of kind VALUE_TEXT among WIDTH_SAMPLE_ROWS rows of the mirrored
// table, in characters; 0 for the others, and for a table that is not there or may not be read.
// `longest` has room for every column.
bool width_sample(struct target *target, const char *schema, const struct table *table,
    size_t *longest, struct error *err) __attribute__((warn_unused_result));

// Values of the mirrored table, all of it, that are wider than the source declares their columns:
// how many of each column (model/too_wide.h); -1 for one that is not asked for. `wanted` and
// `counts` have room for every column.
bool width_count_beyond(struct target *target, const char *schema, const struct table *table,
    const bool *wanted, int64_t *counts, struct error *err) __attribute__((warn_unused_result));

// What the last run noted of tables of the mirror in this schema that it read well: their columns
// with values as long as their width. Sentences and names in `arena`.
struct width_note {
    const char *table; // the source's name
    const char *note;
};
bool width_notes(struct target *target, struct arena *arena, const char *schema,
    struct width_note **notes, size_t *count, struct error *err)
    __attribute__((warn_unused_result));

#endif
