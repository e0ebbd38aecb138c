#include "model/too_wide.h"

#include <string.h>

bool
too_wide_can_be(const struct column *column)
{
    bool has_width = column->kind == VALUE_TEXT || column->kind == VALUE_DECIMAL ||
                     column->kind == VALUE_BINARY || column->array.extent > 0;

    return has_width && !column->is_long && column->width > 0;
}

static int64_t
count_characters(const struct cell *value)
{
    int64_t count = 0;

    for (size_t i = 0; i < value->size; i++)
        count += ((unsigned char)value->bytes[i] & 0xC0) != 0x80;
    return count;
}

// Of canonical text: a zero in front of the point is no digit.
static int64_t
count_digits(const struct column *column, const struct cell *value)
{
    int64_t count = 0;

    for (size_t i = 0; i < value->size && value->bytes[i] != '.'; i++) {
        char byte = value->bytes[i];

        count += byte >= '0' && byte <= '9' && (byte != '0' || count > 0);
    }
    return count + (column->scale > 0 ? column->scale : 0);
}

int64_t
too_wide_measure(const struct column *column, const struct cell *value)
{
    if (value->bytes == NULL)
        return 0;
    if (column->kind == VALUE_DECIMAL && column->array.extent == 0)
        return count_digits(column, value);
    if (column->kind == VALUE_BINARY && column->array.extent == 0)
        return (int64_t)value->size;
    // Bytes are at least as many: most values are told by their size alone.
    return value->size <= column->width ? (int64_t)value->size : count_characters(value);
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
