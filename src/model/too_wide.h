// A column with values that are wider than the source declares it, as far as runs met them.
#ifndef OE2PG_MODEL_TOO_WIDE_H
#define OE2PG_MODEL_TOO_WIDE_H

#include "model/batch.h"
#include "model/table.h"

#include <stdbool.h>
#include <stdint.h>

struct too_wide_column {
    const char *schema; // names are the source's
    const char *table;
    const char *column;
    const char *way;       // how it is read: a word, see docs/tracking.md; NULL: around those rows
    int64_t declared;      // the width that was declared then; 0: not recorded
    int64_t longest;       // in the width's unit; 0: not known
    bool is_longest_exact; // else a value is at least so long
    int64_t row_count;     // rows with such a value; -1: not known
    bool is_row_count_exact; // else there are at least so many
};

// Whether the column's type has a width that a value could exceed.
bool too_wide_can_be(const struct column *column);

// What a value takes of its column's width, in the width's unit: characters, bytes of RAW, digits
// of a decimal with all those that its column has behind the point. More than the width: SQL
// refuses it.
int64_t too_wide_measure(const struct column *column, const struct cell *value);

// The column in the catalogue's entry of its table; NULL: the table is another one, or has no such
// column.
const struct column *too_wide_find(const struct table *table, const struct too_wide_column *seen);

#endif
