// The columns of one table after the other while a source lists them.
#ifndef OE2PG_SOURCE_COLUMN_RUN_H
#define OE2PG_SOURCE_COLUMN_RUN_H

#include "base/arena.h"
#include "source/catalog/table_list.h"

#include <stdint.h>

// Zeroed at first, but for `one`.
struct column_run {
    const struct table *one; // columns of this table only are taken; NULL: of every table
    struct table *table;     // NULL: one that is not among those listed
    struct column *columns;  // heap, reused
    int64_t *ordinals;
    size_t count;
    size_t capacity;
};

// Whose a column is, in a driver's words. NULL: it does not say.
struct column_owner {
    const char *catalog;
    const char *schema;
    const char *table;
};

// The next column is one of this table. Columns of tables that are not in the list, under just
// these names, are nobody's: what a driver lists may be more than it was asked for.
void column_run_turn(struct column_run *run, struct arena *arena, const struct table_list *list,
    const struct column_owner *owner);
// A zeroed column, to be filled before the next call. They are sorted by `ordinal`.
struct column *column_run_add(struct column_run *run, int64_t ordinal);
// Moves what was gathered into the table; a driver may come back to a table later.
void column_run_flush(struct column_run *run, struct arena *arena);
void column_run_release(struct column_run *run);

#endif
