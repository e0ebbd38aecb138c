// A cursor's life: plan the layout, execute, bind, then block by block: SQLFetch fills the bound
// arrays, and each row is turned into cells. Cells point into the arrays where the value lies there
// as it is wanted; everything else (unbound, overlong, UTF-16, rows fetched one at a time) is
// gathered in one buffer, by offset first, because the buffer moves while it grows.
#include "base/mem.h"
#include "base/text.h"
#include "model/canonical.h"
#include "source/odbc/odbc.h"
#include "source/odbc/odbc_layout.h"
#include "source/odbc/odbc_limit.h"
#include "source/odbc/odbc_pace.h"
#include "source/odbc/odbc_query.h"
#include "source/odbc/odbc_type.h"
#include "source/odbc/odbc_value.h"
#include "source/product/product.h"
#include "source/real_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_KEPT = 1024 * 1024 };

// A cell that is not in the buffer.
#define NOT_STORED SIZE_MAX

struct odbc_cursor {
    struct cursor base; // first: source.c sees only this
    struct odbc_source *source;
    struct read_request request;
    struct odbc_note *note; // the source's
    struct odbc_statement statement;
    struct odbc_query query;
    struct odbc_layout layout;
    struct odbc_pace pace;
    SQLULEN rows_fetched; // of the block; the driver writes here
    size_t next_row;      // of the block
    size_t positioned;    // row of the block that SQLSetPos is on, SIZE_MAX for none
    bool at_end;
    bool met_odd_real; // in the row in hand
    struct batch batch;
    struct cell *cells;      // [batch capacity x columns]
    size_t *offsets;         // of the same cells, NOT_STORED for those in the block
    size_t row_capacity;     // of cells and offsets
    size_t unmeasured_count; // values of the row that were withheld without their length
    size_t unmeasured;       // the last of them
    size_t row_start;        // in `stored`, of the row in hand
    struct buffer stored;    // values of this batch that are not in the block
    struct buffer wide;      // scratch
};

static size_t
saturating_add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

static void
init_buffers(struct odbc_cursor *cursor)
{
    size_t value = cursor->request.value_bytes;
    size_t batch = cursor->request.batch_bytes;
    size_t columns = cursor->request.table->column_count;
    size_t cap;

    // A batch ends behind the row that fills it: what is in it before that row, and that row.
    cap = value > SIZE_MAX / 4 ? SIZE_MAX / 2 : value * 2;
    cap = saturating_add(cap, saturating_add(batch, ODBC_ROW_SLACK + columns * ODBC_ROW_SLACK));
    buffer_init(&cursor->stored, cap > SIZE_MAX / 2 ? SIZE_MAX / 2 : cap);
    buffer_init(
        &cursor->wide, value > SIZE_MAX / 8 ? SIZE_MAX / 2 : value * 2 + (size_t)ODBC_ROW_SLACK);
}

static bool
set_forward_only(struct odbc_cursor *cursor, struct error *err)
{
    SQLHSTMT handle = cursor->statement.handle;
    SQLRETURN code = SQLSetStmtAttr(handle, SQL_ATTR_CURSOR_TYPE,
        (SQLPOINTER)(uintptr_t)SQL_CURSOR_FORWARD_ONLY, SQL_IS_UINTEGER);

    if (!odbc_statement_check(&cursor->statement, code, err, "could not ask for a stream"))
        return false;
    // Read-only is the default; a driver that warns or refuses to hear it said reads all the same.
    (void)SQLSetStmtAttr(
        handle, SQL_ATTR_CONCURRENCY, (SQLPOINTER)(uintptr_t)SQL_CONCUR_READ_ONLY, SQL_IS_UINTEGER);
    return true;
}

static bool
execute(struct odbc_cursor *cursor, struct error *err)
{
    return odbc_statement_open(cursor->source, &cursor->statement, err) &&
           set_forward_only(cursor, err) &&
           odbc_query_execute(&cursor->query, &cursor->statement, err);
}

// What a driver says of its own results is asked once a table: then it is known to be worth
// something, or nothing.
static bool
start(struct odbc_cursor *cursor, struct error *err)
{
    struct odbc_source *source = cursor->source;
    const struct column *odd;

    odbc_layout_plan(source, &cursor->request, cursor->note, &cursor->layout);
    if (!odbc_query_build(
            source, &cursor->request, cursor->layout.order, cursor->note, &cursor->query, err))
        return false;
    odbc_pace_begin(&cursor->pace, source, &cursor->layout);
    if (!execute(cursor, err) ||
        !odbc_layout_check(&cursor->statement, &cursor->query, &cursor->layout, &odd, err))
        return false;
    if (odd != NULL && !cursor->note->is_at_odds) {
        odbc_statement_close(&cursor->statement);
        if (!odbc_settle_odds(source, cursor->request.table, odd, err) || !execute(cursor, err))
            return false;
    }
    return odbc_layout_bind(
        &cursor->statement, &cursor->request, &cursor->layout, &cursor->rows_fetched, err);
}

bool
odbc_open_cursor(struct source *base, const struct read_request *request, struct cursor **opened,
    struct error *err)
{
    struct odbc_source *source = (struct odbc_source *)base;
    struct odbc_cursor *cursor;

    if (request->table->column_count == 0)
        return error_set(err, ERROR_TABLE, "the catalogue shows no columns of it");
    cursor = mem_calloc(1, sizeof *cursor);
    cursor->base.source = base;
    cursor->source = source;
    cursor->request = *request;
    cursor->note = odbc_note_find(source, request->table);
    cursor->batch.column_count = request->table->column_count;
    cursor->positioned = SIZE_MAX;
    init_buffers(cursor);
    if (!start(cursor, err)) {
        odbc_close_cursor(&cursor->base);
        return false;
    }
    *opened = &cursor->base;
    return true;
}

void
odbc_close_cursor(struct cursor *base)
{
    struct odbc_cursor *cursor = (struct odbc_cursor *)base;

    odbc_statement_close(&cursor->statement);
    odbc_query_release(&cursor->query);
    odbc_layout_release(&cursor->layout);
    buffer_release(&cursor->stored);
    buffer_release(&cursor->wide);
    free(cursor->cells);
    free(cursor->offsets);
    free(cursor);
}

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

// Canonical text in place; the slack is there.
static size_t
make_canonical(struct odbc_cursor *cursor, const struct odbc_slot *slot, char *text, size_t size,
    size_t capacity)
{
    const struct product *product = cursor->source->product;
    const struct column *column = slot->column;

    if (cursor->note->has_odd_texts && product->odbc.take_marked != NULL &&
        product->odbc.take_marked(cursor->source->secret, text, &size))
        return size;
    // Whole numbers and infinities are told exactly.
    if (product->odbc.prints_long_reals && memchr(text, '.', size) != NULL) {
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

    *offset = NOT_STORED;
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
    } else if (cursor->source->product->odbc.take_marked != NULL) {
        (void)cursor->source->product->odbc.take_marked(
            cursor->source->secret, stored->bytes + start, &size);
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

    *offset = NOT_STORED;
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
    if (indicator < 0 || size > slot->stride - terminator)
        return take_overlong(cursor, position, row, err);
    // Rows fetched one at a time overwrite each other; number texts may need room to be rewritten.
    if (cursor->layout.block_rows == 1 || slot->c_type == SQL_C_WCHAR ||
        (slot->is_number && slot->stride - size < CANONICAL_SLACK))
        return store_bytes(cursor, slot, position, bytes, size);
    if (slot->is_number)
        size = make_canonical(cursor, slot, bytes, size, slot->stride);
    else if (cursor->source->product->odbc.take_marked != NULL)
        (void)cursor->source->product->odbc.take_marked(cursor->source->secret, bytes, &size);
    if (odbc_limit_is_word(cursor->source, bytes, size, &size))
        return set_withheld(cursor, position, size);
    cell = cell_of(cursor, position, &offset);
    *offset = NOT_STORED;
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
        if (bytes == NULL && cursor->offsets[first + i] == NOT_STORED)
            return fail_for_odd_texts(cursor, err);
        if (cursor->offsets[first + i] != NOT_STORED)
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

static bool
take_row(struct odbc_cursor *cursor, size_t row, struct error *err)
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

        if (cell->bytes != NULL || cursor->offsets[first + i] != NOT_STORED)
            cursor->batch.size_bytes += cell->size;
    }
    odbc_pace_note_row(&cursor->pace, cursor->stored.size - cursor->row_start);
    cursor->batch.row_count++;
    return true;
}

// --- one batch

static bool
fetch_block(struct odbc_cursor *cursor, struct error *err)
{
    SQLRETURN code;

    odbc_pace_apply(&cursor->pace, cursor->source);
    cursor->next_row = 0;
    cursor->rows_fetched = 0;
    cursor->positioned = SIZE_MAX;
    code = SQLFetch(cursor->statement.handle);
    switch (code) {
    case SQL_NO_DATA:
        cursor->at_end = true;
        cursor->rows_fetched = 0;
        return true;
    // What a warning means is in indicators and row states, which are looked at cell by cell.
    case SQL_SUCCESS_WITH_INFO:
    case SQL_SUCCESS:
        break;
    default:
        return odbc_statement_check(
            &cursor->statement, code, err, "could not fetch rows of the source");
    }
    if (cursor->rows_fetched > cursor->layout.block_rows)
        BUG("%zu rows in a block of %zu", (size_t)cursor->rows_fetched, cursor->layout.block_rows);
    if (cursor->rows_fetched == 0)
        return error_set(err, ERROR_SOURCE, "the driver delivered a block without rows");
    return true;
}

static void
make_room(struct odbc_cursor *cursor, size_t rows)
{
    size_t cells = mem_product(rows, cursor->batch.column_count);

    if (rows <= cursor->row_capacity)
        return;
    cursor->cells = mem_realloc(cursor->cells, cells, sizeof *cursor->cells);
    cursor->offsets = mem_realloc(cursor->offsets, cells, sizeof *cursor->offsets);
    cursor->row_capacity = rows;
}

static void
begin_batch(struct odbc_cursor *cursor)
{
    cursor->batch.row_count = 0;
    cursor->batch.has_too_long = false;
    cursor->batch.size_bytes = 0;
    // One enormous value must not hold its memory for the rest of the table.
    if (cursor->stored.capacity > BUFFER_KEPT)
        buffer_release(&cursor->stored);
    if (cursor->wide.capacity > BUFFER_KEPT)
        buffer_release(&cursor->wide);
    buffer_clear(&cursor->stored);
}

static void
resolve_cells(struct odbc_cursor *cursor)
{
    size_t count = cursor->batch.row_count * cursor->batch.column_count;

    cursor->batch.cells = cursor->cells;
    if (cursor->stored.bytes == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        if (cursor->offsets[i] != NOT_STORED)
            cursor->cells[i].bytes = cursor->stored.bytes + cursor->offsets[i];
    }
}

static bool
is_full(const struct odbc_cursor *cursor)
{
    const struct read_request *request = &cursor->request;

    return (request->batch_rows > 0 && cursor->batch.row_count >= request->batch_rows) ||
           (request->batch_bytes > 0 && cursor->batch.size_bytes >= request->batch_bytes);
}

// True when the rows of the next block may join the batch: cells of a block of several rows point
// into it, so that it must not be overwritten.
static bool
may_fetch_more(const struct odbc_cursor *cursor)
{
    return !cursor->at_end && (cursor->batch.row_count == 0 || cursor->layout.block_rows == 1);
}

bool
odbc_fetch(struct cursor *base, const struct batch **batch, struct error *err)
{
    struct odbc_cursor *cursor = (struct odbc_cursor *)base;
    enum { ROOM_FIRST = 64 };

    begin_batch(cursor);
    while (!is_full(cursor)) {
        if (cursor->next_row == cursor->rows_fetched) {
            if (!may_fetch_more(cursor))
                break;
            if (!fetch_block(cursor, err))
                return false;
            if (cursor->at_end)
                break;
        }
        if (cursor->batch.row_count == cursor->row_capacity)
            make_room(cursor, cursor->layout.block_rows > 1 ? cursor->layout.block_rows
                              : cursor->row_capacity == 0   ? ROOM_FIRST
                                                            : cursor->row_capacity * 2);
        if (!take_row(cursor, cursor->next_row, err))
            return false;
        cursor->next_row++;
    }
    resolve_cells(cursor);
    *batch = &cursor->batch;
    return true;
}
