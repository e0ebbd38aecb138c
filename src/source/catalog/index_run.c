#include "source/catalog/index_run.h"

#include "base/mem.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

// The count stands for none.
static size_t
find_same(const struct key *list, size_t count, const struct key *index)
{
    size_t i = 0;

    while (i < count && !(list[i].column_count == index->column_count &&
                            memcmp(list[i].columns, index->columns,
                                index->column_count * sizeof index->columns[0]) == 0))
        i++;
    return i;
}

// The array grows by copying within the arena: a table has a handful of indexes.
static struct key *
grow(struct arena *arena, const struct key *list, size_t count, const struct key *index)
{
    struct key *grown = arena_calloc(arena, count + 1, sizeof *grown);

    if (count > 0)
        memcpy(grown, list, count * sizeof *grown);
    grown[count] = *index;
    return grown;
}

static void
take_out(struct arena *arena, struct catalog_entry *entry, size_t at)
{
    struct key *left = arena_calloc(arena, entry->index_count, sizeof *left);

    for (size_t i = 0, k = 0; i < entry->index_count; i++) {
        if (i != at)
            left[k++] = entry->indexes[i];
    }
    entry->indexes = left;
    entry->index_count--;
}

void
index_add(struct arena *arena, struct table *table, const struct key *index, bool is_unique)
{
    struct catalog_entry *entry = &table->entry;
    size_t ordinary = find_same(entry->indexes, entry->index_count, index);
    size_t unique = find_same(table->keys, table->key_count, index);

    if (!is_unique && unique == table->key_count && ordinary == entry->index_count)
        entry->indexes = grow(arena, entry->indexes, entry->index_count++, index);
    if (!is_unique)
        return;
    if (ordinary < entry->index_count)
        take_out(arena, entry, ordinary);
    if (unique == table->key_count)
        table->keys = grow(arena, table->keys, table->key_count++, index);
    else
        table->keys[unique].is_primary |= index->is_primary;
}

void
index_run_flush(struct index_run *run, struct arena *arena)
{
    struct key index = { .column_count = run->count,
        .is_primary = run->kind >= INDEX_PRIMARY,
        .is_row_number = run->kind == INDEX_ROW_NUMBER };

    if (run->table == NULL || run->count == 0 || run->is_spoiled)
        return;
    index.name = arena_strdup(arena, run->name);
    index.columns = arena_calloc(arena, run->count, sizeof index.columns[0]);
    memcpy(index.columns, run->columns, run->count * sizeof index.columns[0]);
    index_add(arena, run->table, &index, run->kind != INDEX_ORDINARY);
}

void
index_run_begin(struct index_run *run, struct table *table, const char *name, enum index_kind kind)
{
    free(run->name);
    run->name = mem_strdup(name);
    run->table = table;
    run->kind = kind;
    run->is_spoiled = false;
    run->count = 0;
}

void
index_run_put(struct index_run *run, const char *column, size_t place)
{
    uint16_t position = 0;

    if (column == NULL || place >= KEY_COLUMNS_MAX ||
        !table_find_column(run->table, column, &position)) {
        run->is_spoiled = true;
        return;
    }
    run->columns[place] = position;
    if (place >= run->count)
        run->count = place + 1;
}

void
index_run_release(struct index_run *run)
{
    free(run->name);
    run->name = NULL;
}
