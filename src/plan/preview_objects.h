// What a preview says of indexes and constraints: the statements that make those of a new table,
// and which tables are not as they are to be. Pure; any thread.
#ifndef OE2PG_PLAN_PREVIEW_OBJECTS_H
#define OE2PG_PLAN_PREVIEW_OBJECTS_H

#include "plan/preview_input.h"

// Of a table that does not exist yet: `first`, then those that follow it. *count is how many.
const char **preview_object_statements(struct arena *arena, const struct preview_input *input,
    const struct table *table, const char *first, size_t *count);
// A sentence about tables that exist; NULL: nothing is to be told.
const char *preview_warn_of_objects(struct arena *arena, const struct preview_input *input);

#endif
