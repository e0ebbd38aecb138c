#include "read/reader.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/key_choice.h"
#include "read/page.h"
#include "read/lookup.h"

#include <stdlib.h>
#include <string.h>

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
        reader->page_rows = (size_t)fault_setting("OE2PG_TEST_PAGE_ROWS", PAGE_ROWS_FIRST);
    buffer_init(&reader->position_bytes, LOOKUP_KEY_CAP);
    buffer_init(&reader->start_bytes, LOOKUP_KEY_CAP);
    buffer_init(&reader->condition, BUFFER_SQL_CAP);
    order_proof_init(&reader->order, false);
    arena_init(&reader->row.arena);
}

void
reader_read_around(struct reader *reader, struct around *around, unread_sink *sink, void *context)
{
    reader->around = around;
    around->sink = sink;
    around->sink_context = context;
    memset(around->without, 0, around->table->column_count * sizeof *around->without);
}

// True when the part is read by row ids.
static bool
uses_row_ids(const struct reader *reader)
{
    const struct around *around = reader->around;

    return around != NULL &&
           (around->row_ids == ROW_IDS_ALL ||
               (around->row_ids == ROW_IDS_REST && reader->part != KEY_PART_NOT_NULL));
}

void
reader_read_first(struct reader *reader, const struct key_position *known, size_t count)
{
    reader->known = known;
    reader->known_count = count;
    // Where the key cannot be relied on they are met among all others.
    if (reader->around != NULL && reader->around->row_ids == ROW_IDS_ALL)
        reader->known_count = 0;
}

void
reader_read_first_by_id(struct reader *reader, const int64_t *ids, size_t count, bool are_read)
{
    if (reader->around == NULL || reader->around->cannot_skip_ids ||
        !around_has_row_ids(reader->around, reader->source))
        return;
    reader->known_ids = ids;
    reader->known_id_count = count;
    reader->known_id_next = are_read ? count : 0;
}

void
reader_prove_order(struct reader *reader)
{
    reader->order.is_on = reader->part == KEY_PART_NOT_NULL && !uses_row_ids(reader);
}

void
reader_release(struct reader *reader)
{
    cursor_close(reader->cursor);
    reader->cursor = NULL;
    buffer_release(&reader->position_bytes);
    buffer_release(&reader->start_bytes);
    buffer_release(&reader->condition);
    narrow_release(&reader->narrow);
    order_proof_release(&reader->order);
    by_row_id_release(&reader->by_row_id);
    arena_release(&reader->row.arena);
}

bool
reader_start_after(struct reader *reader, const struct cell *position, struct error *err)
{
    size_t count = reader->table->key->column_count;

    if (!lookup_keep_values(&reader->position_bytes, reader->position, position, NULL, count, err))
        return false;
    reader->has_position = true;
    return true;
}

static struct read_request
make_request(const struct reader *reader, const struct table *table, enum key_part part)
{
    return (struct read_request){
        .table = table,
        .part = part,
        .key = table->key,
        .batch_rows = reader->limits.batch_rows,
        .batch_bytes = reader->limits.batch_bytes,
        .value_bytes = reader->limits.value_bytes,
    };
}

static size_t
limit_of(const struct reader *reader)
{
    size_t limit = reader->bisect.limit;

    if (reader->part != KEY_PART_NOT_NULL)
        return 0;
    return limit == 0 || (reader->page_rows > 0 && reader->page_rows < limit) ? reader->page_rows
                                                                              : limit;
}

// The columns that the next step leaves out; NULL: none.
static const bool *
left_out(const struct reader *reader)
{
    const struct around *around = reader->around;

    if (around == NULL)
        return NULL;
    if (reader->is_piece)
        return around->is_bad;
    if (reader->part == KEY_PART_NOT_NULL ||
        memchr(around->is_left_out, true, reader->table->column_count) == NULL)
        return NULL;
    return around->is_left_out;
}

static const struct table *
choose_columns(struct reader *reader)
{
    const bool *is_left_out = left_out(reader);

    narrow_release(&reader->narrow);
    if (is_left_out == NULL)
        return reader->table;
    narrow_init(&reader->narrow, reader->table, is_left_out);
    return &reader->narrow.table;
}

// Rows that are known by their ids were read before.
static const struct table *
choose_rows(struct reader *reader, const struct table *table)
{
    if (reader->known_id_count == 0)
        return table;
    by_row_id_condition(
        &reader->condition, reader->table, reader->known_ids, reader->known_id_count, true);
    reader->step_table = *table;
    reader->step_table.where = buffer_text(&reader->condition);
    return &reader->step_table;
}

// All of the part, as far as it is read in key order.
static struct read_request
make_part(struct reader *reader, const struct table *table)
{
    struct read_request request = make_request(reader, choose_rows(reader, table), reader->part);

    if (reader->part != KEY_PART_WITH_NULL) {
        request.except = reader->known;
        request.except_count = reader->known_count;
    }
    return request;
}

// After key values (a, b, c) the rest of the table is three plain ranges, in this order:
// a = A and b = B and c > C; a = A and b > B; a > A. Each is one a source can look up in an index,
// and together they are exactly the greater keys.
static bool
open_step(struct reader *reader, struct error *err)
{
    struct key_position after = { .values = reader->start, .count = reader->prefix };
    struct key_position up_to = {
        .values = reader->order.largest,
        .count = reader->order.column_count,
    };
    struct read_request request = make_part(reader, choose_columns(reader));

    request.after = reader->prefix > 0 ? &after : NULL;
    request.up_to = order_proof_is_bounded(&reader->order, reader->prefix) ? &up_to : NULL;
    request.row_limit = reader->step_limit = limit_of(reader);
    reader->opened_ms = clock_steady_ms();
    reader->page_row_count = 0;
    reader->page_byte_count = 0;
    if (bisect_is_searching(&reader->bisect))
        reader->around->query_count++;
    request.block_rows = reader->bisect.block;
    if (request.block_rows > 0 && request.block_rows < request.batch_rows)
        request.batch_rows = request.block_rows;
    return source_open_cursor(reader->source, &request, &reader->cursor, err);
}

// The first key column that is NULL in the row handed out last, which then is no position; else -1.
static int
find_null(const struct reader *reader)
{
    for (size_t i = 0; reader->has_position && i < reader->table->key->column_count; i++) {
        if (reader->position[i].bytes == NULL)
            return reader->table->key->columns[i];
    }
    return -1;
}

static bool
fail_for_null(const struct table *table, int column, struct error *err)
{
    (void)error_set(err, ERROR_TABLE,
        "a row has NULL in key column \"%s\", which the source declares to have none: the read "
        "cannot go on after it",
        table->columns[column].name);
    return error_hint(err, "Correct the row or the column's declaration at the source, or name "
                           "another key in mirror_settings.tables.");
}

// Before the order is relied on.
static bool
prove_order(struct reader *reader, struct error *err)
{
    struct read_request part;

    if (!reader->order.is_on)
        return true;
    part = make_part(reader, reader->table);
    return order_proof_begin(&reader->order, reader->source, &part, reader->has_position, err) &&
           (!reader->has_position ||
               order_proof_cut(&reader->order, reader->source, &part, reader->position, err));
}

static bool
open_from_position(struct reader *reader, struct error *err)
{
    size_t count = reader->part == KEY_PART_NOT_NULL ? reader->table->key->column_count : 0;
    int null_column = find_null(reader);

    reader->prefix = 0;
    if (null_column >= 0)
        return fail_for_null(reader->table, null_column, err);
    if (!prove_order(reader, err))
        return false;
    if (reader->has_position) {
        if (!lookup_keep_values(
                &reader->start_bytes, reader->start, reader->position, NULL, count, err))
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
    return reader->part == KEY_PART_NOT_NULL && reader->has_position && find_null(reader) < 0 &&
           reader->page_row_count > 0 && is_overdue(reader);
}

// The same of a statement that cannot be continued, but could if the table were read in key order.
static bool
is_due_to_begin_anew(const struct reader *reader)
{
    return reader->part == KEY_PART_ALL && is_overdue(reader) &&
           key_choice_is_resumable(reader->table);
}

static void
close_step(struct reader *reader)
{
    cursor_close(reader->cursor);
    reader->cursor = NULL;
    reader->is_piece = false;
    if (reader->page_rows > 0 && reader->page_row_count > 0)
        reader->page_rows = page_next_rows(reader->page_rows, reader->page_row_count,
            reader->page_byte_count, reader->table->column_count, reader->limits.page_bytes);
    bisect_pass(&reader->bisect, reader->page_row_count);
}

// Before its end: the read goes on behind the last row.
static void
leave_step(struct reader *reader)
{
    order_proof_leave(&reader->order, reader->prefix);
    close_step(reader);
}

static bool
next_step(struct reader *reader, struct error *err)
{
    bool is_page = reader->step_limit > 0 && reader->page_row_count >= reader->step_limit;
    bool is_piece = reader->is_piece;
    enum order_next next;

    if (is_page) { // it may not be the last one
        leave_step(reader);
        return true;
    }
    next = order_proof_pass(&reader->order, reader->prefix, reader->page_row_count > 0);
    close_step(reader);
    // A piece goes on in the next range: the value that it is to pass may be in its first row.
    reader->is_piece = is_piece && next != ORDER_AT_END;
    if (next == ORDER_GO_ON && !order_proof_is_complete(&reader->order, reader->position))
        return true;
    if (next != ORDER_NEXT_RANGE) {
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
    reader->order.row_count += (int64_t)batch->row_count;
    return lookup_keep_values(
        &reader->position_bytes, reader->position, last, key->columns, key->column_count, err);
}

static bool
fail_for_repeat(struct error *err, enum error_retry retry, const char *message)
{
    (void)error_set(err, ERROR_DATA, "%s", message);
    err->side = ERROR_SIDE_SOURCE;
    err->retry = retry;
    return false;
}

static bool
has_room(const struct reader *reader, const struct batch *batch, struct error *err)
{
    return !batch->has_too_long || reader->limits.is_large ||
           fail_for_repeat(err, RETRY_WITH_ROOM, "a value has more bytes than fit now");
}

static void
count_without(struct reader *reader, const struct batch *batch)
{
    const bool *is_left_out = left_out(reader);

    for (size_t i = 0; i < reader->table->column_count; i++)
        reader->around->without[i] += is_left_out[i] ? (int64_t)batch->row_count : 0;
}

static bool
fetch_step(struct reader *reader, const struct batch **batch, struct error *err)
{
    if (!cursor_fetch(reader->cursor, batch, err))
        return false;
    if (reader->narrow.wide != NULL) {
        *batch = narrow_widen(&reader->narrow, *batch);
        count_without(reader, *batch);
    }
    return has_room(reader, *batch, err) &&
           ((*batch)->row_count == 0 || !is_due_to_begin_anew(reader) ||
               cursor_is_ahead(reader->cursor) ||
               fail_for_repeat(
                   err, RETRY_IN_ORDER, "the statement is open for longer than one may be"));
}

static bool
fail_for_cut(const struct column *column, struct error *err)
{
    (void)error_set(err, ERROR_TABLE,
        "the read cannot go on after a value of key column \"%s\": the source shows less of it "
        "than it compares, as a server does that cuts values to their SQL width",
        column->name);
    return error_hint(err, "Correct the column's SQL width with dbtool, or name another key in "
                           "mirror_settings.tables, or exclude the table.");
}

// A value that comes again although greater ones alone were asked for is one that the source does
// not show whole, but compares whole: to go on after it would read rows twice, or never end.
static bool
is_behind_start(const struct reader *reader, const struct batch *batch, struct error *err)
{
    uint16_t column;
    const struct cell *start;

    if (reader->prefix == 0 || reader->page_row_count > 0)
        return true;
    column = reader->table->key->columns[reader->prefix - 1];
    start = &reader->start[reader->prefix - 1];
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *value = &batch->cells[r * batch->column_count + column];

        if (value->bytes != NULL && value->size == start->size &&
            memcmp(value->bytes, start->bytes, start->size) == 0)
            return fail_for_cut(&reader->table->columns[column], err);
    }
    return true;
}

// Reads on until there are rows, the end is reached, or the next row is one that cannot be read.
static bool
read_on(struct reader *reader, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };

    // A batch that is on its way is taken along: to leave it could mean to have it cancelled.
    if (reader->cursor != NULL && is_due_to_close(reader) && !cursor_is_ahead(reader->cursor))
        leave_step(reader);
    while (!reader->is_at_end && !bisect_is_at_row(&reader->bisect)) {
        if (reader->cursor == NULL && !open_from_position(reader, err))
            return false;
        if (!fetch_step(reader, batch, err))
            return false;
        if ((*batch)->row_count > 0) {
            if (!is_behind_start(reader, *batch, err))
                return false;
            reader->page_row_count += (*batch)->row_count;
            reader->page_byte_count += (*batch)->size_bytes;
            return remember_position(reader, *batch, err);
        }
        if (!next_step(reader, err))
            return false;
    }
    *batch = &nothing;
    return true;
}

// ---- around what cannot be read ----------------------------------------------------------------

static bool
read_row(struct reader *reader, const struct cell *key, struct error *err)
{
    struct cell values[KEY_COLUMNS_MAX];
    struct key_position equal = { .values = values, .count = reader->table->key->column_count };
    struct read_request request = make_request(reader, reader->table, KEY_PART_EQUAL);

    memcpy(values, key, equal.count * sizeof *values);
    request.after = &equal;
    return around_read_row(reader->around, reader->source, &request, &reader->row, err) &&
           has_room(reader, &reader->row.batch, err);
}

// The key of the next row, read without anything else; it is then the position of `keys`.
static bool
find_next_key(struct reader *reader, struct reader *keys, const struct table *table, bool *is_found,
    struct error *err)
{
    const struct batch *batch;

    reader_init(keys, reader->source, table, KEY_PART_NOT_NULL, &reader->limits);
    keys->limits.batch_rows = 1;
    keys->page_rows = 1;
    keys->known = reader->known;
    keys->known_count = keys->known_next = reader->known_count;
    reader->around->query_count++;
    if ((reader->has_position && !reader_start_after(keys, reader->position, err)) ||
        !reader_fetch(keys, &batch, err))
        return around_helps(err) && around_fail_for_key(reader->around, reader->source, err);
    *is_found = batch->row_count > 0;
    cursor_close(keys->cursor);
    keys->cursor = NULL;
    return true;
}

// The next row cannot be read whole.
static bool
read_bad_row(struct reader *reader, const struct batch **batch, struct error *err)
{
    struct narrow narrow;
    struct reader keys;
    bool is_found = false;
    bool done;

    bisect_found(&reader->bisect);
    order_proof_leave(&reader->order, 0);
    cursor_close(reader->cursor); // of the rows behind it: one at a time
    reader->cursor = NULL;
    reader->row.batch.row_count = 0;
    *batch = &reader->row.batch;
    lookup_narrow(&narrow, reader->table);
    done = find_next_key(reader, &keys, &narrow.table, &is_found, err) &&
           (!is_found || read_row(reader, keys.position, err));
    reader_release(&keys);
    narrow_release(&narrow);
    if (done && (*batch)->row_count > 0 && reader->row.is_whole)
        bisect_miss(&reader->bisect);
    return done && ((*batch)->row_count == 0 || remember_position(reader, *batch, err));
}

static bool
read_known(struct reader *reader, const struct batch **batch, struct error *err)
{
    // These were looked for in another run.
    size_t query_count = reader->around->query_count;
    struct read_request request = make_request(reader, reader->table, reader->part);
    bool done;

    if (reader->known_next < reader->known_count)
        done = read_row(reader, reader->known[reader->known_next++].values, err);
    else
        done = by_row_id_read_row(reader->around, reader->source, &request,
                   reader->known_ids[reader->known_id_next++], &reader->row, err) &&
               has_room(reader, &reader->row.batch, err);
    reader->around->query_count = query_count;
    *batch = &reader->row.batch;
    return done;
}

// A part that cannot be cut is read again by row ids, or else without the column.
static bool
leave_out(struct reader *reader, int column, struct error *err)
{
    struct read_request request = make_request(reader, reader->table, reader->part);

    if (around_has_row_ids(reader->around, reader->source)) {
        reader->around->row_ids = ROW_IDS_REST;
        log_info(
            "table \"%s\": a value cannot be read: rows that no key leads to are read by ROWID",
            reader->table->name);
        return fail_for_repeat(err, RETRY_WITH_LESS, "a value cannot be read");
    }
    return around_leave_out(reader->around, reader->source, &request, column, err) &&
           fail_for_repeat(err, RETRY_WITH_LESS, "a column cannot be read");
}

// After a failure: true when reading can go on, closer to what cannot be read or without it.
static bool
go_around(struct reader *reader, struct error *err)
{
    struct around *around = reader->around;
    bool was_piece = reader->is_piece;
    int column;

    if (around != NULL && reader->known_id_count > 0)
        (void)around_refuse_skipping(around, err);
    if (around == NULL || !around_helps(err) || around_is_refused(around, reader->source, err))
        return false;
    column = around_note(around, reader->source, reader->narrow.origin);
    if (around_is_in_key(reader->table, column))
        return around_fail_for_key(around, reader->source, err);
    cursor_close(reader->cursor);
    reader->cursor = NULL;
    if (reader->part == KEY_PART_ALL && key_choice_is_resumable(reader->table))
        return fail_for_repeat(err, RETRY_IN_ORDER, "a value cannot be read");
    if (reader->part != KEY_PART_NOT_NULL)
        return leave_out(reader, column, err);
    bisect_fail(&reader->bisect, reader->page_row_count);
    if (!around_is_spent(around) || !bisect_is_near(&reader->bisect) ||
        bisect_is_at_row(&reader->bisect))
        return true;
    // The row is not looked for any more: the columns are left out of a piece, each longer than the
    // one before.
    reader->piece_rows = reader->piece_rows > 0 ? 2 * reader->piece_rows : BISECT_NEAR;
    if (reader->piece_rows > BISECT_LAST)
        reader->piece_rows = BISECT_LAST;
    reader->bisect.limit = reader->piece_rows;
    reader->bisect.block = 0;
    reader->is_piece = memchr(around->is_bad, true, reader->table->column_count) != NULL;
    if (reader->is_piece && (!was_piece || column >= 0))
        return true;
    (void)around_turn_to_row_ids(around, reader->source,
        "values cannot be read in a column that the source does not name", err);
    return false;
}

static bool
read_by_ids(struct reader *reader, const struct batch **batch, struct error *err)
{
    struct read_request request = make_request(reader, reader->table, reader->part);

    if (reader->by_row_id.source == NULL)
        by_row_id_init(&reader->by_row_id, reader->source, reader->around, &request,
            reader->limits.row_id_bytes);
    if (!by_row_id_fetch(&reader->by_row_id, reader->known_ids, reader->known_id_count,
            &reader->row, batch, err) ||
        !has_room(reader, *batch, err))
        return false;
    if ((*batch)->row_count == 0)
        around_tell(reader->around, true);
    return true;
}

static bool
end_order(struct reader *reader, struct error *err)
{
    struct read_request part;

    if (!reader->order.is_relied_on)
        return true;
    part = make_part(reader, reader->table);
    return order_proof_end(&reader->order, reader->source, &part, err);
}

static bool
fetch_rows(struct reader *reader, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };

    *batch = &nothing;
    while (reader->known_next < reader->known_count ||
           reader->known_id_next < reader->known_id_count) {
        if (!read_known(reader, batch, err))
            return false;
        if ((*batch)->row_count > 0)
            return true;
    }
    if (uses_row_ids(reader))
        return read_by_ids(reader, batch, err);
    for (;;) {
        if (!read_on(reader, batch, err)) {
            if (!go_around(reader, err))
                return false;
            error_clear(err);
            continue;
        }
        if ((*batch)->row_count > 0)
            return true;
        if (reader->is_at_end) {
            if (!end_order(reader, err))
                return false;
            if (reader->around != NULL)
                around_tell(reader->around, reader->part == KEY_PART_NOT_NULL);
            return true;
        }
        if (!read_bad_row(reader, batch, err))
            return false;
        if ((*batch)->row_count > 0)
            return true;
    }
}

bool
reader_fetch(struct reader *reader, const struct batch **batch, struct error *err)
{
    if (!fetch_rows(reader, batch, err))
        return false;
    if (reader->around != NULL)
        reader->around->row_count += (int64_t)(*batch)->row_count;
    return true;
}

const struct cell *
reader_position(const struct reader *reader)
{
    return reader->part == KEY_PART_NOT_NULL && reader->has_position ? reader->position : NULL;
}

bool
reader_has_null_part(const struct table *table)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        if (key_choice_can_be_null(&table->columns[table->key->columns[i]]))
            return true;
    }
    return false;
}
