#include "model/stamp.h"

#include "base/text.h"

#include <string.h>

// A column's name may hold any character, a stamp no such one.
#define DIVIDER '|'

const char *
stamp_point_print(struct arena *arena, const char *column, const char *watermark)
{
    return arena_printf(arena, "%s%c%s", watermark != NULL ? watermark : "", DIVIDER, column);
}

bool
stamp_point_is_of(const char *point, const char *column)
{
    const char *divider = strchr(point, DIVIDER);

    return divider != NULL && strcmp(divider + 1, column) == 0;
}

const char *
stamp_point_watermark(struct arena *arena, const char *point, const char *column)
{
    const char *divider = strchr(point, DIVIDER);

    if (!stamp_point_is_of(point, column) || divider == point)
        return NULL;
    return arena_printf(arena, "%.*s", (int)(divider - point), point);
}

const struct column *
stamp_find(const struct table *table, const char *column)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, column) == 0)
            return &table->columns[i];
    }
    return NULL;
}
