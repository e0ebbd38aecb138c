#include "sync/reader.h"

#include "base/clock.h"
#include "base/fault.h"
#include "model/key_choice.h"

#include <string.h>

// A driver that keeps a whole result in memory is given this many rows at a time.
enum { PAGE_ROWS = 20000 };

void
reader_init(struct reader *reader, struct source *source, const struct table *table,
    enum key_part part, const struct reader_limits *limits)
{
    memset(reader, 0, sizeof *reader);
    reader->source = source;
    reader->table = table;
    reader->part = part;
    reader->limits = *limits;
    if (source != NULL && source_buffers_results(source))
        reader->page_rows = PAGE_ROWS;
    buffer_init(&reader->position_bytes, READER_POSITION_CAP);
    buffer_init(&reader->start_bytes, READER_POSITION_CAP);
}

void
reader_release(struct reader *reader)
{
    cursor_close(reader->cursor);
    reader->cursor = NULL;
    buffer_release(&reader->position_bytes);
    buffer_release(&reader->start_bytes);
}

// Copies key values into `bytes` and points `cells` at them. All of it is written before any cell
// is set: the buffer may move while it grows.
static bool
keep_values(struct buffer *bytes, struct cell *cells, const struct cell *values,
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

        cells[i] = (struct cell){ .bytes = bytes->bytes + at, .size = value->size };
        at += value->size;
    }
    return true;
}

bool
reader_start_after(struct reader *reader, const struct cell *position, struct error *err)
{
    size_t count = reader->table->key->column_count;

    if (!keep_values(&reader->position_bytes, reader->position, position, NULL, count, err))
        return false;
    reader->has_position = true;
    return true;
}

// After key values (a, b, c) the rest of the table is three plain ranges, in this order:
// a = A and b = B and c > C; a = A and b > B; a > A. Each is one a source can look up in an index,
// and together they are exactly the greater keys.
static bool
open_step(struct reader *reader, struct error *err)
{
    struct key_position after = { .values = reader->start, .count = reader->prefix };
    struct read_request request = {
        .table = reader->table,
        .part = reader->part,
        .key = reader->table->key,
        .after = reader->prefix > 0 ? &after : NULL,
        .row_limit = reader->part == KEY_PART_NOT_NULL ? reader->page_rows : 0,
        .batch_rows = reader->limits.batch_rows,
        .batch_bytes = reader->limits.batch_bytes,
        .value_bytes = reader->limits.value_bytes,
    };

    reader->opened_ms = clock_steady_ms();
    reader->page_row_count = 0;
    return source_open_cursor(reader->source, &request, &reader->cursor, err);
}

static bool
open_from_position(struct reader *reader, struct error *err)
{
    size_t count = reader->part == KEY_PART_NOT_NULL ? reader->table->key->column_count : 0;

    reader->prefix = 0;
    if (reader->has_position) {
        if (!keep_values(&reader->start_bytes, reader->start, reader->position, NULL, count, err))
            return false;
        reader->prefix = count;
    }
    return open_step(reader, err);
}

static bool
is_overdue(const struct reader *reader)
{
    return clock_steady_ms() - reader->opened_ms >=
           fault_setting(
               "OE2PG_TEST_TRANSACTION_MS", (int64_t)reader->limits.max_transaction_s * 1000);
}

// True when the statement has been open for as long as one may be, and can be continued.
static bool
is_due_to_close(const struct reader *reader)
{
    return reader->part == KEY_PART_NOT_NULL && reader->has_position &&
           reader->page_row_count > 0 && is_overdue(reader);
}

// The same of a statement that cannot be continued, but could if the table were read in key order.
static bool
is_due_to_begin_anew(const struct reader *reader)
{
    return reader->part == KEY_PART_ALL && is_overdue(reader) &&
           key_choice_is_resumable(reader->table);
}

static bool
next_step(struct reader *reader, struct error *err)
{
    bool is_page = reader->page_rows > 0 && reader->page_row_count >= reader->page_rows;

    cursor_close(reader->cursor);
    reader->cursor = NULL;
    // A full page may not be the last one.
    if (reader->part == KEY_PART_NOT_NULL && is_page)
        return open_from_position(reader, err);
    if (reader->prefix <= 1) {
        reader->is_at_end = true;
        return true;
    }
    reader->prefix--;
    return open_step(reader, err);
}

static bool
remember_position(struct reader *reader, const struct batch *batch, struct error *err)
{
    const struct key *key = reader->table->key;
    const struct cell *last = &batch->cells[(batch->row_count - 1) * batch->column_count];

    if (reader->part != KEY_PART_NOT_NULL)
        return true;
    reader->has_position = true;
    return keep_values(
        &reader->position_bytes, reader->position, last, key->columns, key->column_count, err);
}

bool
reader_fetch(struct reader *reader, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };

    if (reader->cursor != NULL && is_due_to_close(reader)) {
        cursor_close(reader->cursor);
        reader->cursor = NULL;
    }
    if (reader->cursor == NULL && !reader->is_at_end && !open_from_position(reader, err))
        return false;
    while (!reader->is_at_end) {
        if (!cursor_fetch(reader->cursor, batch, err))
            return false;
        if ((*batch)->has_too_long && !reader->limits.is_large) {
            error_set(
                err, ERROR_DATA, "a value has more than %zu bytes", reader->limits.value_bytes);
            err->native_code = READER_NEEDS_ROOM;
            return false;
        }
        if ((*batch)->row_count > 0 && is_due_to_begin_anew(reader)) {
            error_set(err, ERROR_DATA, "the statement is open for more than %d s",
                reader->limits.max_transaction_s);
            err->native_code = READER_NEEDS_ORDER;
            return false;
        }
        if ((*batch)->row_count > 0) {
            reader->page_row_count += (*batch)->row_count;
            return remember_position(reader, *batch, err);
        }
        if (!next_step(reader, err))
            return false;
    }
    *batch = &nothing;
    return true;
}

const struct cell *
reader_position(const struct reader *reader)
{
    return reader->part == KEY_PART_NOT_NULL && reader->has_position ? reader->position : NULL;
}

// Byte for byte: a source that takes 'a' for 'A' returns other rows than those asked for.
bool
reader_row_has_key(const struct key *key, const struct cell *row, const struct cell *values)
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
        found += reader_row_has_key(key, &batch->cells[r * batch->column_count], values);
    return found;
}

bool
reader_count_key(struct source *source, const struct table *table, const struct cell *values,
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
reader_has_null_part(const struct table *table)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        if (table->columns[table->key->columns[i]].is_nullable)
            return true;
    }
    return false;
}
