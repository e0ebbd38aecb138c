// A mirrored table brought up to date: compared (method/differ.h), then changed in one transaction.
// The same for the staged rows of a load.
//
// Invariant: nothing of the mirror changes before the one transaction at the end, which checks that
// every row it touches is still the one that was compared, and that every command did what was
// planned. Otherwise it is rolled back and all is compared again.
#include "method/compare.h"

#include "base/clock.h"
#include "model/key_choice.h"
#include "plan/brake.h"
#include "method/met_twice.h"
#include "method/objects.h"
#include "method/early_end.h"
#include "method/record.h"
#include "method/differ.h"
#include "method/stamped.h"
#include "target/ddl.h"
#include "target/object.h"
#include "read/lookup.h"

#include <inttypes.h>
#include <string.h>

enum {
    ROUNDS_MAX = 3,
    CONFIRM_ALL = 10000, // keys to be removed that are all asked of the source again
    CONFIRM_SOME = 1000, // of more, this many are
};

struct compare {
    struct task *task;
    const char *schema;
    const struct table *table; // target_name: the table that is compared
    struct table_record *record;
    struct table_result *result;
    const struct table *rows;     // of the source, read by stamp; NULL: the whole table
    const struct part_list *only; // all that is staged; NULL: the whole table
    struct differ differ;
    int64_t duration_ms; // of the last read
    bool is_staged;      // a part of its first load: the load records the end of it
    bool ends_load;      // the same for rows that are in their place already
    bool is_whole;       // the next read takes all rows as candidates
    bool was_short;      // the source counted more rows than came
    bool is_second;      // the next read is the second, of rows that cannot be asked for
    bool is_too_much;    // for a read by stamp: nothing was written
    bool has_found;      // the last round ended with columns to be left out
};

// ---- before anything is removed ----------------------------------------------------------------

// Nobody can be asked for a row without a key, or by one that the source does not compare with its
// text: the table is read twice, and only what is missing both times goes.
static bool
confirm_by_second_read(struct compare *compare, bool *is_confirmed, struct error *err)
{
    bool has_key = compare->table->key != NULL;

    if (compare->differ.is_second) // without a key those were kept before they were paired
        return !has_key || comparison_keep_unconfirmed(compare->differ.comparison,
                               &compare->differ.found.counts, &compare->differ.found.kept, err);
    if (!has_key &&
        compare->differ.found.counts.to_delete <= compare->differ.found.counts.to_insert)
        return true;
    *is_confirmed = false;
    compare->is_second = true;
    return comparison_remember_gone(compare->differ.comparison, err);
}

static bool
has_null(const struct cell *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].bytes == NULL)
            return true;
    }
    return false;
}

// Of a key column that holds a value which cannot be read the source may refuse any comparison:
// then no row can be asked for by its key.
static bool
is_there(struct compare *compare, const struct cell *key, bool *exists, bool *is_unknown,
    struct error *err)
{
    size_t count = 0;

    if (lookup_count(
            compare->task->source, compare->table, key, &compare->task->reading, 1, &count, err)) {
        *exists = count > 0;
        return true;
    }
    if (!hunt_may_help(err) || !hunt_is_by_id(compare->task->hunt))
        return false;
    error_clear(err);
    *is_unknown = true;
    return true;
}

// Asks the source for the keys of rows to be removed. *exists: one is there; *is_unknown: some
// cannot be asked for, mostly since others may have the same key.
static bool
ask_again(
    struct compare *compare, bool only_unmet, bool *exists, bool *is_unknown, struct error *err)
{
    size_t limit =
        compare->differ.found.counts.to_delete <= CONFIRM_ALL ? CONFIRM_ALL : CONFIRM_SOME;
    size_t key_count = compare->table->key->column_count;
    struct cell *values;
    size_t row_count;

    *exists = false;
    *is_unknown = false;
    task_set_phase(compare->task, PHASE_COMPARING);
    if (!comparison_keys_to_delete(compare->differ.comparison, &compare->task->arena, limit,
            only_unmet, &values, &row_count, err))
        return false;
    task_set_phase(compare->task, PHASE_READING);
    for (size_t r = 0; r < row_count && !*exists; r++) {
        const struct cell *key = &values[r * key_count];

        if (has_null(key, key_count)) {
            *is_unknown = true;
            continue;
        }
        // The read did meet it, in a row that has no place in the mirror.
        if (row_sender_left_out(&compare->differ.sender, digest_key(key, key_count)))
            continue;
        if (task_is_cancelled(compare->task, err) ||
            !is_there(compare, key, exists, is_unknown, err))
            return false;
        task_add_progress(compare->task, 0, 0);
    }
    return true;
}

// Rows that a read did not return may have moved while it ran: their keys are asked for again. A
// key that is there and was met by the read is another row's: somebody doubled it in the mirror.
static bool
confirm_deletes(struct compare *compare, bool *is_confirmed, struct error *err)
{
    bool exists;
    bool is_unknown;
    bool done;

    *is_confirmed = true;
    if (compare->differ.found.counts.to_delete == 0)
        return true;
    if (compare->table->entry.may_lack_rows)
        return comparison_keep_unconfirmed(compare->differ.comparison,
            &compare->differ.found.counts, &compare->differ.found.kept, err);
    if (compare->table->is_read_whole) // a second read gives the same
        return true;
    if (compare->table->key == NULL || !key_choice_is_askable(compare->table))
        return confirm_by_second_read(compare, is_confirmed, err);
    done = task_begin_reading(compare->task, compare->table, err) &&
           ask_again(compare, false, &exists, &is_unknown, err) &&
           (!exists || ask_again(compare, true, &exists, &is_unknown, err));
    task_end_reading(compare->task);
    if (!done)
        return false;
    *is_confirmed = !exists;
    return exists || !is_unknown || confirm_by_second_read(compare, is_confirmed, err);
}

// Before anything is added: a new row whose key is there already may be one that moved and was met
// twice.
static bool
confirm_inserts(struct compare *compare, bool *is_confirmed, struct error *err)
{
    struct cell *keys;
    size_t count;

    if (compare->differ.found.counts.to_insert == 0 || !met_twice_can_be_told(compare->table))
        return true;
    task_set_phase(compare->task, PHASE_COMPARING);
    if (!comparison_duplicate_keys(
            compare->differ.comparison, &compare->task->arena, &keys, &count, err) ||
        !met_twice_ask(compare->task, compare->table, keys, count, is_confirmed, err))
        return false;
    return *is_confirmed || !compare->differ.is_cut ||
           order_proof_condemn(compare->table, err, DUPLICATE_AT_A_CUT);
}

static bool
check_brake(struct compare *compare, struct error *err)
{
    int64_t removed = compare->differ.found.counts.to_delete;

    if (compare->table->entry.may_lack_rows) // none is removed
        return true;
    // Without a key a changed row is one that goes and one that comes.
    if (compare->table->key == NULL && !compare->task->settings->mirror.adopt)
        removed -= compare->differ.found.counts.to_insert;
    // What a window does not show is taken to be there.
    return brake_check(&compare->task->settings->mirror, compare->table,
        compare->differ.found.mirror_rows,
        compare->rows != NULL ? compare->differ.found.mirror_rows - removed
                              : differ_outcome(&compare->differ).rows_read,
        removed, err);
}

// ---- the transaction ---------------------------------------------------------------------------

static void
fill_record(struct compare *compare, const struct applied *applied)
{
    struct table_record *record = compare->record;
    struct table_result *result = compare->result;
    const struct part_outcome outcome = differ_outcome(&compare->differ);

    record->content.row_count =
        compare->differ.found.mirror_rows + applied->inserted - applied->deleted;
    if (compare->rows == NULL)
        record->content.size_bytes = outcome.bytes_read;
    record->content.read_to_ms = clock_wall_ms();
    result->rows_read += outcome.rows_read;
    result->bytes_read += outcome.bytes_read;
    if (compare->is_staged)
        return;
    record->state = TABLE_STATE_DONE;
    record->content.was_resumed = false;
    // Added to what a load in the same go did.
    result->rows_inserted += applied->inserted;
    result->rows_updated += applied->updated;
    result->rows_deleted += applied->deleted;
    result->finished_ms = clock_wall_ms();
    result->values_full_width = full_width_total(&compare->task->full_width);
    record->hint = full_width_note(&compare->task->full_width, &compare->task->arena);
}

// What the parts say together is what the staging table holds.
static void
count_staged(struct table_record *record)
{
    for (size_t i = 0; i < record->staging.parts.count; i++) {
        record->staging.parts.parts[i].row_count = i == 0 ? record->content.row_count : 0;
        record->staging.parts.parts[i].size_bytes = i == 0 ? record->content.size_bytes : 0;
    }
}

static bool
record_end(struct compare *compare, struct error *err)
{
    struct task *task = compare->task;
    const struct mirror_claim *claim = task->claim;

    if (compare->is_staged)
        count_staged(compare->record);
    compare->record->attempt = task->effort.attempts; // those at single parts, too
    return (compare->is_staged ||
               table_run_save(task->target, claim, compare->record, compare->result, err)) &&
           tracking_save(
               task->target, claim, task->settings->target.schema, compare->record, err) &&
           target_commit(task->target, err);
}

// Columns do not hold what is written to them: nothing was written, and the next round does without
// them.
static bool
leave_out(struct compare *compare, const struct arrival_finding *finding, struct error *err)
{
    struct task *task = compare->task;

    target_rollback(task->target);
    for (size_t i = 0; compare->is_staged && i < compare->table->column_count; i++) {
        if (finding->why[i] != NULL)
            return error_set(err, ERROR_TABLE, "%s", finding->why[i]);
    }
    if (!altered_add(&task->altered, finding, err))
        return false;
    task_see_altered(task);
    compare->table = task->altered.table;
    record_name_columns(task, compare->record);
    compare->has_found = true;
    return true;
}

static bool
save_altered(struct compare *compare, struct error *err)
{
    struct altered *altered = &compare->task->altered;
    struct table_result *result = compare->result;
    int64_t new_count;

    if (!altered_save(altered, compare->task->target, compare->task->claim, &new_count, err))
        return false;
    result->values_quarantined += (int64_t)altered->count;
    result->values_newly_quarantined += compare->ends_load ? (int64_t)altered->count : new_count;
    return true;
}

static bool
save_quarantine(struct compare *compare, const struct applied *applied, struct error *err)
{
    struct task *task = compare->task;
    const struct mirror_claim *claim = task->claim;
    struct quarantine_list *list = &compare->differ.sender.quarantine;
    struct table_result *result = compare->result;
    struct part_outcome outcome;

    for (size_t i = 0; i < compare->differ.known.count; i++) {
        if (compare->differ.known.rows[i].met_by > 0 &&
            !quarantine_touch_row(
                task->target, claim, compare->table, compare->differ.known.rows[i].digest, err))
            return false;
    }
    if (!quarantine_list_save(list, task->target, claim, err))
        return false;
    outcome = differ_outcome(&compare->differ);
    result->values_quarantined += outcome.values_quarantined + applied->refused;
    // What the load took out no run has told of yet.
    result->values_newly_quarantined =
        compare->ends_load ? result->values_quarantined
                           : outcome.values_newly_quarantined + applied->newly_refused;
    return save_altered(compare, err) &&
           (compare->rows != NULL ||
               quarantine_resolve_unmet(task->target, claim, compare->table, err));
}

// Each row that the source returned is mirrored or left out.
static bool
check_balance(struct compare *compare, const struct applied *applied, struct error *err)
{
    const struct part_outcome outcome = differ_outcome(&compare->differ);
    int64_t left_out = outcome.rows_known + outcome.rows_refused + applied->refused;

    compare->result->values_quarantined = outcome.rows_known;
    if (compare->rows == NULL &&
        compare->record->content.row_count - compare->differ.found.kept + left_out !=
            outcome.rows_read)
        return error_set(err, ERROR_TABLE,
            "the source returned %" PRId64 " rows, the mirror would hold %" PRId64 " and %" PRId64
            " are left out",
            outcome.rows_read, compare->record->content.row_count, left_out);
    compare->result->rows_left_out = left_out;
    return true;
}

// Nothing was written, and what was compared stays as it is.
static bool
make_way(struct compare *compare, const struct refusal *refusal, struct error *err)
{
    struct task *task = compare->task;
    bool has_yielded;

    target_rollback(task->target);
    if (!objects_yield(task, refusal, &has_yielded, err))
        return false;
    if (!has_yielded)
        comparison_keep_objects(compare->differ.comparison);
    return true;
}

static bool
try_to_write(struct compare *compare, bool *is_current, bool *is_refused, struct error *err)
{
    struct task *task = compare->task;
    const struct mirror_claim *claim = task->claim;
    const struct difference_counts *counts = &compare->differ.found.counts;
    struct applied applied = { 0 };
    struct arrival_finding finding = { .arena = &task->arena };

    *is_current = true;
    *is_refused = false;
    task_set_phase(task, PHASE_APPLYING);
    if (!target_begin(task->target, err))
        return false;
    if (counts->to_insert + counts->to_update + counts->to_delete > 0 &&
        !comparison_apply(compare->differ.comparison, claim, &applied, &finding, is_current, err))
        return false;
    if (!*is_current) {
        target_rollback(task->target);
        return true;
    }
    if (applied.refusal.by != NULL) {
        *is_refused = true;
        return make_way(compare, &applied.refusal, err);
    }
    *is_current = finding.count == 0;
    if (finding.count > 0)
        return leave_out(compare, &finding, err);
    fill_record(compare, &applied);
    if (applied.inserted + applied.updated + applied.deleted > 0 &&
        !object_mark_due(task->target, claim, compare->table, err))
        return false;
    if (!check_balance(compare, &applied, err) || !save_quarantine(compare, &applied, err))
        return false;
    task_set_phase(task, PHASE_COMMITTING);
    if (!record_end(compare, err))
        return false;
    altered_tell(&task->altered);
    return true;
}

// Each time round an object of ours has made way, so there is an end to it.
static bool
write_differences(struct compare *compare, bool *is_current, struct error *err)
{
    bool is_refused;

    do {
        if (!try_to_write(compare, is_current, &is_refused, err))
            return false;
    } while (is_refused);
    return true;
}

// Once more where rows are missing by the source's own count, in key order if there is one; then it
// is told. Of a part of the table the source is not asked: the load does that at its end.
static bool
look_for_early_end(struct compare *compare, bool *is_to_be_read_again, struct error *err)
{
    bool was_short = compare->was_short;
    int64_t row_count = differ_outcome(&compare->differ).rows_read;
    int64_t counted = 0;

    *is_to_be_read_again = false;
    if (compare->only != NULL || compare->rows != NULL)
        return true;
    compare->was_short = early_end_is_likely(compare->task, compare->table, row_count, &counted);
    *is_to_be_read_again = compare->was_short && !was_short;
    if (compare->was_short && !early_end_read_on(compare->task, compare->table, err))
        return false;
    if (compare->was_short && was_short)
        early_end_warn(compare->table, row_count, counted);
    return true;
}

// ---- rounds ------------------------------------------------------------------------------------

// Rows that the window lacks were asked for by their keys: those that are left are gone.
static bool
end_window_round(struct compare *compare, bool is_current, bool *is_settled, struct error *err)
{
    compare->is_too_much = compare->differ.found.is_too_much;
    compare->differ.found.mirror_rows = compare->record->content.row_count;
    if (is_current &&
        !stamped_ask_for_gone(&compare->differ, &is_current, &compare->is_too_much, err))
        return false;
    if (compare->is_too_much || !is_current)
        return true;
    return check_brake(compare, err) && write_differences(compare, is_settled, err);
}

static bool
play_round(struct compare *compare, bool *is_settled, struct error *err)
{
    bool is_current = false;
    bool is_short = false;
    bool is_confirmed = false;

    *is_settled = false;
    compare->differ = (struct differ){
        .task = compare->task,
        .schema = compare->schema,
        .table = compare->table,
        .is_second = compare->is_second,
        .duration_ms = compare->duration_ms,
        .is_rezoned = compare->record->shape.is_rezoned,
        .is_whole = compare->is_whole,
        .source_rows = compare->rows,
        .only = compare->only,
    };
    compare->is_second = false;
    compare->record->content.read_from_ms = clock_wall_ms();
    if (!differ_run(&compare->differ, &is_current, err))
        return false;
    compare->is_whole = compare->differ.is_whole;
    if (compare->rows != NULL)
        return end_window_round(compare, is_current, is_settled, err);
    if (is_current && !look_for_early_end(compare, &is_short, err))
        return false;
    if (!is_current || is_short)
        return true;
    // Where a cut doubled rows it lost others, which are no rows that somebody deleted.
    if (compare->differ.is_cut && !confirm_inserts(compare, &is_confirmed, err))
        return false;
    if (!check_brake(compare, err) || !confirm_deletes(compare, &is_confirmed, err) ||
        (is_confirmed && !compare->differ.is_cut && !confirm_inserts(compare, &is_confirmed, err)))
        return false;
    if (!is_confirmed)
        return true;
    return stamped_judge(compare->task, compare->differ.comparison, err) &&
           write_differences(compare, is_settled, err);
}

static bool
play_rounds(struct compare *compare, struct error *err)
{
    bool is_settled = false;
    bool done = true;

    // A round that found columns to be left out is no failed one: there are fewer after it.
    for (int round = 0; done && !is_settled && !compare->is_too_much && round < ROUNDS_MAX;
         round += !compare->has_found) {
        compare->has_found = false;
        done = play_round(compare, &is_settled, err);
        differ_release(&compare->differ);
    }
    if (done && !is_settled && !compare->is_too_much) {
        error_set(err, ERROR_TABLE,
            "source or mirror changed in each of %d comparisons: nothing was written", ROUNDS_MAX);
        error_hint(err, "The next run tries again; choose a quieter time, or see who writes to "
                        "the mirrored table.");
        return false;
    }
    return done;
}

bool
compare_table(struct task *task, const struct table *table, struct table_record *record,
    struct table_result *result, struct error *err)
{
    struct compare compare = {
        .task = task,
        .schema = task->settings->target.schema,
        .table = table,
        .record = record,
        .result = result,
        .duration_ms = record->content.read_to_ms - record->content.read_from_ms,
        .ends_load = record->last_success_ms == 0,
    };

    return play_rounds(&compare, err);
}

bool
compare_window(struct task *task, const struct table *table, const struct table *rows,
    struct table_record *record, struct table_result *result, bool *is_done, struct error *err)
{
    struct compare compare = {
        .task = task,
        .schema = task->settings->target.schema,
        .table = table,
        .rows = rows,
        .record = record,
        .result = result,
    };

    if (!play_rounds(&compare, err))
        return false;
    *is_done = !compare.is_too_much;
    return true;
}

bool
compare_staged(struct task *task, const struct table *staged, const struct part_list *only,
    struct table_record *record, struct table_result *result, struct error *err)
{
    struct compare compare = {
        .task = task,
        .schema = STAGING_SCHEMA,
        .table = staged,
        .only = only,
        .record = record,
        .result = result,
        .duration_ms = record->content.read_to_ms - record->content.read_from_ms,
        .is_staged = true,
    };

    return play_rounds(&compare, err);
}
