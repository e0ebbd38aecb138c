// Tables and columns by name, as catalogues gather them. Pure; any thread.
#ifndef OE2PG_SOURCE_TABLE_SEARCH_H
#define OE2PG_SOURCE_TABLE_SEARCH_H

#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// For qsort of an array of struct table pointers: by name, then by schema.
int table_search_compare(const void *a, const void *b);
// In tables sorted so; NULL when there is none of that name.
struct table *table_find(
    struct table **tables, size_t table_count, const char *schema, const char *name);
bool table_find_column(const struct table *table, const char *name, uint16_t *position);

#endif
