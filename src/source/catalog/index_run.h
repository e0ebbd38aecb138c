// One unique index after the other while a source lists their columns.
#ifndef OE2PG_SOURCE_INDEX_RUN_H
#define OE2PG_SOURCE_INDEX_RUN_H

#include "base/arena.h"
#include "model/table.h"

#include <stdint.h>

// Zeroed at first.
struct index_run {
    struct table *table; // NULL: of a table that is not mirrored
    char *name;          // owned
    bool is_primary;
    bool is_spoiled; // holds an expression, or a column that the catalogue does not show
    uint16_t columns[KEY_COLUMNS_MAX];
    size_t count;
};

void index_run_begin(struct index_run *run, struct table *table, const char *name, bool is_primary);
// Puts a column at its place in the index, counted from 0; NULL (an expression) spoils the index.
void index_run_put(struct index_run *run, const char *column, size_t place);
// The index is a key of its table now, unless it is spoiled or another of the same columns is.
void index_run_flush(struct index_run *run, struct arena *arena);
void index_run_release(struct index_run *run);

#endif
