#include "write/full_width.h"

#include "base/buffer.h"
#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
full_width_init(struct full_width *full, bool may_cut, const struct table *table)
{
    *full = (struct full_width){ .table = table };
    if (may_cut)
        full->counts = mem_calloc(table->column_count, sizeof *full->counts);
}

void
full_width_release(struct full_width *full)
{
    free(full->counts);
    full->counts = NULL;
}

// Characters are at most as many as bytes: most values are told by their size alone.
static bool
is_full(const struct column *column, const struct cell *value)
{
    size_t characters = 0;

    if (column->kind != VALUE_TEXT || column->is_long || column->width == 0 ||
        value->bytes == NULL || value->size < column->width)
        return false;
    for (size_t i = 0; i < value->size; i++)
        characters += ((unsigned char)value->bytes[i] & 0xC0) != 0x80;
    return characters == column->width;
}

void
full_width_count(const struct table *table, int64_t *counts, const struct cell *row)
{
    for (size_t i = 0; i < table->column_count; i++)
        counts[i] += is_full(&table->columns[i], &row[i]);
}

void
full_width_add(struct full_width *full, const int64_t *counts)
{
    for (size_t i = 0; full->counts != NULL && counts != NULL && i < full->table->column_count; i++)
        full->counts[i] += counts[i];
}

void
full_width_reset(struct full_width *full)
{
    if (full->counts != NULL)
        memset(full->counts, 0, full->table->column_count * sizeof *full->counts);
}

void
full_width_tell(const struct full_width *full)
{
    for (size_t i = 0; full->counts != NULL && i < full->table->column_count; i++) {
        if (full->counts[i] > 0)
            log_debug("%s: %" PRId64
                      " values of column \"%s\" are exactly as long as its SQL width "
                      "of %zu; a server that truncates may have cut them",
                full->table->target_name, full->counts[i], full->table->columns[i].name,
                full->table->columns[i].width);
    }
}

int64_t
full_width_columns(const struct full_width *full)
{
    int64_t count = 0;

    for (size_t i = 0; full->counts != NULL && i < full->table->column_count; i++)
        count += full->counts[i] > 0;
    return count;
}

int64_t
full_width_total(const struct full_width *full)
{
    int64_t total = 0;

    for (size_t i = 0; full->counts != NULL && i < full->table->column_count; i++)
        total += full->counts[i];
    return total;
}

const char *
full_width_note(const struct full_width *full, struct arena *arena)
{
    const char *between = " ";
    const char *note;
    struct buffer text;

    if (full_width_total(full) == 0)
        return NULL;
    buffer_init(&text, BUFFER_SQL_CAP);
    (void)buffer_append_text(&text, "values as long as their SQL width, perhaps cut:");
    for (size_t i = 0; i < full->table->column_count; i++) {
        if (full->counts[i] == 0)
            continue;
        (void)buffer_printf(&text, "%s%" PRId64 " of \"%s\" (%zu)", between, full->counts[i],
            full->table->columns[i].name, full->table->columns[i].width);
        between = ", ";
    }
    note = arena_strdup(arena, buffer_text(&text));
    buffer_release(&text);
    return note;
}
