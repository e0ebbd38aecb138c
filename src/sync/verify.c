#include "sync/verify.h"

#include "base/clock.h"
#include "model/key_choice.h"
#include "report/output.h"
#include "sync/scan.h"
#include "target/ddl.h"

#include <inttypes.h>
#include <string.h>

enum {
    RECHECKED_MAX = 1000, // differing rows that are read again
    SHOWN_MAX = 20,
    ROUNDS_MAX = 3,
    RECHECKS = 2,
    RECHECK_PAUSE_MS = 500,
    REPORT_CAP = 1024 * 1024,
    VALUE_SHOWN_BYTES = 200,
};

struct verify {
    struct worker *worker;
    const struct table *table;
    struct scan scan;
    struct unread_row row; // asked for again
    struct difference *differences;
    bool *is_moving; // one a difference: it was gone when asked again
    size_t difference_count;
    struct verification *result;
    struct buffer report;
};

// ---- asking again ------------------------------------------------------------------------------

static void
ignore_unread(void *context, const struct unread *unread)
{
    (void)context;
    (void)unread;
}

// The row with this key as it is in the source now; *row is NULL when there is none, and valid
// until the next call.
static bool
read_row(struct verify *verify, const struct cell *key, const struct cell **row, struct error *err)
{
    struct worker *worker = verify->worker;
    struct cell values[KEY_COLUMNS_MAX];
    struct key_position equal = { .values = values, .count = verify->table->key->column_count };
    struct read_request request = {
        .table = verify->table,
        .part = KEY_PART_EQUAL,
        .key = verify->table->key,
        .after = &equal,
        .batch_rows = 1,
        .batch_bytes = worker->reading.batch_bytes,
        .value_bytes = worker->reading.value_bytes,
    };

    memcpy(values, key, equal.count * sizeof *values);
    *row = NULL;
    worker->around.sink = ignore_unread;
    if (!around_read_row(&worker->around, worker->source, &request, &verify->row, err))
        return false;
    if (verify->row.batch.row_count > 0)
        *row = row_sender_peek(&verify->scan.sender, verify->row.batch.cells);
    return true;
}

static bool
still_differs(
    struct verify *verify, const struct difference *difference, bool *differs, struct error *err)
{
    const struct cell *row;

    if (!read_row(verify, difference->key, &row, err))
        return false;
    if (difference->kind == DIFFERENCE_MISSING)
        *differs = row != NULL;
    else
        *differs = row == NULL || digest_row(&verify->worker->shared->digest, verify->table, row) !=
                                      difference->mirror_digest;
    return true;
}

static bool
recheck(struct verify *verify, struct error *err)
{
    for (int round = 0; round < RECHECKS; round++) {
        clock_sleep_ms(RECHECK_PAUSE_MS);
        for (size_t i = 0; i < verify->difference_count; i++) {
            bool differs = true;

            if (verify->is_moving[i])
                continue;
            if (worker_is_cancelled(verify->worker, err) ||
                !still_differs(verify, &verify->differences[i], &differs, err))
                return false;
            verify->is_moving[i] = !differs;
            worker_add_progress(verify->worker, 0, 0);
        }
    }
    return true;
}

static void
count_moving(struct verify *verify)
{
    struct verification *result = verify->result;

    for (size_t i = 0; i < verify->difference_count; i++) {
        if (!verify->is_moving[i])
            continue;
        result->moving++;
        result->missing -= verify->differences[i].kind == DIFFERENCE_MISSING;
        result->changed -= verify->differences[i].kind == DIFFERENCE_CHANGED;
        result->surplus -= verify->differences[i].kind == DIFFERENCE_SURPLUS;
    }
}

// ---- telling -----------------------------------------------------------------------------------

static void
append_value(struct buffer *out, const struct cell *value)
{
    size_t size = value->size < VALUE_SHOWN_BYTES ? value->size : VALUE_SHOWN_BYTES;

    if (value->bytes == NULL) {
        buffer_append_text(out, "NULL");
        return;
    }
    while (size > 0 && size < value->size && ((unsigned char)value->bytes[size] & 0xC0) == 0x80)
        size--;
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < size; i++)
        buffer_append_byte(out, (unsigned char)value->bytes[i] < 0x20 ? ' ' : value->bytes[i]);
    buffer_append_text(out, size < value->size ? "…\"" : "\"");
}

static void
append_key(struct verify *verify, const struct difference *difference)
{
    const struct key *key = verify->table->key;

    for (size_t i = 0; key != NULL && i < key->column_count; i++) {
        buffer_printf(&verify->report, "%s%s=", i > 0 ? " " : "",
            verify->table->columns[key->columns[i]].name);
        append_value(&verify->report, &difference->key[i]);
    }
}

static bool
is_same_value(struct verify *verify, enum value_kind kind, const struct cell *source,
    const struct cell *mirror, struct cell *shown)
{
    struct buffer hex;

    *shown = *source;
    if (kind == VALUE_BINARY && source->bytes != NULL) {
        buffer_init(&hex, REPORT_CAP);
        buffer_append_text(&hex, "\\x");
        for (size_t i = 0; i < source->size && !hex.failed; i++)
            buffer_printf(&hex, "%02x", (unsigned char)source->bytes[i]);
        shown->bytes = arena_strndup(&verify->worker->arena, buffer_text(&hex), hex.size);
        shown->size = hex.size;
        buffer_release(&hex);
    }
    return (shown->bytes == NULL) == (mirror->bytes == NULL) && shown->size == mirror->size &&
           (shown->bytes == NULL || memcmp(shown->bytes, mirror->bytes, shown->size) == 0);
}

static void
append_columns(struct verify *verify, const struct cell *row, const struct cell *mirror_row)
{
    bool with_values = verify->worker->shared->settings->mirror.verify_values;
    const char *gap = ": ";

    for (size_t i = 0; i < verify->table->column_count; i++) {
        const struct column *column = &verify->table->columns[i];
        struct cell shown;

        if (is_same_value(verify, column->kind, &row[i], &mirror_row[i], &shown))
            continue;
        buffer_printf(&verify->report, "%s%s", gap, column->name);
        gap = ", ";
        if (!with_values)
            continue;
        buffer_append_text(&verify->report, " source ");
        append_value(&verify->report, &shown);
        buffer_append_text(&verify->report, " mirror ");
        append_value(&verify->report, &mirror_row[i]);
    }
}

static bool
show_difference(struct verify *verify, const struct difference *difference, struct error *err)
{
    static const char *const names[] = { "missing", "changed", "surplus" };
    const struct cell *row;
    bool done = true;

    buffer_printf(&verify->report, "  %s  ", names[difference->kind]);
    append_key(verify, difference);
    if (difference->kind == DIFFERENCE_CHANGED) {
        done = read_row(verify, difference->key, &row, err);
        if (done && row != NULL)
            append_columns(verify, row, difference->mirror_row);
    }
    buffer_append_byte(&verify->report, '\n');
    return done;
}

static bool
write_report(struct verify *verify, struct error *err)
{
    const struct verification *result = verify->result;
    size_t shown = 0;

    if (result->is_equal)
        buffer_printf(&verify->report, "%s: equal, %" PRId64 " rows", verify->table->target_name,
            result->row_count);
    else
        buffer_printf(&verify->report,
            "%s: DIFFERENT: %" PRId64 " changed, %" PRId64 " missing in the mirror, %" PRId64
            " only in the mirror, of %" PRId64 " rows",
            verify->table->target_name, result->changed, result->missing, result->surplus,
            result->row_count);
    if (result->moving > 0)
        buffer_printf(&verify->report, " (%" PRId64 " more were moving)", result->moving);
    buffer_append_byte(&verify->report, '\n');
    for (size_t i = 0; i < verify->difference_count && shown < SHOWN_MAX; i++) {
        if (verify->is_moving[i] || verify->table->key == NULL)
            continue;
        shown++;
        if (!show_difference(verify, &verify->differences[i], err))
            return false;
    }
    output_write(buffer_text(&verify->report));
    return true;
}

// ---- one table ---------------------------------------------------------------------------------

static bool
compare(struct verify *verify, struct error *err)
{
    bool is_second = false;
    bool is_current = false;

    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (round > 0)
            scan_release(&verify->scan);
        verify->scan = (struct scan){
            .worker = verify->worker,
            .schema = verify->worker->shared->settings->target.schema,
            .table = verify->table,
        };
        if (!scan_run(&verify->scan, &is_current, err))
            return false;
        // Where a row cannot be asked for again by its key, the whole table is read again.
        if (is_current && (is_second || key_choice_is_resumable(verify->table) ||
                              !comparison_has_changes(&verify->scan.counts)))
            return true;
        is_second = is_current;
    }
    error_set(err, ERROR_TABLE, "the mirror changed in each of %d comparisons", ROUNDS_MAX);
    return error_hint(err, "See who writes to the mirrored table.");
}

static bool
judge(struct verify *verify, struct error *err)
{
    struct worker *worker = verify->worker;
    struct verification *result = verify->result;
    const struct difference_counts *counts = &verify->scan.counts;

    *result = (struct verification){
        .row_count = verify->scan.mirror_rows,
        .missing = counts->to_insert,
        .changed = counts->to_update,
        .surplus = counts->to_delete,
    };
    if (!differences_list(verify->scan.comparison, &worker->arena, RECHECKED_MAX,
            &verify->differences, &verify->difference_count, err))
        return false;
    verify->is_moving =
        arena_calloc(&worker->arena, verify->difference_count, sizeof *verify->is_moving);
    if (verify->difference_count > 0 && key_choice_is_resumable(verify->table) &&
        !recheck(verify, err))
        return false;
    count_moving(verify);
    result->is_equal = result->missing + result->changed + result->surplus == 0;
    return true;
}

static bool
save(struct verify *verify, struct error *err)
{
    struct worker *worker = verify->worker;

    return target_begin(worker->target, err) &&
           verification_save(
               worker->target, &worker->shared->claim, verify->table, verify->result, err) &&
           target_commit(worker->target, err);
}

// A column that the mirror does not have yet makes every row differ.
static bool
check_shape(struct verify *verify, bool *is_same, struct error *err)
{
    struct worker *worker = verify->worker;
    struct relation relation;

    *is_same = false;
    if (!ddl_find(worker->target, &worker->arena, worker->shared->settings->target.schema,
            verify->table->target_name, &relation, err))
        return false;
    if (!relation.exists) {
        buffer_printf(&verify->report, "%s: DIFFERENT: there is no such table in the mirror\n",
            verify->table->target_name);
        return true;
    }
    for (size_t i = 0; i < verify->table->column_count; i++) {
        const char *name = verify->table->columns[i].target_name;
        size_t at = 0;

        while (at < relation.column_count && strcmp(relation.columns[at], name) != 0)
            at++;
        if (at < relation.column_count)
            continue;
        buffer_printf(&verify->report, "%s: DIFFERENT: column \"%s\" is not in the mirror\n",
            verify->table->target_name, name);
        return true;
    }
    *is_same = true;
    return true;
}

bool
verify_table(struct worker *worker, const struct table *table, struct verification *verification,
    struct error *err)
{
    struct verify verify = { .worker = worker, .table = table, .result = verification };
    bool is_same;
    bool done;

    *verification = (struct verification){ .is_equal = false };
    buffer_init(&verify.report, REPORT_CAP);
    arena_init(&verify.row.arena);
    done = check_shape(&verify, &is_same, err);
    if (done && !is_same) {
        output_write(buffer_text(&verify.report));
    } else if (done) {
        done = compare(&verify, err) && judge(&verify, err) && write_report(&verify, err) &&
               save(&verify, err);
        scan_release(&verify.scan);
    }
    buffer_release(&verify.report);
    arena_release(&verify.row.arena);
    return done;
}
