#include "plan/array_columns.h"

#include "model/key_choice.h"
#include "model/name_list.h"
#include "model/name_map.h"
#include "plan/selection_internal.h"

#include <string.h>

struct splitting {
    struct arena *arena;
    enum naming naming;
    bool is_wanted; // of arrays that are not mirrored yet
    struct name_list mirrored;
    const struct table *table;
    const char **mapped; // the names of all its columns in the mirror
};

// ---- names -------------------------------------------------------------------------------------

enum { SEPARATORS_MAX = 8 };

static const char *
name_element(
    const struct splitting *splitting, const struct column *array, int separators, int place)
{
    return arena_printf(splitting->arena, "%s%.*s%d", array->name, separators, "________", place);
}

static const char *
map_name(const struct splitting *splitting, const char *name)
{
    return name_map_column(splitting->arena, splitting->naming, name);
}

static bool
is_taken(const struct splitting *splitting, const struct column *array, const char *name)
{
    const char *mapped = map_name(splitting, name);

    for (size_t i = 0; i < splitting->table->column_count; i++) {
        if (&splitting->table->columns[i] != array && strcmp(splitting->mapped[i], mapped) == 0)
            return true;
    }
    return false;
}

// How many `_` lead to names that no other column has.
static int
count_separators(const struct splitting *splitting, const struct column *array)
{
    int separators = 1;

    for (int place = 1; place <= array->array.extent && separators < SEPARATORS_MAX;) {
        if (is_taken(splitting, array, name_element(splitting, array, separators, place))) {
            separators++;
            place = 1;
        } else {
            place++;
        }
    }
    return separators;
}

// ---- which -------------------------------------------------------------------------------------

static bool
has_column(const struct key *keys, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++) {
        if (key_has_column(&keys[i], (int)column))
            return true;
    }
    return false;
}

static bool
is_in_key(const struct table *table, const struct column *column)
{
    size_t place = (size_t)(column - table->columns);

    return has_column(table->keys, table->key_count, place) ||
           has_column(table->entry.indexes, table->entry.index_count, place);
}

// Mirrored arrays are known by the name of the whole, or of the first element.
static bool
is_to_be_split(const struct splitting *splitting, const struct column *column)
{
    const char *first;

    if (column->array.element == NULL || column->array.extent > TARGET_COLUMNS_MAX ||
        is_in_key(splitting->table, column) ||
        name_list_has(&splitting->mirrored, splitting->mapped[column - splitting->table->columns]))
        return false;
    if (splitting->is_wanted || splitting->mirrored.count == 0)
        return splitting->is_wanted;
    first = name_element(splitting, column, count_separators(splitting, column), 1);
    return name_list_has(&splitting->mirrored, map_name(splitting, first));
}

// Says of each column how many it becomes, 0 of one that stays; returns how many columns all are.
static size_t
count_columns(const struct splitting *splitting, size_t *counts, bool *has_any)
{
    const struct table *table = splitting->table;
    size_t total = table->column_count;

    for (size_t i = 0; i < table->column_count; i++) {
        size_t extent = (size_t)table->columns[i].array.extent;

        if (!is_to_be_split(splitting, &table->columns[i]) ||
            total - 1 + extent > TARGET_COLUMNS_MAX)
            continue;
        counts[i] = extent;
        total += extent - 1;
        *has_any = true;
    }
    return total;
}

// ---- the columns -------------------------------------------------------------------------------

static struct column
make_element(
    const struct splitting *splitting, const struct column *array, int separators, int place)
{
    struct column made = *array->array.element;

    made.name = name_element(splitting, array, separators, place);
    made.way = array->way;
    made.words = array->words;
    made.native = array->native;
    made.native.is_array = false;
    made.array.whole = array;
    made.array.place = place;
    return made;
}

static void
add_elements(const struct splitting *splitting, const struct column *array, struct column *columns)
{
    int separators = count_separators(splitting, array);

    for (int place = 1; place <= array->array.extent; place++)
        columns[place - 1] = make_element(splitting, array, separators, place);
}

static void
split(const struct splitting *splitting, const size_t *counts, size_t total, struct table *table)
{
    struct column *columns = arena_calloc(splitting->arena, total, sizeof *columns);
    uint16_t *places = arena_calloc(splitting->arena, table->column_count, sizeof *places);
    size_t at = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        places[i] = (uint16_t)at;
        if (counts[i] == 0)
            columns[at++] = table->columns[i];
        else
            add_elements(splitting, &table->columns[i], columns + at);
        at += counts[i];
    }
    selection_renumber_keys(splitting->arena, table, places, table->column_count);
    table->columns = columns;
    table->column_count = total;
}

void
array_columns_apply(struct arena *arena, const struct mirror_settings *settings,
    const struct table_record *record, struct table *table)
{
    struct splitting splitting = { .arena = arena,
        .naming = settings->naming,
        .is_wanted = settings->arrays == ARRAYS_COLUMNS,
        .table = table };
    bool has_any = false;
    size_t *counts;
    size_t total;

    if (record != NULL)
        splitting.mirrored =
            (struct name_list){ record->shape.digest_columns, record->shape.digest_column_count };
    splitting.mapped = arena_calloc(arena, table->column_count, sizeof *splitting.mapped);
    for (size_t i = 0; i < table->column_count; i++)
        splitting.mapped[i] = map_name(&splitting, table->columns[i].name);
    counts = arena_calloc(arena, table->column_count, sizeof *counts);
    total = count_columns(&splitting, counts, &has_any);
    if (has_any)
        split(&splitting, counts, total, table);
}
