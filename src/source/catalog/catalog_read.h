// Reads a source's catalogue: which way is asked first, and what is made of the answers. A door
// brings the ways; the product's own queries and OpenEdge's catalogue go before what a driver
// lists.
#ifndef OE2PG_SOURCE_CATALOG_READ_H
#define OE2PG_SOURCE_CATALOG_READ_H

#include "base/arena.h"
#include "source/catalog/catalog_door.h"
#include "source/catalog/table_list.h"

struct catalog_ways {
    struct catalog_door door; // its context is that of the functions below
    bool is_openedge;
    const char *schema;    // asked for; NULL: ""
    const char *keys;      // the product's query of unique indexes; NULL: list_keys
    const char *estimates; // and of rows; NULL: none
    bool (*list_tables)(
        void *context, struct arena *arena, struct table_list *list, struct error *err);
    bool (*list_columns)(
        void *context, struct arena *arena, const struct table_list *list, struct error *err);
    // Of one table. A failure with an SQLSTATE that says so leaves the table without.
    bool (*list_primary)(
        void *context, struct arena *arena, struct table *table, struct error *err);
    bool (*list_indexes)(
        void *context, struct arena *arena, struct table *table, struct error *err);
};

// Fills the catalogue: tables sorted by name and schema, their columns, keys and estimates.
bool catalog_read(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err) __attribute__((warn_unused_result));

// --- key_query.c

// Keys by a query whose rows are schema, table, index, 1 for a primary key, column, place, the
// columns of an index together and in order.
bool catalog_query_keys(const struct catalog_door *door, const char *sql, struct arena *arena,
    struct catalog *catalog, struct error *err) __attribute__((warn_unused_result));
// Row estimates by a query whose rows are schema, table, rows. A failure is no error.
void catalog_query_estimates(
    const struct catalog_door *door, const char *sql, struct catalog *catalog);

#endif
