#include "read/reader.h"

#include "base/fault.h"
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
    reader->part = (struct read_request){
        .table = table,
        .part = rows->kind,
        .key = table->key,
        .beyond = rows->after.count > 0 ? &reader->rows.after : NULL,
        .up_to = rows->up_to.count > 0 ? &reader->rows.up_to : NULL,
        .only_ids = rows->ids,
        .batch_rows = limits->batch_rows,
        .batch_bytes = limits->batch_bytes,
        .value_bytes = limits->value_bytes,
    };
    if (rows->after.count > 0) {
        memcpy(reader->position.values, rows->after.values,
            rows->after.count * sizeof *reader->position.values);
        reader->has_position = reader->is_at_bound = true;
    }
    reader->limits = *limits;
    if (source != NULL && source_buffers_results(source))
        reader->page_rows = (size_t)fault_setting("OE2PG_TEST_PAGE_ROWS", PAGE_ROWS_FIRST);
    buffer_init(&reader->position.bytes, LOOKUP_KEY_CAP);
    buffer_init(&reader->step.start.bytes, LOOKUP_KEY_CAP);
    order_proof_init(&reader->order, false);
}

void
reader_hunt(struct reader *reader, struct hunt *hunt, unread_sink *sink, void *context)
{
    reader->hunt = hunt;
    reader->sink = sink;
    reader->sink_context = context;
    hunt_begin_part(hunt, reader->source, &reader->part, &reader->limits, sink, context);
}

void
reader_read_known_first(struct reader *reader, bool are_read)
{
    hunt_begin_known(reader->hunt, are_read, &reader->part);
}

// True when the part is read by row ids.
static bool
uses_row_ids(const struct reader *reader)
{
    return reader->hunt != NULL && hunt_reads_part_by_id(reader->hunt);
}

void
reader_prove_order(struct reader *reader)
{
    reader->order.is_on = reader->rows.kind == KEY_PART_NOT_NULL && !uses_row_ids(reader);
}

void
reader_release(struct reader *reader)
{
    cursor_close(reader->step.cursor);
    reader->step.cursor = NULL;
    buffer_release(&reader->position.bytes);
    buffer_release(&reader->step.start.bytes);
    hunt_end_part(reader->hunt);
    reader->hunt = NULL;
    order_proof_release(&reader->order);
}

bool
reader_start_after(struct reader *reader, const struct cell *position, struct error *err)
{
    size_t count = reader->table->key->column_count;

    if (!lookup_keep_values(
            &reader->position.bytes, reader->position.values, position, NULL, count, err))
        return false;
    reader->has_position = true;
    reader->is_at_bound = false;
    return true;
}

// ---- around what cannot be read ----------------------------------------------------------------

// The key of the next row, read without anything else; it is then the position of `keys`.
static bool
find_next_key(struct reader *reader, struct reader *keys, const struct table *table, bool *is_found,
    struct error *err)
{
    const struct part_rows rows = { .kind = KEY_PART_NOT_NULL, .up_to = reader->rows.up_to };
    const struct batch *batch;

    reader_init(keys, reader->source, table, &rows, &reader->limits);
    keys->part.batch_rows = 1;
    keys->part.except = reader->part.except;
    keys->part.except_count = reader->part.except_count;
    keys->page_rows = 1;
    if ((reader->has_position && !reader_start_after(keys, reader->position.values, err)) ||
        !reader_fetch(keys, &batch, err)) {
        cursor_close(keys->step.cursor);
        keys->step.cursor = NULL;
        return hunt_fail_for_key(reader->hunt, err);
    }
    *is_found = batch->row_count > 0;
    cursor_close(keys->step.cursor);
    keys->step.cursor = NULL;
    return true;
}

// The next row cannot be read whole.
static bool
read_bad_row(struct reader *reader, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };
    struct narrow narrow;
    struct reader keys;
    bool is_found = false;
    bool done;

    hunt_begin_row(reader->hunt);
    order_proof_leave(&reader->order, 0);
    cursor_close(reader->step.cursor); // of the rows behind it: one at a time
    reader->step.cursor = NULL;
    *batch = &nothing;
    lookup_narrow(&narrow, reader->table);
    done = find_next_key(reader, &keys, &narrow.table, &is_found, err) &&
           (!is_found || hunt_read_row(reader->hunt, keys.position.values, batch, err));
    reader_release(&keys);
    narrow_release(&narrow);
    return done && ((*batch)->row_count == 0 || steps_remember_position(reader, *batch, err));
}

static bool
end_part(struct reader *reader, struct error *err)
{
    if (!steps_end_order(reader, err))
        return false;
    hunt_tell(reader->hunt);
    return true;
}

static bool
fetch_rows(struct reader *reader, const struct batch **batch, struct error *err)
{
    if (reader->hunt != NULL) {
        if (!hunt_fetch_known(reader->hunt, batch, err))
            return false;
        if ((*batch)->row_count > 0)
            return true;
    }
    if (uses_row_ids(reader))
        return hunt_fetch_by_id(reader->hunt, batch, err);
    for (;;) {
        if (!steps_read_on(reader, batch, err)) {
            if (reader->order.is_given_up ||
                !hunt_go_around(reader->hunt, &reader->step.cursor, reader->step.row_count, err))
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

static void
tell_misfits(const struct reader *reader, const struct batch *batch)
{
    for (size_t i = 0; reader->sink != NULL && i < batch->misfit_count; i++) {
        const struct misfit *misfit = &batch->misfits[i];
        bool is_record = misfit->row == MISFIT_RECORD;
        const struct unread unread = { .reason = "misfit",
            .row = is_record ? NULL : &batch->cells[misfit->row * batch->column_count],
            .column = is_record ? UNREAD_RECORD : misfit->column,
            .detail = misfit->detail,
            .value = &misfit->value };

        reader->sink(reader->sink_context, &unread);
    }
}

bool
reader_fetch(struct reader *reader, const struct batch **batch, struct error *err)
{
    if (!fetch_rows(reader, batch, err))
        return false;
    tell_misfits(reader, *batch);
    hunt_count_rows(reader->hunt, *batch);
    return true;
}

const struct cell *
reader_position(const struct reader *reader)
{
    return reader->rows.kind == KEY_PART_NOT_NULL && reader->has_position && !reader->is_at_bound
               ? reader->position.values
               : NULL;
}
