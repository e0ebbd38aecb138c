#include "read/steps.h"

#include "base/clock.h"
#include "base/fault.h"
#include "model/key_choice.h"
#include "read/lookup.h"
#include "read/page.h"

#include <string.h>

// After key values (a, b, c) the rest of the table is three plain ranges, in this order:
// a = A and b = B and c > C; a = A and b > B; a > A. Each is one a source can look up in an index,
// and together they are exactly the greater keys.
static bool
open_step(struct reader *reader, struct error *err)
{
    struct key_position after = { .values = reader->step.start.values,
        .count = reader->step.prefix };
    struct key_position up_to = {
        .values = reader->order.largest,
        .count = reader->order.column_count,
    };
    const struct table *table = hunt_choose_columns(reader->hunt, reader->table);
    struct read_request request = reader->part;

    request.table = table;
    request.key = table->key;
    request.after = reader->step.prefix > 0 ? &after : NULL;
    request.beyond = NULL; // the position is
    if (order_proof_is_bounded(&reader->order, reader->step.prefix))
        request.up_to = &up_to;
    if (reader->rows.kind == KEY_PART_NOT_NULL)
        request.row_limit = reader->page_rows;
    hunt_bound_statement(reader->hunt, &request);
    reader->step.row_limit = request.row_limit;
    reader->step.opened_ms = clock_steady_ms();
    reader->step.row_count = 0;
    reader->step.byte_count = 0;
    return source_open_cursor(reader->source, &request, &reader->step.cursor, err);
}

// The first key column that is NULL in the row handed out last, which then is no position; else -1.
static int
find_null(const struct reader *reader)
{
    for (size_t i = 0; reader->has_position && i < reader->table->key->column_count; i++) {
        if (reader->position.values[i].bytes == NULL)
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

// A count that is refused says nothing about the order, and no statement for fewer rows helps.
static bool
give_up_order(struct reader *reader, struct error *err)
{
    if (!order_proof_is_refused(err))
        return false;
    reader->order.is_given_up = true;
    if (hunt_is_for_key(reader->hunt, err))
        return hunt_fail_for_key(reader->hunt, err);
    return order_proof_condemn(reader->table, err, "perhaps, for it refuses to count its rows");
}

// Before the order is relied on.
static bool
prove_order(struct reader *reader, struct error *err)
{
    // A bound is no cut: it parts the rows by the source's own comparison.
    bool has_passed = reader->has_position && !reader->is_at_bound;
    const struct read_request *part = &reader->part;

    if (!reader->order.is_on)
        return true;
    if (!order_proof_begin(&reader->order, reader->source, part, has_passed, err))
        return false;
    return !has_passed ||
           order_proof_cut(&reader->order, reader->source, part, reader->position.values, err) ||
           give_up_order(reader, err);
}

static bool
open_from_position(struct reader *reader, struct error *err)
{
    size_t count = reader->rows.kind == KEY_PART_NOT_NULL ? reader->table->key->column_count : 0;
    int null_column = find_null(reader);

    reader->step.prefix = 0;
    if (null_column >= 0)
        return fail_for_null(reader->table, null_column, err);
    if (!prove_order(reader, err))
        return false;
    if (reader->has_position) {
        // Kept apart: all ranges of a key begin at the same row, while the position moves on.
        if (!lookup_keep_values(&reader->step.start.bytes, reader->step.start.values,
                reader->position.values, NULL, count, err))
            return false;
        reader->step.prefix = count;
    }
    return open_step(reader, err);
}

static bool
is_overdue(const struct reader *reader)
{
    return clock_steady_ms() - reader->step.opened_ms >=
           fault_setting(
               "OE2PG_TEST_TRANSACTION_MS", (int64_t)reader->limits.max_transaction_s * 1000);
}

// True when the statement has been open for as long as one may be, and can be continued.
static bool
is_due_to_close(const struct reader *reader)
{
    return reader->rows.kind == KEY_PART_NOT_NULL && reader->has_position &&
           find_null(reader) < 0 && reader->step.row_count > 0 && is_overdue(reader);
}

// The same of a statement that cannot be continued, but could if the table were read in key order.
static bool
is_due_to_begin_anew(const struct reader *reader)
{
    return reader->rows.kind == KEY_PART_ALL && is_overdue(reader) &&
           key_choice_is_resumable(reader->table);
}

// `goes_on`: at once, in the next range.
static void
close_step(struct reader *reader, bool goes_on)
{
    cursor_close(reader->step.cursor);
    reader->step.cursor = NULL;
    if (reader->page_rows > 0 && reader->step.row_count > 0)
        reader->page_rows = page_next_rows(reader->page_rows, reader->step.row_count,
            reader->step.byte_count, reader->table->column_count, reader->limits.page_bytes);
    hunt_end_statement(reader->hunt, reader->step.row_count, goes_on);
}

// Before its end: the read goes on behind the last row.
static void
leave_step(struct reader *reader)
{
    order_proof_leave(&reader->order, reader->step.prefix);
    close_step(reader, false);
}

// Ranges come in the order of the key, so that behind the one with the shortest prefix there is
// nothing more; that no row is left in any of them, order_proof.c says.
static bool
next_step(struct reader *reader, struct error *err)
{
    bool is_page = reader->step.row_limit > 0 && reader->step.row_count >= reader->step.row_limit;
    enum order_next next;

    if (is_page) { // it may not be the last one
        leave_step(reader);
        return true;
    }
    next = order_proof_pass(&reader->order, reader->step.prefix, reader->step.row_count > 0);
    close_step(reader, next != ORDER_AT_END);
    if (next == ORDER_GO_ON && !order_proof_is_complete(&reader->order, reader->position.values))
        return true;
    if (next != ORDER_NEXT_RANGE) {
        reader->is_at_end = true;
        return true;
    }
    reader->step.prefix--;
    return open_step(reader, err);
}

bool
steps_remember_position(struct reader *reader, const struct batch *batch, struct error *err)
{
    const struct key *key = reader->table->key;
    const struct cell *last = &batch->cells[(batch->row_count - 1) * batch->column_count];

    if (reader->rows.kind != KEY_PART_NOT_NULL)
        return true;
    reader->has_position = true;
    reader->is_at_bound = false;
    reader->order.row_count += (int64_t)batch->row_count;
    return lookup_keep_values(&reader->position.bytes, reader->position.values, last, key->columns,
        key->column_count, err);
}

static bool
fetch_step(struct reader *reader, const struct batch **batch, struct error *err)
{
    if (!cursor_fetch(reader->step.cursor, batch, err))
        return false;
    *batch = hunt_widen(reader->hunt, *batch);
    // Before its keys are a position: one of them may have been cut.
    return reader_limits_hold(&reader->limits, *batch, err) &&
           hunt_settle_cut(reader->hunt, *batch, err) &&
           ((*batch)->row_count == 0 || !is_due_to_begin_anew(reader) ||
               cursor_is_ahead(reader->step.cursor) ||
               read_repeat(
                   err, RETRY_IN_ORDER, "the statement is open for longer than one may be"));
}

static bool
fail_for_cut(const struct table *table, const struct column *column, struct error *err)
{
    return order_proof_condemn(table, err,
        "it shows less of a value of column \"%s\" than it compares, as one does that cuts values "
        "to their SQL width",
        column->name);
}

// A value that comes again although greater ones alone were asked for is one that the source does
// not show whole, but compares whole: to go on after it would read rows twice, or never end.
static bool
is_behind_start(const struct reader *reader, const struct batch *batch, struct error *err)
{
    uint16_t column;
    const struct cell *start;

    if (reader->step.prefix == 0 || reader->step.row_count > 0)
        return true;
    column = reader->table->key->columns[reader->step.prefix - 1];
    start = &reader->step.start.values[reader->step.prefix - 1];
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *value = &batch->cells[r * batch->column_count + column];

        if (value->bytes != NULL && value->size == start->size &&
            memcmp(value->bytes, start->bytes, start->size) == 0)
            return fail_for_cut(reader->table, &reader->table->columns[column], err);
    }
    return true;
}

// Reads on until there are rows, the end is reached, or the next row is one that cannot be read.
bool
steps_read_on(struct reader *reader, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };

    // A batch that is on its way is taken along: to leave it could mean to have it cancelled.
    if (reader->step.cursor != NULL && is_due_to_close(reader) &&
        !cursor_is_ahead(reader->step.cursor))
        leave_step(reader);
    while (!reader->is_at_end && !hunt_is_at_row(reader->hunt)) {
        if (reader->step.cursor == NULL && !open_from_position(reader, err))
            return false;
        if (!fetch_step(reader, batch, err))
            return false;
        if ((*batch)->row_count > 0) {
            if (!is_behind_start(reader, *batch, err))
                return false;
            reader->step.row_count += (*batch)->row_count;
            reader->step.byte_count += (*batch)->size_bytes;
            return steps_remember_position(reader, *batch, err);
        }
        if (!next_step(reader, err))
            return false;
    }
    *batch = &nothing;
    return true;
}

bool
steps_end_order(struct reader *reader, struct error *err)
{
    return !reader->order.is_relied_on ||
           order_proof_end(&reader->order, reader->source, &reader->part, err) ||
           give_up_order(reader, err);
}
