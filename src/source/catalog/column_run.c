#include "source/catalog/column_run.h"

#include "base/mem.h"
#include "source/catalog/catalog_read.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

// In the source's order, whatever order the driver lists them in: an insertion sort, as they
// nearly always come sorted.
static void
sort_columns(struct column_run *run)
{
    for (size_t i = 1; i < run->count; i++) {
        for (size_t k = i; k > 0 && run->ordinals[k - 1] > run->ordinals[k]; k--) {
            struct column column = run->columns[k];
            int64_t ordinal = run->ordinals[k];

            run->columns[k] = run->columns[k - 1];
            run->ordinals[k] = run->ordinals[k - 1];
            run->columns[k - 1] = column;
            run->ordinals[k - 1] = ordinal;
        }
    }
}

void
column_run_flush(struct column_run *run, struct arena *arena)
{
    struct table *table = run->table;
    struct column *all;

    if (table == NULL || run->count == 0)
        return;
    sort_columns(run);
    all = arena_calloc(arena, table->column_count + run->count, sizeof *all);
    if (table->column_count > 0)
        memcpy(all, table->columns, table->column_count * sizeof *all);
    memcpy(all + table->column_count, run->columns, run->count * sizeof *all);
    table->columns = all;
    table->column_count += run->count;
    run->count = 0;
}

struct column *
column_run_add(struct column_run *run, int64_t ordinal)
{
    struct column *column;

    if (run->count == run->capacity) {
        run->capacity = run->capacity > 0 ? run->capacity * 2 : 64;
        run->columns = mem_realloc(run->columns, run->capacity, sizeof *run->columns);
        run->ordinals = mem_realloc(run->ordinals, run->capacity, sizeof *run->ordinals);
    }
    column = &run->columns[run->count];
    memset(column, 0, sizeof *column);
    run->ordinals[run->count++] = ordinal;
    return column;
}

static struct table *
find_owner(
    const struct column_run *run, const struct table_list *list, const struct column_owner *owner)
{
    const char *schema = owner->schema != NULL ? owner->schema : "";
    const char *name = owner->table != NULL ? owner->table : "";
    struct table *table = run->table;

    if (table == NULL || strcmp(table->name, name) != 0 || strcmp(table->schema, schema) != 0)
        table = table_find(list->tables, list->count, schema, name);
    if (table == NULL || (run->one != NULL && table != run->one) ||
        !catalog_is_asked(table->catalog, owner->catalog))
        return NULL;
    return table;
}

void
column_run_turn(struct column_run *run, struct arena *arena, const struct table_list *list,
    const struct column_owner *owner)
{
    struct table *table = find_owner(run, list, owner);

    if (table == run->table)
        return;
    column_run_flush(run, arena);
    run->count = 0;
    run->table = table;
}

void
column_run_release(struct column_run *run)
{
    free(run->columns);
    free(run->ordinals);
}
