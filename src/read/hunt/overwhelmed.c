#include "read/hunt/overwhelmed.h"

#include "base/arena.h"
#include "base/mem.h"
#include "model/key_choice.h"
#include "model/narrow.h"
#include "read/limits.h"

#include <stdlib.h>

enum { FEW = 8, MANY = 500, PATIENCE = 10, FAR = 16 };

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

static struct read_request
without_bounds(const struct read_request *request, enum key_part part)
{
    struct read_request all = *request;

    all.part = part;
    all.after = all.beyond = all.up_to = NULL;
    all.except_count = 0;
    all.only_ids = all.except_ids = (struct row_ids){ .count = 0 };
    return all;
}

// The last rows of the key, while it is read from its first one.
static struct read_request
from_end(const struct read_request *request, size_t row_count)
{
    struct read_request last = without_bounds(request, KEY_PART_NOT_NULL);

    last.is_backward = true;
    last.row_limit = row_count;
    return last;
}

static bool
look_at_end(struct workaround *workaround, struct source *source,
    const struct read_request *request, size_t column, size_t row_count, bool *is_bad,
    struct error *err)
{
    const struct read_request last = from_end(request, row_count);

    return look_at(workaround, source, &last, column, is_bad, err);
}

// Keys of rows that stand apart.
struct picked {
    struct arena arena;
    struct key_position keys[FEW];
    size_t count;
};

static void
pick(struct picked *picked, const struct key *key, const struct cell *row)
{
    struct key_position *position = &picked->keys[picked->count++];

    position->count = key->column_count;
    position->values = arena_calloc(&picked->arena, key->column_count, sizeof *position->values);
    for (size_t i = 0; i < key->column_count; i++) {
        const struct cell *value = &row[key->columns[i]];

        position->values[i].bytes = arena_strndup(&picked->arena, value->bytes, value->size);
        position->values[i].size = value->size;
    }
}

// Of so many rows at the end of the key; none where a key among them cannot be read.
static bool
pick_from_end(struct workaround *workaround, struct source *source,
    const struct read_request *request, size_t row_count, struct picked *picked, struct error *err)
{
    size_t count = workaround->table->column_count;
    bool *is_left_out = mem_calloc(count, sizeof *is_left_out);
    struct read_request last = from_end(request, row_count);
    struct cursor *cursor = NULL;
    const struct batch *batch;
    struct narrow narrow;
    size_t at = 0;
    bool done;

    for (size_t i = 0; i < count; i++)
        is_left_out[i] = !key_has_column(request->key, (int)i);
    narrow_init(&narrow, workaround->table, is_left_out);
    free(is_left_out);
    last.table = &narrow.table;
    last.key = narrow.table.key;
    last.batch_rows = MANY;
    last.block_rows = 0;
    workaround->query_count++;
    done = source_open_cursor(source, &last, &cursor, err);
    while (done && (done = cursor_fetch(cursor, &batch, err)) && batch->row_count > 0) {
        for (size_t r = 0; r < batch->row_count; r++, at++) {
            if (at % (row_count / FEW) == 0 && picked->count < FEW)
                pick(picked, last.key, &batch->cells[r * batch->column_count]);
        }
    }
    cursor_close(cursor);
    narrow_release(&narrow);
    if (done || !workaround_helps(err))
        return done;
    error_clear(err);
    return true;
}

// The more bad rows were met, the farther from them is looked.
static bool
look_far_away(struct workaround *workaround, struct source *source,
    const struct read_request *request, size_t column, size_t row_count, bool *is_bad,
    struct error *err)
{
    struct read_request one = without_bounds(request, KEY_PART_EQUAL);
    struct picked picked = { .count = 0 };
    size_t bad = 0;
    bool done;

    arena_init(&picked.arena);
    done = pick_from_end(workaround, source, request, row_count, &picked, err);
    for (size_t i = 0; done && i < picked.count && bad < FEW / 2; i++) {
        one.after = &picked.keys[i];
        done = look_at(workaround, source, &one, column, is_bad, err);
        bad += done && *is_bad;
    }
    arena_release(&picked.arena);
    *is_bad = bad >= FEW / 2;
    return done;
}

// The row in hand says nothing of others.
static bool
is_in_hand(const struct read_request *request, int64_t id)
{
    return request->only_ids.count == 1 && request->only_ids.ids[0] == id;
}

// Other rows of the part, which is read by ids, that can be looked at.
static size_t
count_others(const struct workaround *workaround, const struct read_request *request)
{
    const struct row_ids *sample = &workaround->bad_rows.sample;
    size_t count = 0;

    for (size_t i = 0; request->only_ids.count > 0 && i < sample->count; i++)
        count += !is_in_hand(request, sample->ids[i]);
    return count;
}

// Where there are few rows, one good value is worth the others' statements.
static size_t
enough_of(size_t others, bool is_spent)
{
    return is_spent ? 1 : others < FEW - 1 ? others : FEW / 2;
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
        if (is_in_hand(request, one.only_ids.ids[0]))
            continue;
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
    struct read_request keyed = *request; // a row that is read by its id has a key as well
    size_t others = count_others(workaround, request);

    keyed.key = workaround->table->key;
    *is_bad = is_spent; // where nobody can be asked
    if (workaround->bad_rows.counts[column] >= OVERWHELMED_ROWS_MAX) {
        *is_bad = true;
        return true;
    }
    if (others > 0)
        return look_at_sample(
            workaround, source, request, column, enough_of(others, is_spent), is_bad, err);
    if (!key_choice_is_resumable(workaround->table))
        return true;
    if (is_spent || workaround->bad_rows.next_look == 0)
        return look_at_end(workaround, source, &keyed, column, is_spent ? MANY : FEW, is_bad, err);
    return look_far_away(workaround, source, &keyed, column,
        FAR * (size_t)workaround->bad_rows.counts[column], is_bad, err);
}

bool
overwhelmed(struct workaround *workaround, struct source *source,
    const struct read_request *request, struct error *err)
{
    int64_t most = find_most(workaround);
    bool is_spent = workaround_is_spent(workaround);
    bool has_looked = false;
    bool is_bad = false;
    int last_bad = -1;

    if (workaround->settings->mirror.on_wide_value != WIDE_VALUE_BEST ||
        workaround->bad_rows.is_known || (!is_spent && most < workaround->bad_rows.next_look))
        return false;
    for (size_t column = 0; column < workaround->table->column_count; column++) {
        if (!has_many(workaround, column, most, is_spent))
            continue;
        has_looked = true;
        if (!look_elsewhere(workaround, source, request, column, is_spent, &is_bad, err))
            return true;
        workaround->bad_rows.is_hopeless[column] = is_bad;
        last_bad = is_bad ? (int)column : last_bad;
    }
    if (last_bad >= 0) {
        (void)workaround_leave_column(workaround, (size_t)last_bad, err);
        return true;
    }
    if (has_looked) {
        workaround->bad_rows.next_look = 4 * most;
        workaround->bad_rows.query_extra = PATIENCE * workaround->query_count;
    }
    return false;
}
