// One index after the other while a source lists their columns.
#ifndef OE2PG_SOURCE_INDEX_RUN_H
#define OE2PG_SOURCE_INDEX_RUN_H

#include "base/arena.h"
#include "model/table.h"

#include <stdint.h>

// The numbers are those that the products' queries give (product.h): the primary ones come first.
// A row number is a primary key, too (struct key).
enum index_kind { INDEX_ORDINARY, INDEX_UNIQUE, INDEX_PRIMARY, INDEX_ROW_NUMBER };

// Zeroed at first.
struct index_run {
    struct table *table; // NULL: of a table that is not mirrored
    char *name;          // owned
    enum index_kind kind;
    bool is_spoiled; // holds an expression, or a column that the catalogue does not show
    uint16_t columns[KEY_COLUMNS_MAX];
    size_t count;
};

void index_run_begin(
    struct index_run *run, struct table *table, const char *name, enum index_kind kind);
// Puts a column at its place in the index, counted from 0; NULL (an expression) spoils the index.
void index_run_put(struct index_run *run, const char *column, size_t place);
// The index is one of its table's now, a unique one as a key, unless it is spoiled or there is
// another of the same columns.
void index_run_flush(struct index_run *run, struct arena *arena);
void index_run_release(struct index_run *run);

// The same for an index that is known as a whole; its texts and columns are borrowed. A unique one
// takes the place of one of the same columns that is not.
void index_add(struct arena *arena, struct table *table, const struct key *index, bool is_unique);

#endif
