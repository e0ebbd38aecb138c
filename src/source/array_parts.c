#include "source/array_parts.h"

#include "base/mem.h"
#include "model/element_text.h"

#include <stdlib.h>

enum { TEXTS_KEPT = 2 * 1024 * 1024 }; // from one batch to the next

void
array_parts_init(struct array_parts *parts, const struct table *table)
{
    *parts = (struct array_parts){ .table = table };
    buffer_init(&parts->elements, SIZE_MAX / 2);
    arena_init(&parts->details);
}

void
array_parts_release(struct array_parts *parts)
{
    buffer_release(&parts->elements);
    arena_release(&parts->details);
    free(parts->misfits);
}

static void
add_misfit(struct array_parts *parts, const struct misfit *misfit)
{
    if (parts->misfit_count == parts->misfit_capacity) {
        parts->misfit_capacity = parts->misfit_capacity > 0 ? 2 * parts->misfit_capacity : 16;
        parts->misfits =
            mem_realloc(parts->misfits, parts->misfit_capacity, sizeof *parts->misfits);
    }
    parts->misfits[parts->misfit_count++] = *misfit;
}

void
array_parts_begin(struct array_parts *parts, const struct batch *batch, const uint16_t *origin)
{
    if (parts->elements.capacity > TEXTS_KEPT)
        buffer_release(&parts->elements);
    buffer_clear(&parts->elements);
    arena_reset(&parts->details);
    parts->misfit_count = 0;
    for (size_t i = 0; i < batch->misfit_count; i++) {
        struct misfit misfit = batch->misfits[i];

        if (misfit.row != MISFIT_RECORD)
            misfit.column = origin[misfit.column];
        add_misfit(parts, &misfit);
    }
}

static struct cell *
row_of(const struct array_parts *parts, const struct batch *made, size_t row)
{
    return &made->cells[row * parts->table->column_count];
}

// All elements are NULL. `size`: of a text that was too long to be read.
static void
clear(const struct array_parts *parts, struct cell *cells, size_t first, size_t size)
{
    const struct table *table = parts->table;

    cells[first] = (struct cell){ .bytes = NULL, .size = size };
    for (size_t i = first + 1; i < table->column_count && table_column_goes_on(table, i); i++)
        cells[i] = (struct cell){ .bytes = NULL };
}

static void
refuse(struct array_parts *parts, size_t row, size_t first, const struct cell *value)
{
    const struct misfit misfit = { .row = row,
        .column = first,
        .value = *value,
        .detail =
            arena_printf(&parts->details, "an array of %zu elements, where there should be %d",
                element_count(value), parts->table->columns[first].array.whole->array.extent) };

    add_misfit(parts, &misfit);
}

void
array_parts_take(struct array_parts *parts, struct batch *made, size_t row, size_t first,
    const struct cell *value)
{
    const struct table *table = parts->table;
    const struct column *array = table->columns[first].array.whole;
    struct cell *cells = row_of(parts, made, row);
    struct element_reader reader;
    bool is_unknown;

    clear(parts, cells, first, value->bytes == NULL ? value->size : 0);
    if (value->bytes == NULL)
        return;
    if (element_count(value) != (size_t)array->array.extent) {
        refuse(parts, row, first, value);
        return;
    }
    element_reader_start(&reader, array->array.element, value);
    for (int place = 1; place <= array->array.extent; place++) {
        size_t start = parts->elements.size;
        bool is_wanted = first < table->column_count &&
                         table->columns[first].array.whole == array &&
                         table->columns[first].array.place == place;

        (void)element_reader_next(&reader, &parts->elements, &is_unknown);
        if (!is_wanted)
            parts->elements.size = start;
        else if (!is_unknown)
            cells[first] = (struct cell){ "", parts->elements.size - start };
        first += is_wanted;
    }
}

// The buffer moved while it grew.
void
array_parts_end(struct array_parts *parts, struct batch *made)
{
    const struct table *table = parts->table;
    const char *at = buffer_text(&parts->elements);

    if (parts->elements.failed)
        BUG("no memory for the elements of arrays");
    for (size_t r = 0; r < made->row_count; r++) {
        struct cell *cells = row_of(parts, made, r);

        for (size_t i = 0; i < table->column_count; i++) {
            if (table->columns[i].array.whole == NULL || cells[i].bytes == NULL)
                continue;
            cells[i].bytes = at;
            at += cells[i].size;
        }
    }
    made->misfits = parts->misfits;
    made->misfit_count = parts->misfit_count;
}
