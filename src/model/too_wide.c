#include "model/too_wide.h"

#include <string.h>

bool
too_wide_can_be(const struct column *column)
{
    bool has_width = column->kind == VALUE_TEXT || column->kind == VALUE_DECIMAL ||
                     column->kind == VALUE_BINARY || column->extent > 0;

    return has_width && !column->is_long && column->width > 0;
}

const struct column *
too_wide_find(const struct table *table, const struct too_wide_column *seen)
{
    if (strcmp(table->name, seen->table) != 0 || strcmp(table->schema, seen->schema) != 0)
        return NULL;
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, seen->column) == 0)
            return &table->columns[i];
    }
    return NULL;
}
