#include "source/catalog/index_run.h"

#include "base/mem.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

static bool
has_same_key(const struct table *table, const struct index_run *run)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        if (key->column_count == run->count &&
            memcmp(key->columns, run->columns, run->count * sizeof run->columns[0]) == 0)
            return true;
    }
    return false;
}

// The array grows by copying within the arena: a table has a handful of keys.
void
index_run_flush(struct index_run *run, struct arena *arena)
{
    struct table *table = run->table;
    struct key *keys;
    struct key *key;

    if (table == NULL || run->count == 0 || run->is_spoiled || has_same_key(table, run))
        return;
    keys = arena_calloc(arena, table->key_count + 1, sizeof *keys);
    if (table->key_count > 0)
        memcpy(keys, table->keys, table->key_count * sizeof *keys);
    key = &keys[table->key_count++];
    key->name = arena_strdup(arena, run->name);
    key->is_primary = run->is_primary;
    key->columns = arena_calloc(arena, run->count, sizeof key->columns[0]);
    memcpy(key->columns, run->columns, run->count * sizeof key->columns[0]);
    key->column_count = run->count;
    table->keys = keys;
}

void
index_run_begin(struct index_run *run, struct table *table, const char *name, bool is_primary)
{
    free(run->name);
    run->name = mem_strdup(name);
    run->table = table;
    run->is_primary = is_primary;
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
