#include "method/differ_by_key.h"

#include "base/fault.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "method/row_again.h"
#include "method/differ.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ASKED_MAX = 200000, // rows that are read again by their key, if they are no small part
    SMALL_PART = 20,    // one of so many rows
    KEYS_AT_A_TIME = 500,
};

bool
differ_by_key_can(const struct table *table)
{
    return key_choice_is_exact(table);
}

void
differ_by_key_init(struct differ_by_key *by_key, const struct table *table)
{
    memset(by_key, 0, sizeof *by_key);
    source_digest_shape_init(&by_key->shape, table);
}

void
differ_by_key_release(struct differ_by_key *by_key)
{
    copy_stream_close(by_key->copy);
    free(by_key->is_left);
    by_key->copy = NULL;
    by_key->is_left = NULL;
}

// ---- while reading -----------------------------------------------------------------------------

static bool
has_null_key(const struct table *table, const struct cell *row)
{
    for (size_t i = 0; i < table->key->column_count; i++) {
        if (row[table->key->columns[i]].bytes == NULL)
            return true;
    }
    return false;
}

static bool
send_digest(struct differ *differ, const struct cell *row, struct error *err)
{
    struct differ_by_key *by_key = &differ->by_key;
    const struct key *key = differ->table->key;
    struct cell cells[SOURCE_DIGEST_COLUMNS_MAX];
    char digest[24];
    size_t size = text_print(digest, sizeof digest, "%" PRId64,
        (int64_t)digest_row(differ->task->digest, differ->table, row));

    cells[0] = (struct cell){ .bytes = digest, .size = size };
    for (size_t i = 0; i < key->column_count; i++)
        cells[i + 1] = row[key->columns[i]];
    return (by_key->copy != NULL || comparison_open_source_digests(
                                        differ->comparison, &by_key->shape, &by_key->copy, err)) &&
           copy_stream_send(by_key->copy, cells, err);
}

static bool
end_digests(struct differ_by_key *by_key, struct error *err)
{
    int64_t row_count;
    bool done = by_key->copy == NULL || copy_stream_finish(by_key->copy, &row_count, err);

    copy_stream_close(by_key->copy);
    by_key->copy = NULL;
    return done;
}

static void
make_room(struct differ_by_key *by_key, size_t row_count)
{
    if (row_count <= by_key->capacity)
        return;
    by_key->is_left = mem_realloc(by_key->is_left, row_count, sizeof *by_key->is_left);
    by_key->capacity = row_count;
}

// A connection has room for one COPY at a time: first the digests, then the candidates.
bool
differ_by_key_take(struct differ *differ, const struct batch *batch, struct error *err)
{
    struct differ_by_key *by_key = &differ->by_key;

    make_room(by_key, batch->row_count);
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row =
            row_sender_check(&differ->sender, &batch->cells[r * batch->column_count]);
        bool is_known = differ_is_known_row(differ, row);

        by_key->is_left[r] = !is_known && has_null_key(differ->table, row);
        if (!is_known && !by_key->is_left[r] && !send_digest(differ, row, err))
            return false;
    }
    if (!end_digests(by_key, err))
        return false;
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row = &batch->cells[r * batch->column_count];

        if (by_key->is_left[r] &&
            !row_sender_send(&differ->sender, row, row_sender_peek(&differ->sender, row), err))
            return false;
    }
    return row_sender_flush(&differ->sender, err) && row_sender_end(&differ->sender, err);
}

// ---- reading again -----------------------------------------------------------------------------

// The row was counted when it was first read: that is taken back here, and what comes of its key
// now is counted in its place, which may be none, or several.
static bool
read_again(
    struct differ *differ, const struct cell *values, struct unread_row *row, struct error *err)
{
    struct task *task = differ->task;

    if (task_is_cancelled(task, err) || !row_read_again(task, differ->table, values, row, err))
        return false;
    differ->found.again.rows_read--;
    task_add_progress(task, 0, 0);
    return differ_take_matching(differ, &row->batch, values, err);
}

static bool
read_wanted(struct differ *differ, struct error *err)
{
    size_t width = differ->table->key->column_count;
    struct unread_row row = { .batch = { .row_count = 0 } };
    struct arena arena;
    int64_t position = 0;
    struct cell *values;
    size_t count;
    bool done;

    arena_init(&arena);
    arena_init(&row.arena);
    do {
        arena_reset(&arena);
        done = comparison_next_wanted(
            differ->comparison, &arena, &position, KEYS_AT_A_TIME, &values, &count, err);
        for (size_t i = 0; done && i < count; i++)
            done = read_again(differ, &values[i * width], &row, err);
        done = done && row_sender_end(&differ->sender, err);
    } while (done && count > 0);
    arena_release(&row.arena);
    arena_release(&arena);
    return done;
}

// Each row that is read again takes a statement: many of them take longer than the whole table.
bool
differ_by_key_find(struct differ *differ, bool *is_too_much, struct error *err)
{
    int64_t asked_max = fault_setting("OE2PG_TEST_ASKED_ROWS", ASKED_MAX);
    int64_t wanted;

    *is_too_much = false;
    if (!comparison_match_source_digests(differ->comparison, &wanted, err))
        return false;
    *is_too_much = wanted > asked_max && wanted > differ_outcome(differ).rows_read / SMALL_PART;
    if (*is_too_much || wanted == 0)
        return true;
    task_set_phase(differ->task, PHASE_READING);
    return read_wanted(differ, err);
}
