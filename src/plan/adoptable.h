// A table that stands in the mirror's schema while nothing is known of it: whether `oe2pg adopt`
// would take it for the mirror of the source's, and the command. Pure; any thread.
#ifndef OE2PG_PLAN_ADOPTABLE_H
#define OE2PG_PLAN_ADOPTABLE_H

#include "model/name_list.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

// How many columns of the source's table it has; 0: it is somebody else's.
size_t adoptable_columns(const struct table *table, const struct name_list *present);
// Whether adopt would take it; `kind` is pg_class.relkind: a view is somebody else's too.
bool adoptable_is(const struct table *table, char kind, const struct name_list *present);
// What to do about it, with the command to be pasted. In `arena`.
const char *adoptable_remedy(
    struct arena *arena, const struct table *table, char kind, const struct name_list *present);

#endif
