#include "source/odbc/odbc_row.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/canonical.h"
#include "source/odbc/odbc_limit.h"
#include "source/odbc/odbc_type.h"
#include "source/odbc/odbc_value.h"
#include "source/product/product.h"
#include "source/real_text.h"

#include <stdlib.h>
#include <string.h>

// --- one value

// A value that did not fit and cannot be read again: the next read takes the column call by call.
static bool
fail_for_repeat(struct odbc_cursor *cursor, size_t position, struct error *err)
{
    cursor->note->is_long[position] = true;
    (void)error_set(err, ERROR_DATA,
        "column \"%s\" holds a value wider than declared; the table is read again with room for it",
        cursor->request.table->columns[position].name);
    err->retry = RETRY_AT_ONCE;
    return false;
}

// Texts with a NUL, and BLOBs where texts should be: the next read takes all texts as bytes. That
// works where the bytes of a text are UTF-8.
static bool
fail_for_odd_texts(struct odbc_cursor *cursor, struct error *err)
{
    if (text_match("UTF-16*", cursor->source->base.identity.code_page)) {
        (void)error_set(err, ERROR_DATA, "a text holds a NUL character or is a BLOB");
        return error_hint(err, "The driver cannot deliver it from a database in UTF-16.");
    }
    cursor->note->has_odd_texts = true;
    (void)error_set(err, ERROR_DATA,
        "a text holds a NUL character or is a BLOB; the table is read again with texts as bytes");
    err->retry = RETRY_AT_ONCE;
    return false;
}

// A real where the query did not provide for one came with 15 digits, which may be too few.
static bool
fail_for_odd_reals(struct odbc_cursor *cursor, struct error *err)
{
    cursor->note->has_odd_reals = true;
    (void)error_set(err, ERROR_DATA,
        "a column of integers or dates holds a real; the table is read again with all its digits");
    err->retry = RETRY_AT_ONCE;
    return false;
}

// Asked of every text: most are told here by their length or their first byte.
static bool
take_marked(const struct odbc_cursor *cursor, char *text, size_t *size)
{
    const struct odbc_source *source = cursor->source;

    return *size > PRODUCT_SECRET_SIZE && source->product->odbc.take_marked != NULL &&
           text[0] == source->secret[0] &&
           source->product->odbc.take_marked(source->secret, text, size);
}

// Canonical text in place; the slack is there.
static size_t
make_canonical(struct odbc_cursor *cursor, const struct odbc_slot *slot, char *text, size_t size,
    size_t capacity)
{
    const struct product *product = cursor->source->product;
    const struct column *column = slot->column;

    if (take_marked(cursor, text, &size))
        return size;
    // Whole numbers are told exactly. An infinity, "Inf", is where floats are expected alone.
    if (product->odbc.prints_long_reals && size > 0 &&
        (memchr(text, '.', size) != NULL || text[size - 1] == 'f')) {
        if (!cursor->note->has_odd_reals)
            cursor->met_odd_real |= product->odbc.is_odd_real(column, text, size);
        if (real_text_shorten(text, &size) && column->kind == VALUE_FLOAT)
            return size;
    }
    size = canonical_text(column->kind, column->scale, text, size, capacity);
    // Where it is a type of characters, nobody has checked the form yet.
    if (column->kind == VALUE_TIMESTAMP_TZ &&
        odbc_type_class(column->driver_type) == ODBC_CLASS_TEXT)
        driver_judge_stamp(cursor->base.source, text, size);
    return size;
}

static struct cell *
cell_of(struct odbc_cursor *cursor, size_t position, size_t **offset)
{
    size_t at = cursor->batch.row_count * cursor->batch.column_count + position;

    *offset = &cursor->offsets[at];
    return &cursor->cells[at];
}

// The value stays where it is; its size is all that is told of it.
static bool
set_too_long(struct odbc_cursor *cursor, size_t position, size_t size)
{
    size_t *offset;
    struct cell *cell = cell_of(cursor, position, &offset);

    *offset = ODBC_NOT_STORED;
    cell->bytes = NULL;
    cell->size = size > cursor->request.value_bytes ? size : cursor->request.value_bytes + 1;
    cursor->batch.has_too_long = true;
    return true;
}

static bool
is_too_long(const struct odbc_cursor *cursor, size_t size)
{
    return cursor->request.value_bytes > 0 && size > cursor->request.value_bytes;
}

// The source kept a value back that is too long; its length, or 0, came instead.
static bool
set_withheld(struct odbc_cursor *cursor, size_t position, size_t size)
{
    size_t *offset;

    (void)set_too_long(cursor, position, size);
    cell_of(cursor, position, &offset)->size =
        size > 0 ? size : odbc_limit_share(&cursor->request) + 1;
    if (size == 0) {
        cursor->unmeasured_count++;
        cursor->unmeasured = position;
    }
    return true;
}

// Makes the bytes from `start` to the end of the buffer the value of a cell.
static bool
finish_stored(
    struct odbc_cursor *cursor, const struct odbc_slot *slot, size_t position, size_t start)
{
    struct buffer *stored = &cursor->stored;
    size_t size = stored->size - start;
    size_t *offset;
    struct cell *cell = cell_of(cursor, position, &offset);

    if (slot->is_number) {
        char *text;

        if (buffer_reserve(stored, CANONICAL_SLACK) == NULL) {
            stored->failed = false;
            stored->size = start;
            return set_too_long(cursor, position, size);
        }
        text = stored->bytes + start;
        size = make_canonical(cursor, slot, text, size, size + CANONICAL_SLACK);
        stored->size = start + size;
    } else {
        (void)take_marked(cursor, stored->bytes + start, &size);
        stored->size = start + size;
    }
    if (odbc_limit_is_word(cursor->source, stored->bytes + start, size, &size)) {
        stored->size = start;
        return set_withheld(cursor, position, size);
    }
    *offset = start;
    cell->bytes = NULL; // set when the batch is complete
    cell->size = size;
    if (is_too_long(cursor, size)) {
        stored->size = start;
        return set_too_long(cursor, position, size);
    }
    return true;
}

static void
set_null(struct odbc_cursor *cursor, size_t position)
{
    size_t *offset;
    struct cell *cell = cell_of(cursor, position, &offset);

    *offset = ODBC_NOT_STORED;
    cell->bytes = NULL;
    cell->size = 0;
}

// The values of a row are there together: what is left of the limit, but for some small ones, is
// for those to come.
static size_t
room_in_row(const struct odbc_cursor *cursor)
{
    size_t limit = cursor->request.value_bytes;
    size_t used = cursor->stored.size - cursor->row_start;

    if (limit == 0)
        return SIZE_MAX / 8;
    if (used <= ODBC_ROW_SLACK)
        return limit;
    used -= ODBC_ROW_SLACK;
    return limit > used + ODBC_ROW_SLACK ? limit - used : ODBC_ROW_SLACK;
}

// Read with SQLGetData, in pieces, straight into the buffer: the driver need not say before how
// long it is.
static bool
take_by_call(struct odbc_cursor *cursor, size_t position, struct error *err)
{
    const struct odbc_slot *slot = &cursor->layout.slots[position];
    size_t start = cursor->stored.size;
    size_t limit = room_in_row(cursor);

    switch (odbc_value_get(
        &cursor->statement, slot->item, slot->c_type, limit, &cursor->stored, &cursor->wide, err)) {
    case ODBC_VALUE_READ:
        return finish_stored(cursor, slot, position, start);
    case ODBC_VALUE_NULL:
        cursor->stored.size = start;
        set_null(cursor, position);
        return true;
    case ODBC_VALUE_TOO_LONG:
        cursor->stored.size = start;
        cursor->stored.failed = false;
        return set_too_long(cursor, position, 0);
    case ODBC_VALUE_FAILED:
        return error_within(err, "column \"%s\"", slot->column->name);
    }
    BUG("no such state of a value");
}

// A bound value did not fit its place.
static bool
take_overlong(struct odbc_cursor *cursor, size_t position, size_t row, struct error *err)
{
    SQLRETURN code;

    if (!cursor->source->product->odbc.can_reposition)
        return fail_for_repeat(cursor, position, err);
    if (cursor->positioned != row) {
        code = SQLSetPos(
            cursor->statement.handle, (SQLSETPOSIROW)(row + 1), SQL_POSITION, SQL_LOCK_NO_CHANGE);
        if (!odbc_statement_check(&cursor->statement, code, err, "could not go back to a row"))
            return false;
        cursor->positioned = row;
    }
    return take_by_call(cursor, position, err);
}

// The buffer has a ceiling (init_buffers): what it does not take is longer than a value may be.
static bool
store_bytes(struct odbc_cursor *cursor, const struct odbc_slot *slot, size_t position,
    const char *bytes, size_t size)
{
    size_t start = cursor->stored.size;
    bool is_stored = slot->c_type == SQL_C_WCHAR
                         ? odbc_value_append_utf16(&cursor->stored, bytes, size)
                         : buffer_append(&cursor->stored, bytes, size);

    if (!is_stored) {
        cursor->stored.size = start;
        cursor->stored.failed = false;
        return set_too_long(cursor, position, size);
    }
    return finish_stored(cursor, slot, position, start);
}

static bool
take_bound(struct odbc_cursor *cursor, size_t position, size_t row, struct error *err)
{
    const struct odbc_slot *slot = &cursor->layout.slots[position];
    SQLLEN indicator = slot->indicators[row];
    char *bytes = slot->values + row * slot->stride;
    size_t terminator = slot->c_type == SQL_C_BINARY  ? 0
                        : slot->c_type == SQL_C_WCHAR ? sizeof(SQLWCHAR)
                                                      : 1;
    size_t size = (size_t)indicator;
    struct cell *cell;
    size_t *offset;

    if (indicator == SQL_NULL_DATA) {
        set_null(cursor, position);
        return true;
    }
    // SQL_NO_TOTAL is negative: it is longer than its place, and nobody knows by how much.
    if (indicator < 0 || size > slot->stride - terminator)
        return take_overlong(cursor, position, row, err);
    // Rows fetched one at a time overwrite each other; number texts may need room to be rewritten.
    if (cursor->layout.block_rows == 1 || slot->c_type == SQL_C_WCHAR ||
        (slot->is_number && slot->stride - size < CANONICAL_SLACK))
        return store_bytes(cursor, slot, position, bytes, size);
    if (slot->is_number)
        size = make_canonical(cursor, slot, bytes, size, slot->stride);
    else
        (void)take_marked(cursor, bytes, &size);
    if (odbc_limit_is_word(cursor->source, bytes, size, &size))
        return set_withheld(cursor, position, size);
    cell = cell_of(cursor, position, &offset);
    *offset = ODBC_NOT_STORED;
    cell->bytes = bytes;
    cell->size = size;
    return !is_too_long(cursor, size) || set_too_long(cursor, position, size);
}

// --- one row

static bool
check_row_status(struct odbc_cursor *cursor, size_t row, struct error *err)
{
    switch (cursor->layout.status[row]) {
    case SQL_ROW_SUCCESS:
    case SQL_ROW_SUCCESS_WITH_INFO:
    case SQL_ROW_UPDATED:
    case SQL_ROW_ADDED:
        return true;
    case SQL_ROW_ERROR:
        (void)odbc_fail(cursor->source->settings, SQL_HANDLE_STMT, cursor->statement.handle,
            SQL_ERROR, err, "could not read a row");
        // Other rows of the block came: it is a value of this one, which may be read around.
        if (err->kind == ERROR_TABLE)
            err->kind = ERROR_DATA;
        return false;
    case SQL_ROW_NOROW:
    case SQL_ROW_DELETED:
    default:
        return error_set(err, ERROR_TABLE, "the driver delivered a row that is none (state %u)",
            (unsigned)cursor->layout.status[row]);
    }
}

// Compares the row's guard with what was delivered. The driver prints a BLOB as X'..', which is
// longer than the BLOB; a cut text is shorter. That one makes up for the other is ruled out by
// looking for the print.
static bool
check_guard(struct odbc_cursor *cursor, size_t row, struct error *err)
{
    const struct odbc_layout *layout = &cursor->layout;
    size_t first = cursor->batch.row_count * layout->column_count;
    int64_t guard;
    int64_t delivered = 0;

    if (!layout->has_guard)
        return true;
    guard = strtoll(layout->guard_values + row * ODBC_GUARD_STRIDE, NULL, 10);
    if (guard >= PRODUCT_GUARD_ODD)
        return fail_for_odd_texts(cursor, err);
    for (size_t i = 0; i < layout->column_count; i++) {
        const struct cell *cell = &cursor->cells[first + i];
        const char *bytes = cell->bytes;

        if (!cursor->query.is_counted[i] || cell->size == 0 ||
            (cursor->unmeasured_count == 1 && cursor->unmeasured == i))
            continue;
        // Beside a value that was not read the others cannot be counted; as bytes they are exact.
        if (bytes == NULL && cursor->offsets[first + i] == ODBC_NOT_STORED)
            return fail_for_odd_texts(cursor, err);
        if (cursor->offsets[first + i] != ODBC_NOT_STORED)
            bytes = cursor->stored.bytes + cursor->offsets[first + i];
        if (cell->size >= 3 && bytes != NULL && bytes[0] == 'X' && bytes[1] == '\'' &&
            bytes[cell->size - 1] == '\'')
            return fail_for_odd_texts(cursor, err);
        delivered += (int64_t)cell->size;
    }
    // Alone, a value that was withheld has the length that is missing. Others beside it cannot be
    // checked then; as bytes they are exact, and the length comes with the word.
    if (cursor->unmeasured_count == 1 && delivered == 0 && guard > 0) {
        cursor->cells[first + cursor->unmeasured].size = (size_t)guard;
        return true;
    }
    return delivered == guard || fail_for_odd_texts(cursor, err);
}

bool
odbc_row_take(struct odbc_cursor *cursor, size_t row, struct error *err)
{
    const struct odbc_layout *layout = &cursor->layout;
    size_t first = cursor->batch.row_count * layout->column_count;

    if (!check_row_status(cursor, row, err))
        return false;
    cursor->row_start = cursor->stored.size;
    cursor->unmeasured_count = 0;
    // In the order of the SELECT list: drivers may refuse to go back to an earlier column.
    for (size_t i = 0; i < layout->column_count; i++) {
        size_t position = layout->order[i];

        if (layout->slots[position].is_by_call ? !take_by_call(cursor, position, err)
                                               : !take_bound(cursor, position, row, err))
            return false;
    }
    if (cursor->met_odd_real)
        return fail_for_odd_reals(cursor, err);
    if (!check_guard(cursor, row, err))
        return false;
    for (size_t i = 0; i < layout->column_count; i++) {
        const struct cell *cell = &cursor->cells[first + i];

        if (cell->bytes != NULL || cursor->offsets[first + i] != ODBC_NOT_STORED)
            cursor->batch.size_bytes += cell->size;
    }
    odbc_pace_note_row(&cursor->pace, cursor->stored.size - cursor->row_start);
    cursor->batch.row_count++;
    return true;
}
