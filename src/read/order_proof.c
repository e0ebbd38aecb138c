#include "read/order_proof.h"

#include "base/fault.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "read/limits.h"
#include "read/lookup.h"
#include "source/select_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
order_proof_init(struct order_proof *proof, bool is_on)
{
    memset(proof, 0, sizeof *proof);
    proof->is_on = is_on;
    buffer_init(&proof->largest_bytes, LOOKUP_KEY_CAP);
}

void
order_proof_release(struct order_proof *proof)
{
    buffer_release(&proof->largest_bytes);
}

// ---- which range is next -----------------------------------------------------------------------

static size_t
range_of(size_t prefix)
{
    return prefix > 0 ? prefix : 1;
}

bool
order_proof_is_bounded(const struct order_proof *proof, size_t prefix)
{
    int64_t unbounded = fault_setting("OE2PG_TEST_CUTS_UNBOUNDED", ORDER_CUTS_UNBOUNDED);

    return proof->has_largest &&
           (proof->cut_count >= unbounded || (proof->ended > 0 && prefix >= proof->ended));
}

// Rows of a range that never ended lead into another one of those with longer prefixes.
void
order_proof_leave(struct order_proof *proof, size_t prefix)
{
    proof->cut_count++;
    if (range_of(prefix) < proof->ended)
        proof->ended = 0;
}

enum order_next
order_proof_pass(struct order_proof *proof, size_t prefix, bool had_rows)
{
    size_t range = range_of(prefix);

    if (had_rows && proof->is_on) {
        if (proof->ended == 0 || range < proof->ended)
            proof->ended = range;
        return proof->ended > 1 || proof->has_largest ? ORDER_GO_ON : ORDER_AT_END;
    }
    return range == 1 ? ORDER_AT_END : ORDER_NEXT_RANGE;
}

bool
order_proof_is_complete(const struct order_proof *proof, const struct cell *position)
{
    if (proof->ended != 1 || !proof->has_largest)
        return false;
    for (size_t i = 0; i < proof->column_count; i++) {
        const struct cell *largest = &proof->largest[i];

        if (position[i].bytes == NULL || position[i].size != largest->size ||
            memcmp(position[i].bytes, largest->bytes, largest->size) != 0)
            return false;
    }
    return true;
}

// ---- asking ------------------------------------------------------------------------------------

// What the source refuses leaves a doubt; a lost connection and the like end the attempt.
bool
order_proof_is_refused(const struct error *err)
{
    return (err->kind == ERROR_TABLE || err->kind == ERROR_DATA) && err->retry == RETRY_NEVER;
}

static bool
take_count(struct cursor *cursor, int64_t *count, struct error *err)
{
    const struct batch *batch;
    char text[32];
    char *end = text;

    *count = 0;
    if (!cursor_fetch(cursor, &batch, err))
        return false;
    if (batch->row_count == 1 && batch->cells[0].bytes != NULL &&
        batch->cells[0].size < sizeof text) {
        (void)text_print(
            text, sizeof text, "%.*s", (int)batch->cells[0].size, batch->cells[0].bytes);
        *count = strtoll(text, &end, 10);
    }
    return (end > text && *end == '\0') ||
           error_set(err, ERROR_TABLE, "the source gave no number when its rows were counted");
}

// The rows of the part, or those of it up to a key, by the source's own comparison.
static bool
count_rows(struct source *source, const struct read_request *part, const struct cell *up_to,
    int64_t *count, struct error *err)
{
    struct column columns[KEY_COLUMNS_MAX + 1] = { select_count_column };
    uint16_t positions[KEY_COLUMNS_MAX];
    struct cell values[KEY_COLUMNS_MAX];
    struct key key = *part->key;
    struct table table = *part->table;
    struct key_position last = { .values = values, .count = key.column_count };
    struct read_request request = *part;
    struct cursor *cursor;
    bool done;

    for (size_t i = 0; i < key.column_count; i++) {
        columns[i + 1] = part->table->columns[key.columns[i]];
        positions[i] = (uint16_t)(i + 1);
        if (up_to != NULL)
            values[i] = up_to[i];
    }
    key.columns = positions;
    table.columns = columns;
    table.column_count = 1; // the others only stand in conditions
    table.key = request.key = &key;
    request.table = &table;
    if (up_to != NULL)
        request.up_to = &last;
    request.is_count = true;
    request.batch_rows = 2;
    if (!source_open_cursor(source, &request, &cursor, err))
        return false;
    done = take_count(cursor, count, err);
    cursor_close(cursor);
    return done;
}

static bool
read_largest(struct order_proof *proof, struct source *source, const struct table *keys,
    const struct read_request *part, struct error *err)
{
    struct read_request request = *part;
    const struct batch *batch;
    struct cursor *cursor;
    bool done;

    request.table = keys;
    request.key = keys->key;
    request.is_backward = true;
    request.row_limit = request.batch_rows = 1;
    if (!source_open_cursor(source, &request, &cursor, err))
        return false;
    done = cursor_fetch(cursor, &batch, err);
    if (done && batch->row_count > 0 && !batch->has_too_long) {
        proof->has_largest = true;
        for (size_t i = 0; i < keys->key->column_count; i++)
            proof->has_largest &= batch->cells[keys->key->columns[i]].bytes != NULL;
        done = lookup_keep_values(&proof->largest_bytes, proof->largest, batch->cells,
            keys->key->columns, keys->key->column_count, err);
    }
    cursor_close(cursor);
    return done;
}

// One that cannot be read is none.
static bool
ask_largest(struct order_proof *proof, struct source *source, const struct read_request *part,
    struct error *err)
{
    struct narrow narrow;
    bool done;

    proof->has_largest = false;
    lookup_narrow(&narrow, part->table);
    done = read_largest(proof, source, &narrow.table, part, err);
    narrow_release(&narrow);
    if (done || !order_proof_is_refused(err))
        return done;
    proof->has_largest = false;
    error_clear(err);
    return true;
}

bool
order_proof_begin(struct order_proof *proof, struct source *source, const struct read_request *part,
    bool has_position, struct error *err)
{
    if (!proof->is_on || proof->is_begun)
        return true;
    proof->is_begun = true;
    proof->is_whole = !has_position;
    proof->column_count = part->key->column_count;
    proof->is_documented = key_choice_order(part->table, part->key) == ORDER_DOCUMENTED;
    return ask_largest(proof, source, part, err);
}

// ---- judging -----------------------------------------------------------------------------------

bool
order_proof_condemn(const struct table *table, struct error *err, const char *format, ...)
{
    char why[400];
    va_list arguments;

    va_start(arguments, format);
    (void)text_vprint(why, sizeof why, format, arguments);
    va_end(arguments);
    (void)error_set(err, ERROR_TABLE,
        "the source orders the key of table \"%s\" in another way than it compares it: %s",
        table->name, why);
    err->retry = RETRY_BY_OTHER_KEY;
    return false;
}

static int64_t
distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

// Asks for a count that should be proof->row_count; it is asked for twice where it is not, for rows
// may come and go: a difference that is not larger than what is seen to move proves nothing, and
// those that count from then on are the source's.
static bool
check_count(struct order_proof *proof, struct source *source, const struct read_request *part,
    const struct cell *up_to, struct error *err)
{
    int64_t count;
    int64_t again;
    int64_t moved;

    if (!count_rows(source, part, up_to, &count, err))
        return false;
    if (count == proof->row_count)
        return true;
    if (!count_rows(source, part, up_to, &again, err))
        return false;
    moved = distance(count, again) + (up_to == NULL ? distance(count, proof->total) : 0);
    if (distance(count, proof->row_count) <= moved) {
        proof->row_count = again;
        return true;
    }
    return order_proof_condemn(part->table, err, "%" PRId64 " rows came %s, and it counts %" PRId64,
        proof->row_count, up_to != NULL ? "up to a key" : "in parts", count);
}

bool
order_proof_cut(struct order_proof *proof, struct source *source, const struct read_request *part,
    const struct cell *position, struct error *err)
{
    if (!proof->is_on || proof->is_documented || !proof->is_whole || proof->is_relied_on)
        return true;
    if (!check_count(proof, source, part, position, err) ||
        !count_rows(source, part, NULL, &proof->total, err) ||
        !ask_largest(proof, source, part, err))
        return false;
    proof->is_relied_on = true;
    return true;
}

bool
order_proof_end(struct order_proof *proof, struct source *source, const struct read_request *part,
    struct error *err)
{
    if (!proof->is_relied_on || proof->is_ended)
        return true;
    proof->is_ended = true;
    return check_count(proof, source, part, NULL, err);
}
