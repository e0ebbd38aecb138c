#include "plan/shape_diff.h"

#include <string.h>

static bool
is_mirrored_still(const struct table *table, const char *target_name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].target_name, target_name) == 0)
            return true;
    }
    return false;
}

// Whether this column, which is mirrored no more, is to be dropped.
static bool
is_dropped(const struct table *table, const char *name, bool drops)
{
    const struct name_list excluded = { table->excluded, table->excluded_count };

    return drops && !name_list_has(&excluded, name);
}

void
shape_diff_make(struct arena *arena, const struct table *table, const struct shape_before *before,
    const struct name_list *present, bool drops, struct shape_diff *diff)
{
    const struct name_list *mirrored = &before->mirrored;
    const struct name_list *stale = &before->stale;

    *diff = (struct shape_diff){
        .added = arena_calloc(arena, table->column_count, sizeof *diff->added),
        .dropped = arena_calloc(arena, mirrored->count + stale->count, sizeof *diff->dropped),
        .left = arena_calloc(arena, mirrored->count, sizeof *diff->left),
        .stale = arena_calloc(arena, stale->count, sizeof *diff->stale),
    };
    for (size_t i = 0; i < table->column_count; i++) {
        if (!name_list_has(present, table->columns[i].target_name))
            diff->added[diff->added_count++] = &table->columns[i];
    }
    for (size_t i = 0; i < mirrored->count; i++) {
        const char *name = mirrored->names[i];

        if (is_mirrored_still(table, name) || !name_list_has(present, name))
            continue;
        if (is_dropped(table, name, drops))
            diff->dropped[diff->dropped_count++] = name;
        else
            diff->left[diff->left_count++] = name;
    }
    for (size_t i = 0; i < stale->count; i++) {
        const char *name = stale->names[i];

        if (is_mirrored_still(table, name) || name_list_has(mirrored, name) ||
            !name_list_has(present, name))
            continue;
        if (is_dropped(table, name, drops))
            diff->dropped[diff->dropped_count++] = name;
        else
            diff->stale[diff->stale_count++] = name;
    }
}

struct name_list
shape_pick(struct arena *arena, const struct table *table, const struct name_list *columns,
    bool is_excluded)
{
    const struct name_list excluded = { table->excluded, table->excluded_count };
    const char **names = arena_calloc(arena, columns->count, sizeof *names);
    struct name_list picked = { .names = names };

    for (size_t i = 0; i < columns->count; i++) {
        if (name_list_has(&excluded, columns->names[i]) == is_excluded)
            names[picked.count++] = columns->names[i];
    }
    return picked;
}

const char *
shape_stale_remedy(bool is_excluded, bool drops)
{
    if (is_excluded)
        return "ALTER TABLE ... DROP COLUMN, or take it out of exclude_columns; "
               "mirror_settings.dropped_columns leaves it, for the source has it still.";
    return drops ? "The next run that reads the table drops it, as mirror_settings.dropped_columns "
                   "says."
                 : "ALTER TABLE ... DROP COLUMN, or set mirror_settings.dropped_columns to "
                   "\"drop\".";
}
