// Arrays of the source that are a column for each element in the mirror: the table gets these
// columns in the array's place, and the source makes them of its one text (source/rendition.h).
// Pure; any thread.
#ifndef OE2PG_PLAN_ARRAY_COLUMNS_H
#define OE2PG_PLAN_ARRAY_COLUMNS_H

#include "base/arena.h"
#include "model/settings.h"
#include "model/state.h"
#include "model/table.h"

// The elements are called as the array with `_1` and so on behind its name, with more `_` where
// another column would have such a name. An array that is mirrored keeps its form, whatever the
// settings say; one that would give the table more columns than PostgreSQL allows, or that is in a
// key, stays in one piece. `record`: NULL for a table that is not mirrored. Keys are numbered anew;
// what is new lives in `arena`.
void array_columns_apply(struct arena *arena, const struct mirror_settings *settings,
    const struct table_record *record, struct table *table);

#endif
