// The tables of a source while they are listed, and which of them are meant.
#ifndef OE2PG_SOURCE_TABLE_LIST_H
#define OE2PG_SOURCE_TABLE_LIST_H

#include "base/error.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

struct table_list {
    struct table **tables; // heap; the tables are the arena's
    size_t count;
    size_t capacity;
};

void table_list_append(struct table_list *list, struct table *table);
// By name and schema, as table_find wants them.
void table_list_sort(struct table_list *list);
// Drops what has schema and name of another in the list, which is sorted: a view before a table.
void table_list_drop_doubles(struct table_list *list);
// Drops tables whose names begin with an underscore: OpenEdge's metaschema.
void table_list_drop_metaschema(struct table_list *list);
// Keeps the tables of this database, where a driver lists those of others, too: exactly of that
// name if there are any, else without case. NULL or "", or one that no table has: keeps all.
void table_list_keep_catalog(struct table_list *list, const char *catalog);
// Keeps the tables of a schema; a source without schemas keeps all, and "" keeps all but those of
// the product itself. The name is taken exactly if it exists so, else without case. Fails, with the
// schemas that there are, when no table is left.
bool table_list_keep_schema(struct table_list *list, const char *schema, struct error *err)
    __attribute__((warn_unused_result));
// Fails when all of them are left out unless they are asked for, and none is: views alone are no
// tables.
bool table_list_check(const struct table_list *list, const char *schema, struct error *err)
    __attribute__((warn_unused_result));
// The schema of all of them; "": they are of several.
const char *table_list_schema(const struct table_list *list);

#endif
