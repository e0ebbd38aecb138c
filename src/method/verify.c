#include "method/early_end.h"
#include "method/verify.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "model/name_list.h"
#include "plan/shape_diff.h"
#include "report/output.h"
#include "method/row_again.h"
#include "method/differ.h"
#include "method/exceptions.h"
#include "method/telling.h"
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
};

struct verify {
    struct task *task;
    const struct table *table;
    struct differ differ;
    struct unread_row row; // asked for again
    struct difference *differences;
    bool *is_moving; // one a difference: it was gone when asked again
    size_t difference_count;
    struct outcome *outcome;
    struct verification *result; // the outcome's
    struct exceptions exceptions;
    struct buffer report;
    const char *stale; // lines about old values; NULL: not looked for
};

// ---- asking again ------------------------------------------------------------------------------

// The row with this key as it is in the source now; *row is NULL when there is none, and valid
// until the next call.
static bool
read_row(struct verify *verify, const struct cell *key, const struct cell **row, struct error *err)
{
    *row = NULL;
    if (!row_read_again(verify->task, verify->table, key, &verify->row, err))
        return false;
    if (verify->row.batch.row_count > 0)
        *row = row_sender_peek(&verify->differ.sender, verify->row.batch.cells);
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
        *differs = row == NULL || digest_row(verify->task->digest, verify->table, row) !=
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
            if (task_is_cancelled(verify->task, err) ||
                !still_differs(verify, &verify->differences[i], &differs, err))
                return false;
            verify->is_moving[i] = !differs;
            task_add_progress(verify->task, 0, 0);
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

static bool
is_same(const struct verify *verify, const struct column *column, const struct cell *source,
    const struct mirror_value *mirror)
{
    return (source->bytes == NULL) == mirror->is_null &&
           digest_value(verify->task->digest, column, source) == mirror->digest;
}

static void
append_columns(struct verify *verify, const struct cell *row, const struct mirror_value *mirror)
{
    const char *gap = ": ";

    for (size_t i = 0; i < verify->table->column_count; i++) {
        const struct column *column = &verify->table->columns[i];

        if (is_same(verify, column, &row[i], &mirror[i]))
            continue;
        buffer_printf(&verify->report, "%s%s", gap, column->name);
        gap = ", ";
        buffer_append_text(&verify->report, " source ");
        telling_source_value(&verify->report, column->kind, &row[i]);
        buffer_append_text(&verify->report, " mirror ");
        telling_value(&verify->report, &mirror[i].start, mirror[i].size);
    }
}

// The row on both sides as it is now; either is NULL when it is gone. Valid until the next call.
static bool
read_both(struct verify *verify, const struct difference *difference, const struct cell **row,
    struct mirror_value **mirror, struct error *err)
{
    *mirror = NULL;
    *row = NULL;
    return differences_read_row(verify->differ.comparison, &verify->task->arena, difference,
               TELLING_BYTES + 1, mirror, err) &&
           read_row(verify, difference->key, row, err);
}

static bool
append_changes(struct verify *verify, const struct difference *difference, struct error *err)
{
    const struct cell *row;
    struct mirror_value *mirror;
    bool done = read_both(verify, difference, &row, &mirror, err);

    if (done && row != NULL && mirror != NULL)
        append_columns(verify, row, mirror);
    return done;
}

static bool
show_difference(struct verify *verify, const struct difference *difference, struct error *err)
{
    static const char *const names[] = { "missing", "changed", "surplus" };

    buffer_printf(&verify->report, "  %s  ", names[difference->kind]);
    telling_key(&verify->report, verify->table, difference->key);
    if (difference->kind == DIFFERENCE_CHANGED && !append_changes(verify, difference, err))
        return false;
    buffer_append_byte(&verify->report, '\n');
    return true;
}

static bool
show_differences(struct verify *verify, struct error *err)
{
    size_t shown = 0;

    for (size_t i = 0; i < verify->difference_count && shown < SHOWN_MAX; i++) {
        if (verify->is_moving[i])
            continue;
        shown++;
        if (!show_difference(verify, &verify->differences[i], err))
            return false;
    }
    return true;
}

static bool
tally_columns(
    struct verify *verify, const struct difference *difference, size_t *tally, struct error *err)
{
    const struct cell *row;
    struct mirror_value *mirror;
    bool done = read_both(verify, difference, &row, &mirror, err);

    for (size_t i = 0; done && row != NULL && mirror != NULL && i < verify->table->column_count;
         i++)
        tally[i] += !is_same(verify, &verify->table->columns[i], &row[i], &mirror[i]);
    return done;
}

static void
append_tally(struct verify *verify, const size_t *tally, size_t looked_at)
{
    const char *gap = "";

    buffer_printf(&verify->report, "  changed in %zu of them: ", looked_at);
    for (size_t i = 0; i < verify->table->column_count; i++) {
        if (tally[i] == 0)
            continue;
        buffer_printf(&verify->report, "%s%s (%zu)", gap, verify->table->columns[i].name, tally[i]);
        gap = ", ";
    }
    buffer_append_byte(&verify->report, '\n');
}

// Keys are values too: they are shown on request alone. In their place, which columns differ.
static bool
count_differences(struct verify *verify, struct error *err)
{
    size_t *tally = arena_calloc(&verify->task->arena, verify->table->column_count, sizeof *tally);
    size_t looked_at = 0;

    for (size_t i = 0; i < verify->difference_count && looked_at < SHOWN_MAX; i++) {
        if (verify->is_moving[i] || verify->differences[i].kind != DIFFERENCE_CHANGED)
            continue;
        looked_at++;
        if (!tally_columns(verify, &verify->differences[i], tally, err))
            return false;
    }
    if (looked_at > 0)
        append_tally(verify, tally, looked_at);
    buffer_append_text(&verify->report, "  which rows: oe2pg verify --values\n");
    return true;
}

static bool
describe_differences(struct verify *verify, struct error *err)
{
    if (verify->table->key == NULL) {
        buffer_append_text(
            &verify->report, "  which rows: not to be told, for the table has no key\n");
        return true;
    }
    return verify->task->settings->mirror.verify_values ? show_differences(verify, err)
                                                        : count_differences(verify, err);
}

static bool
has_left_out(const struct verify *verify)
{
    return verify->task->altered.count > 0;
}

static bool
has_differences(const struct verification *result)
{
    return result->missing + result->changed + result->surplus > 0;
}

// A column that is not compared is not equal.
static void
append_left_out(struct verify *verify)
{
    const struct altered *altered = &verify->task->altered;

    for (size_t i = 0; i < altered->whole->column_count; i++) {
        if (altered->is_left_out[i])
            buffer_printf(&verify->report, "%s: DIFFERENT: %s, so it is not compared\n",
                verify->table->target_name, altered->why[i]);
    }
}

// What is missing in the mirror though nothing differs: known exceptions, and others.
static void
append_exceptions(struct verify *verify)
{
    const struct exceptions *exceptions = &verify->exceptions;
    struct buffer *report = &verify->report;

    if (exceptions_sum(exceptions->recorded) > 0 && !verify->result->is_equal) {
        buffer_append_text(report, "; ");
        exceptions_describe(report, exceptions->recorded);
        buffer_append_text(report, " in quarantine");
    }
    if (exceptions_sum(exceptions->unrecorded) > 0) {
        buffer_append_text(report, "; ");
        exceptions_describe(report, exceptions->unrecorded);
        buffer_append_text(report, " of the source cannot be mirrored, and no run has put that "
                                   "into quarantine yet: run oe2pg");
    }
}

static void
append_verdict(struct verify *verify)
{
    const struct verification *result = verify->result;
    const struct exceptions *exceptions = &verify->exceptions;
    struct buffer *report = &verify->report;

    if (has_left_out(verify) && !has_differences(result)) {
        buffer_printf(
            report, "DIFFERENT: the other columns are equal, %" PRId64 " rows", result->row_count);
    } else if (result->is_equal && exceptions_sum(exceptions->recorded) > 0) {
        buffer_append_text(report, "equal but for ");
        exceptions_describe(report, exceptions->recorded);
        buffer_printf(report, " in quarantine, %" PRId64 " rows", result->row_count);
    } else if (result->is_equal) {
        buffer_printf(report, "equal, %" PRId64 " rows", result->row_count);
    } else {
        buffer_printf(report,
            "DIFFERENT: %" PRId64 " changed, %" PRId64 " missing in the mirror, %" PRId64
            " only in the mirror, of %" PRId64 " rows",
            result->changed, result->missing, result->surplus, result->row_count);
    }
}

static void
append_which(struct verify *verify)
{
    const struct exceptions *exceptions = &verify->exceptions;

    if (exceptions_sum(exceptions->recorded) + exceptions_sum(exceptions->unrecorded) == 0)
        return;
    if (exceptions->with_values)
        buffer_append_text(&verify->report, buffer_text(&exceptions->lines));
    else
        buffer_append_text(&verify->report,
            "  what cannot be mirrored: oe2pg verify --values, or oe2pg status --quarantine\n");
}

static void
tell(struct verify *verify)
{
    if (verify->task->settings->mirror.as_json)
        verify->outcome->report = mem_strdup(buffer_text(&verify->report));
    else
        output_write(buffer_text(&verify->report));
}

static bool
write_report(struct verify *verify, struct error *err)
{
    const struct verification *result = verify->result;

    append_left_out(verify);
    buffer_printf(&verify->report, "%s: ", verify->table->target_name);
    append_verdict(verify);
    if (result->moving > 0)
        buffer_printf(&verify->report, " (%" PRId64 " more were moving)", result->moving);
    append_exceptions(verify);
    buffer_append_byte(&verify->report, '\n');
    if (has_differences(result) && !describe_differences(verify, err))
        return false;
    append_which(verify);
    if (verify->stale != NULL)
        buffer_append_text(&verify->report, verify->stale);
    tell(verify);
    return true;
}

// ---- one table ---------------------------------------------------------------------------------

static bool
compare(struct verify *verify, struct error *err)
{
    bool is_second = false;
    bool is_whole = false;
    bool is_current = false;

    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (round > 0)
            differ_release(&verify->differ);
        exceptions_reset(&verify->exceptions);
        verify->differ = (struct differ){
            .task = verify->task,
            .schema = verify->task->settings->target.schema,
            .table = verify->table,
            .exceptions = &verify->exceptions,
            .is_whole = is_whole,
        };
        if (!differ_run(&verify->differ, &is_current, err))
            return false;
        is_whole = verify->differ.is_whole;
        // Where a row cannot be asked for again by its key, the whole table is read again.
        if (is_current &&
            (is_second || key_choice_is_exact(verify->table) || verify->table->is_read_whole ||
                !comparison_has_changes(&verify->differ.found.counts)))
            return true;
        is_second = is_current;
    }
    error_set(err, ERROR_TABLE, "the mirror changed in each of %d comparisons", ROUNDS_MAX);
    return error_hint(err, "See who writes to the mirrored table.");
}

// Of refused rows the read left out those that earlier runs recorded; any other one differs.
static bool
count_exceptions(struct verify *verify, struct error *err)
{
    struct differ *differ = &verify->differ;
    struct exceptions *exceptions = &verify->exceptions;
    int64_t known_rows = 0;

    if (!exceptions_take(
            exceptions, &differ->sender.quarantine, verify->task->target, verify->task->claim, err))
        return false;
    for (size_t i = 0; i < differ->known.count; i++)
        known_rows += differ->known.rows[i].met_by > 0;
    exceptions_end(exceptions, known_rows);
    verify->result->quarantined =
        exceptions_sum(exceptions->recorded) + (int64_t)verify->task->altered.count;
    verify->result->unrecorded = exceptions_sum(exceptions->unrecorded);
    return true;
}

static bool
judge(struct verify *verify, struct error *err)
{
    struct task *task = verify->task;
    struct verification *result = verify->result;
    const struct difference_counts *counts = &verify->differ.found.counts;
    int64_t row_count = differ_outcome(&verify->differ).rows_read;
    int64_t counted;

    if (early_end_is_likely(task, verify->table, row_count, &counted)) {
        if (!early_end_read_on(task, verify->table, err))
            return false;
        early_end_warn(verify->table, row_count, counted);
    }
    *result = (struct verification){
        .row_count = verify->differ.found.mirror_rows,
        .missing = counts->to_insert,
        .changed = counts->to_update,
        .surplus = counts->to_delete,
    };
    if (!count_exceptions(verify, err) ||
        !differences_list(verify->differ.comparison, &task->arena, RECHECKED_MAX,
            &verify->differences, &verify->difference_count, err))
        return false;
    verify->is_moving =
        arena_calloc(&task->arena, verify->difference_count, sizeof *verify->is_moving);
    if (verify->difference_count > 0 && key_choice_is_exact(verify->table) && !recheck(verify, err))
        return false;
    count_moving(verify);
    result->is_equal = !has_differences(result) && !has_left_out(verify) && result->unrecorded == 0;
    return true;
}

static bool
save(struct verify *verify, struct error *err)
{
    struct task *task = verify->task;

    return target_begin(task->target, err) &&
           verification_save(task->target, task->claim, verify->table, verify->result, err) &&
           target_commit(task->target, err);
}

static const char *
stale_line(struct arena *arena, const struct name_list *list, const char *why)
{
    if (list->count == 0)
        return "";
    return arena_printf(arena, "  not compared, for %s %s and %s old values: %s\n",
        text_plural(list->count, "it is", "they are"), why, text_plural(list->count, "has", "have"),
        name_list_text(arena, list));
}

// Old values beside those that are equal: whoever reads them is not told by the verdict.
static void
note_stale(struct verify *verify, const struct relation *relation)
{
    const struct table_record *record = verify->task->job.record;
    size_t count = record != NULL ? record->shape.stale_column_count : 0;
    const struct name_list present = { relation->columns, relation->column_count };
    struct arena *arena = &verify->task->arena;
    const char **names = arena_calloc(arena, count, sizeof *names);
    struct name_list list = { .names = names };
    struct name_list gone;
    struct name_list excluded;

    for (size_t i = 0; i < count; i++) {
        if (name_list_has(&present, record->shape.stale_columns[i]))
            names[list.count++] = record->shape.stale_columns[i];
    }
    gone = shape_pick(arena, verify->table, &list, false);
    excluded = shape_pick(arena, verify->table, &list, true);
    verify->stale = arena_printf(arena, "%s%s", stale_line(arena, &gone, "gone from the source"),
        stale_line(arena, &excluded, "excluded"));
}

// A column that the mirror does not have yet makes every row differ.
static bool
check_shape(struct verify *verify, bool *is_same, struct error *err)
{
    struct task *task = verify->task;
    struct relation relation;

    *is_same = false;
    if (!ddl_find(task->target, &task->arena, task->settings->target.schema,
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
    note_stale(verify, &relation);
    *is_same = true;
    return true;
}

bool
verify_table(
    struct task *task, const struct table *table, struct outcome *outcome, struct error *err)
{
    struct verify verify = {
        .task = task, .table = table, .outcome = outcome, .result = &outcome->verification
    };
    bool is_same;
    bool done;

    outcome->verification = (struct verification){ .is_equal = false };
    buffer_init(&verify.report, REPORT_CAP);
    exceptions_init(&verify.exceptions, task->settings->mirror.verify_values);
    arena_init(&verify.row.arena);
    done = check_shape(&verify, &is_same, err);
    if (done && !is_same) {
        tell(&verify);
    } else if (done) {
        // Rows are read again one by one: long values among them need the gate once more.
        done = compare(&verify, err) && task_begin_reading(task, table, err) &&
               judge(&verify, err) && write_report(&verify, err) && save(&verify, err);
        task_end_reading(task);
        differ_release(&verify.differ);
    }
    exceptions_release(&verify.exceptions);
    buffer_release(&verify.report);
    arena_release(&verify.row.arena);
    return done;
}
