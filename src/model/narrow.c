#include "model/narrow.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void
take_columns(struct narrow *narrow, const bool *is_left_out, uint16_t *place)
{
    const struct table *wide = narrow->wide;
    struct column *columns = mem_calloc(wide->column_count, sizeof *columns);
    size_t count = 0;

    for (size_t i = 0; i < wide->column_count; i++) {
        if (is_left_out[i])
            continue;
        columns[count] = wide->columns[i];
        narrow->origin[count] = (uint16_t)i;
        place[i] = (uint16_t)count++;
    }
    narrow->table.columns = columns;
    narrow->table.column_count = count;
}

static void
take_key(struct narrow *narrow, const bool *is_left_out, const uint16_t *place)
{
    const struct key *key = narrow->wide->key;

    narrow->table.key = NULL;
    if (key == NULL)
        return;
    narrow->key = *key;
    narrow->key.columns = mem_calloc(key->column_count, sizeof *narrow->key.columns);
    for (size_t i = 0; i < key->column_count; i++) {
        if (is_left_out[key->columns[i]])
            return;
        narrow->key.columns[i] = place[key->columns[i]];
    }
    narrow->table.key = &narrow->key;
}

void
narrow_mark(const struct table *table, int column, bool *flags, bool flag)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (column_is_read_with(&table->columns[i], &table->columns[column]))
            flags[i] = flag;
    }
}

void
narrow_init(struct narrow *narrow, const struct table *table, const bool *is_left_out)
{
    uint16_t *place = mem_calloc(table->column_count, sizeof *place);

    *narrow = (struct narrow){ .table = *table, .wide = table };
    narrow->origin = mem_calloc(table->column_count, sizeof *narrow->origin);
    take_columns(narrow, is_left_out, place);
    take_key(narrow, is_left_out, place);
    free(place);
}

void
narrow_release(struct narrow *narrow)
{
    free(narrow->table.columns);
    free(narrow->key.columns);
    free(narrow->origin);
    free(narrow->batch.cells);
    free(narrow->misfits);
    memset(narrow, 0, sizeof *narrow);
}

static void
widen_misfits(struct narrow *narrow, const struct batch *batch)
{
    if (batch->misfit_count > narrow->misfit_capacity) {
        narrow->misfits =
            mem_realloc(narrow->misfits, batch->misfit_count, sizeof *narrow->misfits);
        narrow->misfit_capacity = batch->misfit_count;
    }
    for (size_t i = 0; i < batch->misfit_count; i++) {
        narrow->misfits[i] = batch->misfits[i];
        if (batch->misfits[i].row != MISFIT_RECORD)
            narrow->misfits[i].column = narrow->origin[batch->misfits[i].column];
    }
    narrow->batch.misfits = narrow->misfits;
    narrow->batch.misfit_count = batch->misfit_count;
}

const struct batch *
narrow_widen(struct narrow *narrow, const struct batch *batch)
{
    struct cell *cells;
    size_t count;

    narrow->batch.column_count = narrow->wide->column_count;
    narrow->batch.row_count = batch->row_count;
    narrow->batch.size_bytes = batch->size_bytes;
    narrow->batch.has_too_long = batch->has_too_long;
    narrow->batch.has_cut = batch->has_cut;
    widen_misfits(narrow, batch);
    count = mem_product(batch->row_count, narrow->wide->column_count);
    if (count > narrow->capacity) {
        narrow->batch.cells = mem_realloc(narrow->batch.cells, count, sizeof *cells);
        narrow->capacity = count;
    }
    cells = narrow->batch.cells;
    if (count > 0)
        memset(cells, 0, mem_product(count, sizeof *cells));
    for (size_t r = 0; r < batch->row_count; r++) {
        for (size_t i = 0; i < batch->column_count; i++)
            cells[r * narrow->wide->column_count + narrow->origin[i]] =
                batch->cells[r * batch->column_count + i];
    }
    return &narrow->batch;
}
