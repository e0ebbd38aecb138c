#include "read/split.h"

#include "base/fault.h"
#include "model/key_choice.h"
#include "read/hunt/hunt.h"
#include "read/lookup.h"
#include "read/reader.h"

#include <string.h>

static bool
can_have_null(const struct table *table)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        if (key_choice_can_be_null(&table->columns[table->key->columns[i]]))
            return true;
    }
    return false;
}

// ---- bounds ------------------------------------------------------------------------------------

static int64_t
rows_a_part(void)
{
    return fault_setting("OE2PG_TEST_PART_ROWS", 0);
}

bool
split_is_wanted(void)
{
    return rows_a_part() > 0;
}

struct splitting {
    struct arena *arena;
    struct part_list *list; // the last of them has the keys behind the last bound
    size_t capacity;        // of its array
    int64_t row_count;      // of the last of them, so far
};

// The last part ends with this row, and another one begins behind it.
static void
add_bound(struct splitting *splitting, const struct key *key, const struct cell *row)
{
    struct part_list *list = splitting->list;
    struct key_position bound = { .count = key->column_count };

    bound.values = arena_calloc(splitting->arena, bound.count, sizeof *bound.values);
    for (size_t i = 0; i < bound.count; i++) {
        const struct cell *value = &row[key->columns[i]];

        bound.values[i].bytes = arena_strndup(splitting->arena, value->bytes, value->size);
        bound.values[i].size = value->size;
    }
    // Room for one with NULLs behind them all is left.
    if (list->count + 2 > splitting->capacity) {
        struct part *parts;

        splitting->capacity *= 2;
        parts = arena_calloc(splitting->arena, splitting->capacity, sizeof *parts);
        memcpy(parts, list->parts, list->count * sizeof *parts);
        list->parts = parts;
    }
    list->parts[list->count - 1].rows.up_to = bound;
    list->parts[list->count].rows = (struct part_rows){ .kind = KEY_PART_NOT_NULL, .after = bound };
    list->count++;
    splitting->row_count = 0;
}

static void
take_keys(struct splitting *splitting, const struct key *key, const struct batch *batch)
{
    struct cell values[KEY_COLUMNS_MAX];

    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row = &batch->cells[r * batch->column_count];

        splitting->row_count++;
        for (size_t i = 0; i < key->column_count; i++)
            values[i] = row[key->columns[i]];
        if (splitting->row_count >= rows_a_part() && lookup_can_record(values, key->column_count))
            add_bound(splitting, key, row);
    }
}

// A key that cannot be read ends it: what is behind the last bound is then one part, and the hunt's
// business.
static bool
read_bounds(struct splitting *splitting, struct source *source, const struct table *table,
    const struct reader_limits *limits, struct error *err)
{
    struct narrow narrow;
    struct reader reader;
    const struct batch *batch;
    bool done;

    lookup_narrow(&narrow, table);
    reader_init(
        &reader, source, &narrow.table, &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, limits);
    while ((done = reader_fetch(&reader, &batch, err)) && batch->row_count > 0)
        take_keys(splitting, narrow.table.key, batch);
    reader_release(&reader);
    narrow_release(&narrow);
    if (done || !hunt_may_help(err))
        return done;
    error_clear(err);
    return true;
}

bool
split_table(struct arena *arena, struct source *source, const struct table *table,
    const struct reader_limits *limits, bool is_in_order, struct part_list *parts,
    struct error *err)
{
    enum { CAPACITY = 2 };
    struct splitting splitting = { .arena = arena, .list = parts, .capacity = CAPACITY };

    parts->parts = arena_calloc(arena, CAPACITY, sizeof *parts->parts);
    parts->count = 1;
    parts->parts[0].rows.kind = is_in_order ? KEY_PART_NOT_NULL : KEY_PART_ALL;
    if (is_in_order && split_is_wanted() && !read_bounds(&splitting, source, table, limits, err))
        return false;
    if (is_in_order && can_have_null(table))
        parts->parts[parts->count++].rows.kind = KEY_PART_WITH_NULL;
    for (size_t i = 0; i < parts->count; i++)
        parts->parts[i].number = (int)i + 1;
    return true;
}

// ---- parts that were recorded ------------------------------------------------------------------

static bool
is_same_key(const struct key_position *a, const struct key_position *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (a->values[i].bytes == NULL || b->values[i].bytes == NULL ||
            a->values[i].size != b->values[i].size ||
            memcmp(a->values[i].bytes, b->values[i].bytes, a->values[i].size) != 0)
            return false;
    }
    return a->count == b->count;
}

static bool
fits_key(const struct key_position *position, const struct table *table, bool may_be_none)
{
    return position->count == table->key->column_count || (may_be_none && position->count == 0);
}

// Behind the part that ends with `before`.
static bool
follows(const struct part *part, const struct key_position *before, const struct table *table)
{
    return part->rows.kind == KEY_PART_NOT_NULL && part->rows.ids.count == 0 &&
           is_same_key(&part->rows.after, before) && fits_key(&part->rows.up_to, table, true) &&
           fits_key(&part->position, table, part->state != PART_BEGUN);
}

static bool
is_null_part(const struct part *part)
{
    return part->rows.kind == KEY_PART_WITH_NULL && part->state != PART_BEGUN &&
           part->rows.after.count + part->rows.up_to.count + part->rows.ids.count == 0;
}

bool
split_is_whole(const struct table *table, const struct part_list *parts)
{
    static const struct key_position none = { .count = 0 };
    const struct key_position *before = &none;
    size_t key_parts;

    if (table->key == NULL || parts->count == 0)
        return false;
    key_parts = parts->count - can_have_null(table);
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->parts[i];

        // Before the last part of keys there is a bound; behind it there is none.
        if (part->number != (int)i + 1 ||
            !(i < key_parts ? follows(part, before, table) : is_null_part(part)) ||
            (i < key_parts && (part->rows.up_to.count == 0) != (i + 1 == key_parts)))
            return false;
        before = &part->rows.up_to;
    }
    return key_parts > 0;
}
