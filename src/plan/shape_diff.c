#include "plan/shape_diff.h"

#include <string.h>

static bool
is_in_source(const struct table *table, const char *target_name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, target_name) == 0)
            return true;
    }
    return false;
}

void
shape_diff_make(struct arena *arena, const struct table *table, const struct shape_before *before,
    const struct name_list *present, struct shape_diff *diff)
{
    const struct name_list *mirrored = &before->mirrored;
    const struct name_list *stale = &before->stale;

    diff->stale = arena_calloc(arena, stale->count, sizeof *diff->stale);
    diff->stale_count = 0;
    diff->added = arena_calloc(arena, table->column_count, sizeof *diff->added);
    diff->gone = arena_calloc(arena, mirrored->count, sizeof *diff->gone);
    diff->added_count = 0;
    diff->gone_count = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!name_list_has(present, table->columns[i].target_name))
            diff->added[diff->added_count++] = &table->columns[i];
    }
    for (size_t i = 0; i < mirrored->count; i++) {
        if (!is_in_source(table, mirrored->names[i]) && name_list_has(present, mirrored->names[i]))
            diff->gone[diff->gone_count++] = mirrored->names[i];
    }
    for (size_t i = 0; i < stale->count; i++) {
        const char *name = stale->names[i];

        if (!is_in_source(table, name) && !name_list_has(mirrored, name) &&
            name_list_has(present, name))
            diff->stale[diff->stale_count++] = name;
    }
}
