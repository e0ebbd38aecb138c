// Values exactly as long as their column is declared. A server that was told to cut what is too
// wide (OpenEdge's authorised data truncation) does so in silence: such a value may be the rest of
// a longer one. One thread.
#ifndef OE2PG_WRITE_FULL_WIDTH_H
#define OE2PG_WRITE_FULL_WIDTH_H

#include "base/arena.h"
#include "model/batch.h"
#include "model/table.h"

#include <stdint.h>

struct full_width {
    const struct table *table;
    int64_t *counts; // [column_count]; NULL: the source does not cut, nothing is counted
};

// `may_cut` as in struct source_capabilities.
void full_width_init(struct full_width *full, bool may_cut, const struct table *table);
// Of zeros it does nothing.
void full_width_release(struct full_width *full);
// Begins to count anew.
void full_width_reset(struct full_width *full);
// Counts those of a row, in counts of a part of the table (model/part.h).
void full_width_count(const struct table *table, int64_t *counts, const struct cell *row);
// Adds the counts of a part; NULL: there are none.
void full_width_add(struct full_width *full, const int64_t *counts);
// Names the columns that have such values, and how many, in the log, at DEBUG: the summary counts
// them, and the table's record names them.
void full_width_tell(const struct full_width *full);
// In how many columns there are such values.
int64_t full_width_columns(const struct full_width *full);
// How many such values there are.
int64_t full_width_total(const struct full_width *full);
// A sentence that names the columns, for the table's record; NULL when there is none.
const char *full_width_note(const struct full_width *full, struct arena *arena);

#endif
