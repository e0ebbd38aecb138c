#include "read/reader.h"

#include "base/fault.h"
#include "base/log.h"
#include "model/key_choice.h"
#include "read/lookup.h"
#include "read/page.h"
#include "read/steps.h"

#include <string.h>

void
reader_init(struct reader *reader, struct source *source, const struct table *table,
    const struct part_rows *rows, const struct reader_limits *limits)
{
    memset(reader, 0, sizeof *reader);
    reader->source = source;
    reader->table = table;
    reader->rows = *rows;
    if (rows->after.count > 0) {
        memcpy(reader->position, rows->after.values, rows->after.count * sizeof *reader->position);
        reader->has_position = reader->is_at_bound = true;
    }
    reader->limits = *limits;
    if (source != NULL && source_buffers_results(source))
        reader->page_rows = (size_t)fault_setting("OE2PG_TEST_PAGE_ROWS", PAGE_ROWS_FIRST);
    buffer_init(&reader->position_bytes, LOOKUP_KEY_CAP);
    buffer_init(&reader->start_bytes, LOOKUP_KEY_CAP);
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
               (around->row_ids == ROW_IDS_REST && reader->rows.kind != KEY_PART_NOT_NULL));
}

void
reader_read_first(
    struct reader *reader, const struct key_position *known, size_t count, bool are_read)
{
    reader->known = known;
    reader->known_count = count;
    reader->known_next = are_read ? count : 0;
    // Where the key cannot be relied on they are met among all others.
    if (reader->around != NULL && reader->around->row_ids == ROW_IDS_ALL)
        reader->known_count = reader->known_next = 0;
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
    reader->order.is_on = reader->rows.kind == KEY_PART_NOT_NULL && !uses_row_ids(reader);
}

void
reader_release(struct reader *reader)
{
    cursor_close(reader->cursor);
    reader->cursor = NULL;
    buffer_release(&reader->position_bytes);
    buffer_release(&reader->start_bytes);
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
    reader->is_at_bound = false;
    return true;
}

// ---- around what cannot be read ----------------------------------------------------------------

static bool
read_row(struct reader *reader, const struct cell *key, struct error *err)
{
    struct cell values[KEY_COLUMNS_MAX];
    struct key_position equal = { .values = values, .count = reader->table->key->column_count };
    struct read_request request = steps_make_request(reader, reader->table, KEY_PART_EQUAL);

    memcpy(values, key, equal.count * sizeof *values);
    request.after = &equal;
    return around_read_row(reader->around, reader->source, &request, &reader->row, err) &&
           steps_has_room(reader, &reader->row.batch, err);
}

// The key of the next row, read without anything else; it is then the position of `keys`.
static bool
find_next_key(struct reader *reader, struct reader *keys, const struct table *table, bool *is_found,
    struct error *err)
{
    const struct part_rows rows = { .kind = KEY_PART_NOT_NULL, .up_to = reader->rows.up_to };
    const struct batch *batch;

    reader_init(keys, reader->source, table, &rows, &reader->limits);
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
    return done && ((*batch)->row_count == 0 || steps_remember_position(reader, *batch, err));
}

static bool
read_known(struct reader *reader, const struct batch **batch, struct error *err)
{
    // These were looked for in another run.
    size_t query_count = reader->around->query_count;
    struct read_request request = steps_make_request(reader, reader->table, reader->rows.kind);
    bool done;

    if (reader->known_next < reader->known_count)
        done = read_row(reader, reader->known[reader->known_next++].values, err);
    else
        done = by_row_id_read_row(reader->around, reader->source, &request,
                   reader->known_ids[reader->known_id_next++], &reader->row, err) &&
               steps_has_room(reader, &reader->row.batch, err);
    reader->around->query_count = query_count;
    *batch = &reader->row.batch;
    return done;
}

// A part that cannot be cut is read again by row ids, or else without the column.
static bool
leave_out(struct reader *reader, int column, struct error *err)
{
    struct read_request request = steps_make_request(reader, reader->table, reader->rows.kind);

    if (around_has_row_ids(reader->around, reader->source)) {
        reader->around->row_ids = ROW_IDS_REST;
        log_info(
            "table \"%s\": a value cannot be read: rows that no key leads to are read by ROWID",
            reader->table->name);
        return steps_fail_for_repeat(err, RETRY_WITH_LESS, "a value cannot be read");
    }
    return around_leave_out(reader->around, reader->source, &request, column, err) &&
           steps_fail_for_repeat(err, RETRY_WITH_LESS, "a column cannot be read");
}

// After a failure: true when reading can go on, closer to what cannot be read or without it.
static bool
go_around(struct reader *reader, struct error *err)
{
    struct around *around = reader->around;
    bool was_piece = reader->is_piece;
    int column;

    if (reader->order.is_given_up)
        return false;
    if (around != NULL && reader->known_id_count > 0)
        (void)around_refuse_skipping(around, err);
    if (around == NULL || !around_helps(err) || around_is_refused(around, reader->source, err))
        return false;
    column = around_note(around, reader->source, reader->narrow.origin);
    if (around_is_in_key(reader->table, column))
        return around_fail_for_key(around, reader->source, err);
    cursor_close(reader->cursor);
    reader->cursor = NULL;
    if (reader->rows.kind == KEY_PART_ALL && key_choice_is_resumable(reader->table))
        return steps_fail_for_repeat(err, RETRY_IN_ORDER, "a value cannot be read");
    if (reader->rows.kind != KEY_PART_NOT_NULL)
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
    struct read_request request = steps_make_request(reader, reader->table, reader->rows.kind);

    if (reader->by_row_id.source == NULL)
        by_row_id_init(&reader->by_row_id, reader->source, reader->around, &request,
            reader->limits.row_id_bytes);
    if (!by_row_id_fetch(&reader->by_row_id, reader->known_ids, reader->known_id_count,
            &reader->row, batch, err) ||
        !steps_has_room(reader, *batch, err))
        return false;
    if ((*batch)->row_count == 0)
        around_tell(reader->around, true);
    return true;
}

// Those of the known rows that are still there, one after the other; then no row.
static bool
read_next_known(struct reader *reader, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };

    *batch = &nothing;
    while ((*batch)->row_count == 0 && (reader->known_next < reader->known_count ||
                                           reader->known_id_next < reader->known_id_count)) {
        if (!read_known(reader, batch, err))
            return false;
    }
    return true;
}

static bool
end_part(struct reader *reader, struct error *err)
{
    if (!steps_end_order(reader, err))
        return false;
    if (reader->around != NULL)
        around_tell(reader->around, reader->rows.kind == KEY_PART_NOT_NULL);
    return true;
}

static bool
fetch_rows(struct reader *reader, const struct batch **batch, struct error *err)
{
    if (!read_next_known(reader, batch, err))
        return false;
    if ((*batch)->row_count > 0)
        return true;
    if (uses_row_ids(reader))
        return read_by_ids(reader, batch, err);
    for (;;) {
        if (!steps_read_on(reader, batch, err)) {
            if (!go_around(reader, err))
                return false;
            error_clear(err);
            continue;
        }
        if ((*batch)->row_count > 0)
            return true;
        if (reader->is_at_end)
            return end_part(reader, err);
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
    return reader->rows.kind == KEY_PART_NOT_NULL && reader->has_position && !reader->is_at_bound
               ? reader->position
               : NULL;
}
