#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

int
table_search_compare(const void *a, const void *b)
{
    const struct table *left = *(const struct table *const *)a;
    const struct table *right = *(const struct table *const *)b;
    int order = strcmp(left->name, right->name);

    return order != 0 ? order : strcmp(left->schema, right->schema);
}

struct table *
table_find(struct table **tables, size_t table_count, const char *schema, const char *name)
{
    struct table wanted = { .schema = schema, .name = name };
    const struct table *key = &wanted;
    struct table **found;

    if (table_count == 0)
        return NULL;
    found = bsearch(&key, tables, table_count, sizeof(struct table *), table_search_compare);
    return found != NULL ? *found : NULL;
}

bool
table_find_column(const struct table *table, const char *name, uint16_t *position)
{
    for (size_t i = 0; i < table->column_count && i <= UINT16_MAX; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            *position = (uint16_t)i;
            return true;
        }
    }
    return false;
}
