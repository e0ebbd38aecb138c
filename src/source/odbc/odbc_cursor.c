// A cursor's life: plan the layout, execute, bind, then block by block: SQLFetch fills the bound
// arrays, and each row is turned into cells (odbc_row.c).
#include "base/mem.h"
#include "source/odbc/odbc_limit.h"
#include "source/odbc/odbc_row.h"

#include <stdint.h>
#include <stdlib.h>

enum { BUFFER_KEPT = 1024 * 1024 };

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
        if (cursor->offsets[i] != ODBC_NOT_STORED)
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
        if (!odbc_row_take(cursor, cursor->next_row, err))
            return false;
        cursor->next_row++;
    }
    resolve_cells(cursor);
    *batch = &cursor->batch;
    return true;
}
