#include "read/hunt/overwhelmed.h"

#include "base/mem.h"
#include "model/key_choice.h"
#include "model/narrow.h"
#include "read/limits.h"

#include <stdlib.h>

enum { FEW = 8, MANY = 500, PATIENCE = 10 };

static int64_t
find_most(const struct workaround *workaround)
{
    int64_t most = 0;

    for (size_t i = 0; i < workaround->table->column_count; i++) {
        if (workaround->bad_rows.counts[i] > most)
            most = workaround->bad_rows.counts[i];
    }
    return most;
}

// Several columns of a row may be bad in each: that one of them is good elsewhere says nothing of
// the others.
static bool
has_many(const struct workaround *workaround, size_t column, int64_t most, bool is_spent)
{
    int64_t bad = workaround->bad_rows.counts[column];

    return is_spent ? bad == most : bad >= OVERWHELMED_ROWS && 2 * bad >= workaround->row_count;
}

// Reads the column of these rows. *is_bad: some value of it is not to be had.
static bool
look_at(struct workaround *workaround, struct source *source, const struct read_request *rows,
    size_t column, bool *is_bad, struct error *err)
{
    size_t count = workaround->table->column_count;
    bool *is_left_out = mem_calloc(count, sizeof *is_left_out);
    struct read_request request = *rows;
    struct cursor *cursor = NULL;
    const struct batch *batch;
    struct narrow narrow;
    bool done;

    for (size_t i = 0; i < count; i++)
        is_left_out[i] = i != column && !key_has_column(rows->key, (int)i);
    narrow_init(&narrow, workaround->table, is_left_out);
    free(is_left_out);
    request.table = &narrow.table;
    request.key = rows->key != NULL ? narrow.table.key : NULL;
    workaround->query_count++;
    done = source_open_cursor(source, &request, &cursor, err);
    do
        done = done && cursor_fetch(cursor, &batch, err);
    while (done && batch->row_count > 0);
    cursor_close(cursor);
    narrow_release(&narrow);
    *is_bad = !done && (workaround_helps(err) || source_row_is_gone(source, err));
    if (*is_bad)
        error_clear(err);
    return done || *is_bad;
}

// The last rows of the key, while it is read from its first one.
static bool
look_at_end(struct workaround *workaround, struct source *source,
    const struct read_request *request, size_t column, size_t row_count, bool *is_bad,
    struct error *err)
{
    struct read_request last = *request;

    last.part = KEY_PART_NOT_NULL;
    last.after = last.beyond = last.up_to = NULL;
    last.except_count = 0;
    last.only_ids = last.except_ids = (struct row_ids){ .count = 0 };
    last.is_backward = true;
    last.row_limit = row_count;
    return look_at(workaround, source, &last, column, is_bad, err);
}

static bool
look_at_sample(struct workaround *workaround, struct source *source,
    const struct read_request *request, size_t column, size_t enough, bool *is_bad,
    struct error *err)
{
    size_t bad = 0;

    for (size_t i = 0; i < workaround->bad_rows.sample.count && bad < enough; i++) {
        struct read_request one = *request;

        one.only_ids = (struct row_ids){ .ids = &workaround->bad_rows.sample.ids[i], .count = 1 };
        if (!look_at(workaround, source, &one, column, is_bad, err))
            return false;
        bad += *is_bad;
    }
    *is_bad = bad >= enough;
    return true;
}

// *is_bad: so it is elsewhere.
static bool
look_elsewhere(struct workaround *workaround, struct source *source,
    const struct read_request *request, size_t column, bool is_spent, bool *is_bad,
    struct error *err)
{
    *is_bad = is_spent; // where nobody can be asked
    if (workaround->bad_rows.counts[column] >= OVERWHELMED_ROWS_MAX) {
        *is_bad = true;
        return true;
    }
    if (request->only_ids.count > 0)
        return workaround->bad_rows.sample.count == 0 ||
               look_at_sample(
                   workaround, source, request, column, is_spent ? 1 : FEW / 2, is_bad, err);
    return !key_choice_is_resumable(workaround->table) ||
           look_at_end(workaround, source, request, column, is_spent ? MANY : FEW, is_bad, err);
}

bool
overwhelmed(struct workaround *workaround, struct source *source,
    const struct read_request *request, struct error *err)
{
    int64_t most = find_most(workaround);
    bool is_spent = workaround_is_spent(workaround);
    bool has_looked = false;
    bool is_bad = false;

    if (workaround->settings->mirror.on_wide_value != WIDE_VALUE_BEST ||
        workaround->bad_rows.is_known || most < workaround->bad_rows.next_look)
        return false;
    for (size_t column = 0; column < workaround->table->column_count; column++) {
        if (!has_many(workaround, column, most, is_spent))
            continue;
        has_looked = true;
        if (!look_elsewhere(workaround, source, request, column, is_spent, &is_bad, err))
            return true;
        if (!is_bad)
            continue;
        workaround->wish = (struct way_wish){ .kind = WISH_LEFT_OUT, .column = column };
        (void)read_repeat(err, RETRY_BY_OTHER_WAY, "too many values of a column cannot be read");
        return true;
    }
    if (has_looked) {
        workaround->bad_rows.next_look = 4 * most;
        workaround->bad_rows.query_extra = PATIENCE * workaround->query_count;
    }
    return false;
}
