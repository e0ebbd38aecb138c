// What a row's key can tell: whether a row has it, and how many at the source have it now.
#include "read/lookup.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"

#include <stdlib.h>
#include <string.h>

void
lookup_narrow(struct narrow *narrow, const struct table *table)
{
    bool *is_left_out = mem_calloc(table->column_count, sizeof *is_left_out);

    for (size_t i = 0; i < table->column_count; i++)
        is_left_out[i] = !key_has_column(table->key, (int)i);
    narrow_init(narrow, table, is_left_out);
    free(is_left_out);
}

bool
lookup_can_record(const struct cell *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].bytes == NULL ||
            text_utf8_valid_size(values[i].bytes, values[i].size) < values[i].size)
            return false;
    }
    return true;
}

// All of it is written before any cell is set: the buffer may move while it grows.
bool
lookup_keep_values(struct buffer *bytes, struct cell *cells, const struct cell *values,
    const uint16_t *columns, size_t count, struct error *err)
{
    size_t at = 0;

    buffer_clear(bytes);
    for (size_t i = 0; i < count; i++) {
        const struct cell *value = &values[columns != NULL ? columns[i] : i];

        if (!buffer_append(bytes, value->bytes != NULL ? value->bytes : "", value->size))
            return error_set(err, ERROR_DATA, "the key values of a row are longer than 1 MiB");
    }
    if (!buffer_append_byte(bytes, '\0'))
        return error_set(err, ERROR_DATA, "the key values of a row are longer than 1 MiB");
    for (size_t i = 0; i < count; i++) {
        const struct cell *value = &values[columns != NULL ? columns[i] : i];

        cells[i] = (struct cell){
            .bytes = value->bytes != NULL ? bytes->bytes + at : NULL,
            .size = value->size,
        };
        at += value->size;
    }
    return true;
}

// Byte for byte: a source that takes 'a' for 'A' returns other rows than those asked for.
bool
lookup_has_key(const struct key *key, const struct cell *row, const struct cell *values)
{
    for (size_t i = 0; i < key->column_count; i++) {
        const struct cell *value = &row[key->columns[i]];

        if ((value->bytes == NULL) != (values[i].bytes == NULL) || value->size != values[i].size ||
            (value->bytes != NULL && memcmp(value->bytes, values[i].bytes, value->size) != 0))
            return false;
    }
    return true;
}

static size_t
count_key(const struct batch *batch, const struct key *key, const struct cell *values)
{
    size_t found = 0;

    for (size_t r = 0; r < batch->row_count; r++)
        found += lookup_has_key(key, &batch->cells[r * batch->column_count], values);
    return found;
}

static bool
count_in_source(struct source *source, const struct table *table, const struct cell *values,
    const struct reader_limits *limits, size_t enough, size_t *count, struct error *err)
{
    struct cell copies[KEY_COLUMNS_MAX];
    struct key_position equal = { .values = copies, .count = table->key->column_count };
    struct read_request request = {
        .table = table,
        .part = KEY_PART_EQUAL,
        .key = table->key,
        .after = &equal,
        .batch_rows = 2,
        .batch_bytes = limits->batch_bytes,
        .value_bytes = limits->value_bytes,
    };
    const struct batch *batch;
    struct cursor *cursor;
    bool done;

    memcpy(copies, values, table->key->column_count * sizeof *values);
    if (!source_open_cursor(source, &request, &cursor, err))
        return false;
    *count = 0;
    do {
        done = cursor_fetch(cursor, &batch, err);
        *count += done ? count_key(batch, table->key, values) : 0;
    } while (done && *count < enough && batch->row_count > 0);
    cursor_close(cursor);
    return done;
}

bool
lookup_count(struct source *source, const struct table *table, const struct cell *values,
    const struct reader_limits *limits, size_t enough, size_t *count, struct error *err)
{
    struct narrow narrow;
    bool done;

    lookup_narrow(&narrow, table);
    done = count_in_source(source, &narrow.table, values, limits, enough, count, err);
    narrow_release(&narrow);
    return done;
}
