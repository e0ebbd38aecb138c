#include "read/hunt/by_row_id.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "read/hunt/cut_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP_FIRST = 16,
    SWEEP_BLOCK = 1000, // rows fetched at a time in a sweep: as many may be lost with a bad one
    FIRST_TRUST_MAX = 4,
    SLOW_MS = 1000, // a group that took longer is not one that an index found: smaller ones follow
};

void
by_row_id_init(struct by_row_id *by, struct source *source, struct workaround *workaround,
    const struct read_request *request, size_t max_bytes)
{
    const struct table *table = request->table;

    *by = (struct by_row_id){
        .source = source,
        .workaround = workaround,
        .request = *request,
        .max_bytes = max_bytes,
        .group_size = GROUP_FIRST,
        .group_max = ROW_IDS_A_GROUP,
        .is_sweeping = true,
        .first_trust = 1,
    };
    by->wide = *table;
    by->wide.key = NULL;
    by->wide.columns = mem_calloc(table->column_count + 1, sizeof *by->wide.columns);
    memcpy(by->wide.columns, table->columns, table->column_count * sizeof *table->columns);
    by->wide.columns[by->wide.column_count++] = *source_capabilities(source).row_id;
    by->batch.column_count = table->column_count;
}

void
by_row_id_release(struct by_row_id *by)
{
    if (by->workaround != NULL)
        by->workaround->bad_rows.sample.count = 0;
    if (by->wide.columns == NULL)
        return;
    cursor_close(by->cursor);
    narrow_release(&by->narrow);
    row_id_list_release(&by->list);
    free(by->wide.columns);
    free(by->left_out);
    memset(by, 0, sizeof *by);
}

// ---- which rows there are ----------------------------------------------------------------------

// A list without order of the ids in the part. The key's columns come with them where the part is
// told by the key.
static void
narrow_to_ids(const struct by_row_id *by, struct narrow *narrow)
{
    const struct table *wide = &by->wide;
    bool *is_left_out = mem_calloc(wide->column_count, sizeof *is_left_out);
    bool needs_key = by->request.part != KEY_PART_ALL;
    struct table keyed = *wide;

    keyed.key = needs_key ? by->request.key : NULL;
    for (size_t i = 0; i + 1 < wide->column_count; i++)
        is_left_out[i] = !key_has_column(keyed.key, (int)i);
    narrow_init(narrow, &keyed, is_left_out);
    narrow->wide = NULL; // it was ours
    free(is_left_out);
}

static bool
add_ids(
    struct by_row_id *by, struct row_id_list *list, const struct batch *batch, struct error *err)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *id = &batch->cells[(r + 1) * batch->column_count - 1];
        bool is_full = false;

        if (id->bytes != NULL && row_id_list_add(list, id->bytes, id->size, &is_full))
            continue;
        return workaround_refuse_row_ids(by->workaround, err,
            is_full ? "the table has more rows than memory_mb leaves room for"
                    : "a ROWID came that is no decimal number");
    }
    return true;
}

static bool
read_ids(struct by_row_id *by, struct row_id_list *list, struct error *err)
{
    struct read_request request = by->request;
    struct narrow narrow;
    const struct batch *batch;
    struct cursor *cursor = NULL;
    bool done;

    narrow_to_ids(by, &narrow);
    request.table = &narrow.table;
    request.key = narrow.table.key;
    done = source_open_cursor(by->source, &request, &cursor, err);
    do {
        done = done && cursor_fetch(cursor, &batch, err);
        if (!done)
            break;
        done = add_ids(by, list, batch, err);
    } while (done && batch->row_count > 0);
    cursor_close(cursor);
    narrow_release(&narrow);
    if (!done && workaround_helps(err))
        err->kind = ERROR_TABLE; // there is no value in an id
    return done || workaround_refuse_row_ids(by->workaround, err, NULL);
}

// An id that is met twice may be that of a row which moved meanwhile: all are listed once more.
static bool
list_ids(struct by_row_id *by, struct row_id_list *list, struct error *err)
{
    for (int round = 0; round < 2; round++) {
        row_id_list_release(list);
        row_id_list_init(list, by->max_bytes);
        if (!read_ids(by, list, err))
            return false;
        if (row_id_list_sort(list))
            return true;
    }
    return workaround_refuse_row_ids(by->workaround, err, "several rows have the same ROWID");
}

// Ids that led to no row and are still listed wait again, once: a row that moves may be missed.
static bool
look_for_missing(struct by_row_id *by, struct error *err)
{
    struct row_id_list again = { .count = 0 };
    size_t still_there = 0;
    bool done;

    done = list_ids(by, &again, err);
    for (size_t i = 0; done && i < by->list.count; i++) {
        if (by->list.states[i] != ROW_ID_MISSING ||
            !row_id_list_is(&again, by->list.ids[i], ROW_ID_WAITING))
            continue;
        by->list.states[i] = ROW_ID_WAITING;
        still_there++;
    }
    row_id_list_release(&again);
    if (!done)
        return false;
    if (still_there > 0 && by->is_checked)
        return workaround_refuse_row_ids(
            by->workaround, err, "rows that are listed are not found by their ROWID");
    by->is_checked = true;
    by->missing_count = 0;
    by->list.next = 0;
    return true;
}

// Rows of the part by their ids, without what else tells the part.
static struct read_request
ask_for(const struct read_request *part, const int64_t *ids, size_t count)
{
    struct read_request request = *part;

    request.part = KEY_PART_ALL;
    request.key = NULL;
    request.beyond = request.up_to = NULL;
    request.only_ids = (struct row_ids){ .ids = ids, .count = count };
    return request;
}

// ---- one row -----------------------------------------------------------------------------------

bool
by_row_id_read_row(struct workaround *workaround, struct source *source,
    const struct read_request *request, int64_t id, struct unread_row *row, struct error *err)
{
    const struct read_request one = ask_for(request, &id, 1);
    char text[ROW_ID_TEXT_MAX + 2];
    bool done;

    (void)text_print(text, sizeof text, "%" PRId64, id);
    workaround->row_id = text;
    done = workaround_read_row(workaround, source, &one, row, err);
    workaround->row_id = NULL;
    if (!done && source_row_is_gone(source, err)) {
        error_clear(err);
        row->batch.row_count = 0;
        return true;
    }
    if (done && row->found > 1)
        return workaround_refuse_row_ids(workaround, err, "a ROWID leads to more than one row");
    return done || workaround_refuse_row_ids(workaround, err, NULL);
}

// The row is out of the way of the next sweep, if there is to be one.
static void
sweep_again(struct by_row_id *by, int64_t bad_id)
{
    if (by->bad_count == ROW_ID_SWEEPS_MAX || workaround_is_spent(by->workaround))
        return;
    by->left_out[by->known_count + by->bad_count++] = bad_id;
    by->is_sweeping = true;
}

static void
found_bad(struct by_row_id *by, bool was_behind_sweep)
{
    if (by->suspects > 0 && by->first_trust < FIRST_TRUST_MAX)
        by->first_trust++;
    by->suspects = 0;
    by->is_behind_sweep = false;
    if (was_behind_sweep)
        sweep_again(by, by->ids[0]);
}

static bool
read_alone(
    struct by_row_id *by, struct unread_row *row, const struct batch **batch, struct error *err)
{
    bool was_behind_sweep = by->is_behind_sweep;
    bool is_found;

    by->suspects = by->suspects_behind;
    by->suspects_behind = 0;
    by->is_behind_sweep = was_behind_sweep && by->suspects > 0;
    if (row_id_list_waiting(&by->list, by->ids, 1) == 0)
        return true;
    if (!by_row_id_read_row(by->workaround, by->source, &by->request, by->ids[0], row, err))
        return false;
    is_found = row->batch.row_count > 0;
    (void)row_id_list_mark(&by->list, by->ids[0], is_found ? ROW_ID_READ : ROW_ID_MISSING);
    by->missing_count += is_found ? 0 : 1;
    if (is_found && !row->is_whole)
        found_bad(by, was_behind_sweep);
    else if (by->suspects > 0)
        by->first_trust--;
    *batch = &row->batch;
    return true;
}

// ---- a group -----------------------------------------------------------------------------------

static bool
has_bad_column(const struct by_row_id *by)
{
    return memchr(by->workaround->is_bad, true, by->request.table->column_count) != NULL;
}

static bool
open_group(struct by_row_id *by, struct error *err)
{
    bool *is_left_out = mem_calloc(by->wide.column_count, sizeof *is_left_out);
    struct read_request request = ask_for(&by->request, by->ids, by->id_count);

    if (by->is_piece)
        memcpy(is_left_out, by->workaround->is_bad, by->batch.column_count * sizeof *is_left_out);
    narrow_release(&by->narrow);
    narrow_init(&by->narrow, &by->wide, is_left_out);
    free(is_left_out);
    request.table = &by->narrow.table;
    by->opened_ms = clock_steady_ms();
    by->workaround->query_count += by->suspects > 0 ? 1 : 0;
    return source_open_cursor(by->source, &request, &by->cursor, err);
}

static bool
open_sweep(struct by_row_id *by, struct error *err)
{
    bool *is_left_out = mem_calloc(by->wide.column_count, sizeof *is_left_out);
    struct read_request request = by->request;

    by->is_piece = false;
    narrow_release(&by->narrow);
    narrow_init(&by->narrow, &by->wide, is_left_out);
    free(is_left_out);
    request.table = &by->narrow.table;
    request.except_ids =
        (struct row_ids){ .ids = by->left_out, .count = by->known_count + by->bad_count };
    request.block_rows = SWEEP_BLOCK;
    by->id_count = 0;
    by->workaround->query_count += by->sweep_count++ > 0 ? 1 : 0;
    return source_open_cursor(by->source, &request, &by->cursor, err);
}

static void
end_sweep(struct by_row_id *by)
{
    cursor_close(by->cursor);
    by->cursor = NULL;
    by->is_sweeping = false;
}

// The row in place, without a value that the session may have cut.
static bool
settle_cut(struct by_row_id *by, struct cell *cells, int64_t id, struct unread_row *plain,
    struct error *err)
{
    size_t query_count = by->workaround->query_count;

    if (!cut_rows_is_wanted(by->workaround, cells))
        return true;
    if (!cut_rows_may_look(by->workaround, cells, err) ||
        !by_row_id_read_row(by->workaround, by->source, &by->request, id, plain, err))
        return false;
    by->workaround->query_count = query_count; // those are bounded by themselves
    cut_rows_take(by->workaround, plain, cells);
    return true;
}

// Marks the rows as read and takes the id from each: no row is handed out twice, by whichever
// statements it comes. A row that moves may be met twice; one that is
// new stands in no list.
static bool
take_rows(
    struct by_row_id *by, const struct batch *wide, struct unread_row *plain, struct error *err)
{
    size_t count = by->batch.column_count;
    struct cell *cells = wide->cells;
    size_t taken = 0;

    by->batch.size_bytes = wide->size_bytes;
    by->batch.has_too_long = wide->has_too_long;
    by->batch.cells = cells;
    if (wide->has_cut)
        cut_rows_begin(by->workaround);
    for (size_t r = 0; r < wide->row_count; r++) {
        const struct cell *id = &cells[r * (count + 1) + count];
        int64_t number = 0;
        bool is_number = id->bytes != NULL && row_id_parse(id->bytes, id->size, &number);

        if (is_number && row_id_list_is(&by->list, number, ROW_ID_READ))
            continue;
        if (is_number && by->is_sweeping && !row_id_list_is(&by->list, number, ROW_ID_WAITING))
            continue;
        if (!is_number || !row_id_list_mark(&by->list, number, ROW_ID_READ))
            return workaround_refuse_row_ids(
                by->workaround, err, "a row came with another ROWID than was asked for");
        if (wide->has_cut && !settle_cut(by, &cells[r * (count + 1)], number, plain, err))
            return false;
        memmove(&cells[taken++ * count], &cells[r * (count + 1)], count * sizeof *cells);
    }
    by->batch.row_count = taken;
    for (size_t i = 0; by->is_piece && i < count; i++)
        by->workaround->without[i] += by->workaround->is_bad[i] ? (int64_t)taken : 0;
    return true;
}

static void
end_group(struct by_row_id *by)
{
    bool is_slow = clock_steady_ms() - by->opened_ms > SLOW_MS;

    cursor_close(by->cursor);
    by->cursor = NULL;
    for (size_t i = 0; i < by->id_count; i++) {
        if (row_id_list_is(&by->list, by->ids[i], ROW_ID_WAITING)) {
            (void)row_id_list_mark(&by->list, by->ids[i], ROW_ID_MISSING);
            by->missing_count++;
        }
    }
    by->suspects -= by->suspects < by->id_count ? by->suspects : by->id_count;
    // Not where it was expected: the source sweeps in another order.
    by->is_behind_sweep = by->is_behind_sweep && by->suspects > 0;
    if (is_slow)
        by->group_max = by->group_size = by->group_size > 1 ? by->group_size / 2 : 1;
    else if (by->group_size < by->group_max && by->suspects == 0)
        by->group_size = 2 * by->group_size < by->group_max ? 2 * by->group_size : by->group_max;
}

// Nobody says that rows can be left out by their ROWID; without that they are read in groups.
static bool
gives_up_sweeps(struct by_row_id *by, struct error *err)
{
    if (!by->is_sweeping || by->bad_count == 0 || err->kind != ERROR_TABLE ||
        err->retry != RETRY_NEVER)
        return false;
    by->is_sweeping = false;
    by->bad_count = ROW_ID_SWEEPS_MAX;
    error_clear(err);
    return true;
}

// After a statement failed: true when reading can go on, closer to the row that cannot be read.
static bool
narrow_down(struct by_row_id *by, struct error *err)
{
    bool was_piece = by->is_piece;
    size_t waiting = 0;
    int column;

    cursor_close(by->cursor);
    by->cursor = NULL;
    if (!workaround_helps(err))
        return gives_up_sweeps(by, err) || workaround_refuse_row_ids(by->workaround, err, NULL);
    if (workaround_is_refused(by->workaround, by->source, err))
        return false;
    column = workaround_note(by->workaround, by->source, by->narrow.origin);
    if (workaround_wishes_no_cut(by->workaround, by->source, column, err))
        return false;
    for (size_t i = 0; i < by->id_count; i++)
        waiting += row_id_list_is(&by->list, by->ids[i], ROW_ID_WAITING);
    by->is_behind_sweep = by->is_behind_sweep || by->is_sweeping;
    if (by->is_sweeping)
        waiting = SWEEP_BLOCK;
    by->suspects = waiting;
    by->is_piece = workaround_gives_up(by->workaround) && has_bad_column(by);
    // Bad rows often follow each other: the first of all that wait costs one statement to try.
    if (by->is_sweeping && by->first_trust > 0 && !by->is_piece) {
        by->suspects_behind = waiting - 1;
        by->suspects = 1;
    }
    by->is_sweeping = false;
    // Of the key; or not known yet, and not named: the row is looked for, to learn the column.
    by->is_halving = was_piece && (column < 0 || !by->workaround->is_bad[column]);
    if (waiting == 0)
        return false;
    error_clear(err);
    return true;
}

// Without suspects as many as groups are quick for. With them the first half, in the order of the
// list: whether it fails or not, one half less is suspected. A piece takes all of them, for it
// leaves out the columns that made them fail.
static void
choose_group(struct by_row_id *by)
{
    size_t wanted = by->suspects == 0                 ? by->group_size
                    : by->is_piece && !by->is_halving ? by->suspects
                                                      : (by->suspects + 1) / 2;

    if (by->suspects == 0)
        by->is_piece = by->is_halving = false;
    by->id_count = row_id_list_waiting(
        &by->list, by->ids, wanted < ROW_IDS_A_GROUP ? wanted : ROW_IDS_A_GROUP);
}

static void
end_statement(struct by_row_id *by)
{
    if (by->is_sweeping)
        end_sweep(by);
    else
        end_group(by);
}

static bool
open_statement(struct by_row_id *by, struct error *err)
{
    return by->is_sweeping ? open_sweep(by, err) : open_group(by, err);
}

// *is_end: none is waiting. Otherwise a little was done, and there may be rows.
static bool
take_step(struct by_row_id *by, struct unread_row *row, const struct batch **batch, bool *is_end,
    struct error *err)
{
    bool is_new = by->cursor == NULL;
    const struct batch *narrow;

    if (is_new && by->suspects == 1 && (!by->is_piece || by->is_halving) && !by->is_sweeping)
        return read_alone(by, row, batch, err);
    if (is_new && !by->is_sweeping) {
        choose_group(by);
        *is_end = by->id_count == 0;
        if (*is_end)
            return true;
    }
    if ((is_new && !open_statement(by, err)) || !cursor_fetch(by->cursor, &narrow, err))
        return narrow_down(by, err);
    if (narrow->row_count == 0) {
        end_statement(by);
        return true;
    }
    *batch = &by->batch;
    return take_rows(by, narrow_widen(&by->narrow, narrow), row, err);
}

// Reads on until there are rows, or none is waiting.
static bool
read_on(struct by_row_id *by, struct unread_row *row, const struct batch **batch, struct error *err)
{
    bool is_end = false;

    while (!is_end && (*batch)->row_count == 0) {
        if (!take_step(by, row, batch, &is_end, err))
            return false;
    }
    return true;
}

// Evenly spread over the list; of few rows all.
static void
choose_sample(struct by_row_id *by)
{
    size_t count = by->list.count < ROW_IDS_A_SAMPLE ? by->list.count : ROW_IDS_A_SAMPLE;

    for (size_t i = 0; i < count; i++)
        by->sample[i] = by->list.ids[(2 * i + 1) * by->list.count / (2 * count)];
    by->workaround->bad_rows.sample = (struct row_ids){ .ids = by->sample, .count = count };
}

static bool
begin(struct by_row_id *by, const int64_t *known, size_t known_count, struct error *err)
{
    by->is_listed = true;
    by->known_count = known_count;
    by->left_out = mem_calloc(known_count + ROW_ID_SWEEPS_MAX, sizeof *by->left_out);
    if (known_count > 0)
        memcpy(by->left_out, known, known_count * sizeof *known);
    if (!list_ids(by, &by->list, err))
        return false;
    for (size_t i = 0; i < known_count; i++)
        (void)row_id_list_mark(&by->list, known[i], ROW_ID_READ);
    choose_sample(by);
    return true;
}

bool
by_row_id_fetch(struct by_row_id *by, const int64_t *known, size_t known_count,
    struct unread_row *row, const struct batch **batch, struct error *err)
{
    static const struct batch nothing = { .row_count = 0 };

    *batch = &nothing;
    if (!by->is_listed && !begin(by, known, known_count, err))
        return false;
    for (;;) {
        if (!read_on(by, row, batch, err))
            return false;
        if ((*batch)->row_count > 0 || by->missing_count == 0)
            return true;
        if (!look_for_missing(by, err))
            return false;
    }
}
