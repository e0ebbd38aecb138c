// Names of the source as names of the mirror, the same for every run. Pure; any thread.
#ifndef OE2PG_MODEL_NAME_MAP_H
#define OE2PG_MODEL_NAME_MAP_H

#include "base/arena.h"
#include "model/settings.h"
#include "model/table.h"

// The mirrored name of one source name: `plain` lower case with everything but letters and digits
// as `_`; `lower`; `exact`. Longer than 63 bytes: cut at a character with `_` and 8 hex digits of
// the full name's hash.
const char *name_map(struct arena *arena, enum naming naming, const char *name);
// The same for a column: PostgreSQL's system column names get a trailing `_`.
const char *name_map_column(struct arena *arena, enum naming naming, const char *name);

// Names a table and its columns. Returns NULL, or a sentence naming two columns that collide.
const char *name_map_table(struct arena *arena, enum naming naming, struct table *table);

#endif
