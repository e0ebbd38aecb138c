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
#include "method/early_end.h"
#include "method/record.h"
#include "method/differ.h"
#include "target/ddl.h"
#include "read/lookup.h"

#include <inttypes.h>
#include <string.h>

enum {
    ROUNDS_MAX = 3,
    CONFIRM_ALL = 10000, // keys to be removed that are all asked of the source again
    CONFIRM_SOME = 1000, // of more, this many are
};

struct full {
    struct task *task;
    const char *schema;
    const struct table *table; // target_name: the table that is compared
    struct table_record *record;
    struct table_result *result;
    struct differ scan;
    int64_t duration_ms; // of the last read
    bool is_staged;      // a part of its first load: the load records the end of it
    bool ends_load;      // the same for rows that are in their place already
    bool is_whole;       // the next scan takes all rows as candidates
    bool was_short;      // the source counted more rows than came
    bool is_second;      // the next scan is the second, of rows that cannot be asked for
    bool has_found;      // the last round ended with columns to be left out
};

// ---- before anything is removed ----------------------------------------------------------------

// Nobody can be asked for a row without a key, or by one that the source does not compare with its
// text: the table is read twice, and only what is missing both times goes.
static bool
confirm_by_second_scan(struct full *full, bool *is_confirmed, struct error *err)
{
    bool has_key = full->table->key != NULL;

    if (full->scan.is_second) // without a key those were kept before they were paired
        return !has_key || comparison_keep_unconfirmed(
                               full->scan.comparison, &full->scan.counts, &full->scan.kept, err);
    if (!has_key && full->scan.counts.to_delete <= full->scan.counts.to_insert)
        return true;
    *is_confirmed = false;
    full->is_second = true;
    return comparison_remember_gone(full->scan.comparison, err);
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
is_there(
    struct full *full, const struct cell *key, bool *exists, bool *is_unknown, struct error *err)
{
    size_t count = 0;

    if (lookup_count(full->task->source, full->table, key, &full->task->reading, 1, &count, err)) {
        *exists = count > 0;
        return true;
    }
    if (!around_helps(err) || full->task->around.row_ids != ROW_IDS_ALL)
        return false;
    error_clear(err);
    *is_unknown = true;
    return true;
}

// Asks the source for the keys of rows to be removed. *exists: one is there; *is_unknown: some
// cannot be asked for, mostly since others may have the same key.
static bool
ask_again(struct full *full, bool only_unseen, bool *exists, bool *is_unknown, struct error *err)
{
    size_t limit = full->scan.counts.to_delete <= CONFIRM_ALL ? CONFIRM_ALL : CONFIRM_SOME;
    size_t key_count = full->table->key->column_count;
    struct cell *values;
    size_t row_count;

    *exists = false;
    *is_unknown = false;
    task_set_phase(full->task, PHASE_COMPARING);
    if (!comparison_keys_to_delete(full->scan.comparison, &full->task->arena, limit, only_unseen,
            &values, &row_count, err))
        return false;
    task_set_phase(full->task, PHASE_READING);
    for (size_t r = 0; r < row_count && !*exists; r++) {
        const struct cell *key = &values[r * key_count];

        if (has_null(key, key_count)) {
            *is_unknown = true;
            continue;
        }
        // The scan did meet it, in a row that has no place in the mirror.
        if (row_sender_left_out(&full->scan.sender, digest_key(key, key_count)))
            continue;
        if (task_is_cancelled(full->task, err) || !is_there(full, key, exists, is_unknown, err))
            return false;
        task_add_progress(full->task, 0, 0);
    }
    return true;
}

// Rows that a scan did not return may have moved while it ran: their keys are asked for again. A
// key that is there and was met by the scan is another row's: somebody doubled it in the mirror.
static bool
confirm_deletes(struct full *full, bool *is_confirmed, struct error *err)
{
    bool exists;
    bool is_unknown;
    bool done;

    *is_confirmed = true;
    if (full->scan.counts.to_delete == 0)
        return true;
    if (full->table->key == NULL || !key_choice_is_askable(full->table))
        return confirm_by_second_scan(full, is_confirmed, err);
    done = task_begin_reading(full->task, full->table, err) &&
           ask_again(full, false, &exists, &is_unknown, err) &&
           (!exists || ask_again(full, true, &exists, &is_unknown, err));
    task_end_reading(full->task);
    if (!done)
        return false;
    *is_confirmed = !exists;
    return exists || !is_unknown || confirm_by_second_scan(full, is_confirmed, err);
}

// Before anything is added: a new row whose key is there already may be one that moved and was met
// twice.
static bool
confirm_inserts(struct full *full, bool *is_confirmed, struct error *err)
{
    struct cell *keys;
    size_t count;

    if (full->scan.counts.to_insert == 0 || !met_twice_can_be_told(full->table))
        return true;
    task_set_phase(full->task, PHASE_COMPARING);
    if (!comparison_doubled_keys(full->scan.comparison, &full->task->arena, &keys, &count, err) ||
        !met_twice_ask(full->task, full->table, keys, count, is_confirmed, err))
        return false;
    return *is_confirmed || !full->scan.is_cut ||
           order_proof_condemn(full->table, err, DOUBLED_AT_A_CUT);
}

static bool
check_brake(struct full *full, struct error *err)
{
    int64_t removed = full->scan.counts.to_delete;

    // Without a key a changed row is one that goes and one that comes.
    if (full->table->key == NULL)
        removed -= full->scan.counts.to_insert;
    return brake_check(&full->task->settings->mirror, full->table, full->scan.mirror_rows,
        full->scan.source_rows, removed, err);
}

// ---- the transaction ---------------------------------------------------------------------------

static void
fill_record(struct full *full, const struct applied *applied)
{
    struct table_record *record = full->record;
    struct table_result *result = full->result;

    record->row_count = full->scan.mirror_rows + applied->inserted - applied->deleted;
    record->size_bytes = full->scan.source_bytes;
    record->read_to_ms = clock_wall_ms();
    result->rows_read += full->scan.source_rows;
    result->bytes_read += full->scan.source_bytes;
    if (full->is_staged)
        return;
    record->state = TABLE_STATE_DONE;
    record->was_resumed = false;
    // Added to what a load in the same go did.
    result->rows_inserted += applied->inserted;
    result->rows_updated += applied->updated;
    result->rows_deleted += applied->deleted;
    result->finished_ms = clock_wall_ms();
    result->values_full_width = full_width_total(&full->task->full_width);
    record->hint = full_width_note(&full->task->full_width, &full->task->arena);
}

// What the pieces say is what the staging table holds.
static void
count_staged(struct table_record *record)
{
    for (size_t i = 0; i < record->piece_count; i++) {
        record->pieces[i].row_count = i == 0 ? record->row_count : 0;
        record->pieces[i].size_bytes = i == 0 ? record->size_bytes : 0;
    }
}

static bool
record_end(struct full *full, struct error *err)
{
    struct task *task = full->task;
    const struct mirror_claim *claim = task->claim;

    if (full->is_staged)
        count_staged(full->record);
    return (full->is_staged ||
               table_run_save(task->target, claim, full->record, full->result, err)) &&
           tracking_save(task->target, claim, task->settings->target.schema, full->record, err) &&
           target_commit(task->target, err);
}

// Columns do not hold what is written to them: nothing was written, and the next round does without
// them.
static bool
leave_out(struct full *full, const struct arrival_finding *finding, struct error *err)
{
    struct task *task = full->task;

    target_rollback(task->target);
    for (size_t i = 0; full->is_staged && i < full->table->column_count; i++) {
        if (finding->why[i] != NULL)
            return error_set(err, ERROR_TABLE, "%s", finding->why[i]);
    }
    if (!altered_add(&task->altered, finding, err))
        return false;
    task_see_altered(task);
    full->table = task->altered.table;
    record_name_columns(task, full->record);
    full->has_found = true;
    return true;
}

static bool
save_altered(struct full *full, struct error *err)
{
    struct altered *altered = &full->task->altered;
    struct table_result *result = full->result;
    int64_t new_count;

    if (!altered_save(altered, full->task->target, full->task->claim, &new_count, err))
        return false;
    result->values_quarantined += (int64_t)altered->count;
    result->values_newly_quarantined += full->ends_load ? (int64_t)altered->count : new_count;
    return true;
}

static bool
save_quarantine(struct full *full, const struct applied *applied, struct error *err)
{
    struct task *task = full->task;
    const struct mirror_claim *claim = task->claim;
    struct quarantine_list *list = &full->scan.sender.quarantine;
    struct table_result *result = full->result;

    for (size_t i = 0; i < full->scan.known_row_count; i++) {
        if (full->scan.known_rows[i].is_seen &&
            !quarantine_touch_row(
                task->target, claim, full->table, full->scan.known_rows[i].digest, err))
            return false;
    }
    if (!quarantine_list_save(list, task->target, claim, err))
        return false;
    result->values_quarantined += list->saved_count + applied->refused;
    // What the load took out no run has told of yet.
    result->values_newly_quarantined =
        full->ends_load ? result->values_quarantined : list->new_count + applied->newly_refused;
    return save_altered(full, err) &&
           quarantine_resolve_unseen(task->target, claim, full->table, err);
}

static bool
write_differences(struct full *full, bool *is_current, struct error *err)
{
    struct task *task = full->task;
    const struct mirror_claim *claim = task->claim;
    const struct difference_counts *counts = &full->scan.counts;
    struct applied applied = { 0 };
    struct arrival_finding finding = { .arena = &task->arena };

    *is_current = true;
    task_set_phase(task, PHASE_APPLYING);
    if (!target_begin(task->target, err))
        return false;
    if (counts->to_insert + counts->to_update + counts->to_delete > 0 &&
        !comparison_apply(full->scan.comparison, claim, &applied, &finding, is_current, err))
        return false;
    if (!*is_current) {
        target_rollback(task->target);
        return true;
    }
    *is_current = finding.count == 0;
    if (finding.count > 0)
        return leave_out(full, &finding, err);
    fill_record(full, &applied);
    full->result->values_quarantined = full->scan.left_out;
    full->scan.left_out += full->scan.sender.refused_rows + applied.refused;
    if (full->record->row_count - full->scan.kept + full->scan.left_out != full->scan.source_rows)
        return error_set(err, ERROR_TABLE,
            "the source returned %" PRId64 " rows, the mirror would hold %" PRId64 " and %" PRId64
            " are left out",
            full->scan.source_rows, full->record->row_count, full->scan.left_out);
    full->result->rows_left_out = full->scan.left_out;
    if (!save_quarantine(full, &applied, err))
        return false;
    task_set_phase(task, PHASE_COMMITTING);
    if (!record_end(full, err))
        return false;
    altered_tell(&task->altered);
    return true;
}

// Once more where rows are missing by the source's own count; then it is told.
static bool
is_to_be_read_again(struct full *full)
{
    bool was_short = full->was_short;
    int64_t counted = 0;

    full->was_short =
        early_end_is_likely(full->task, full->table, full->scan.source_rows, &counted);
    if (full->was_short && was_short)
        early_end_warn(full->table, full->scan.source_rows, counted);
    return full->was_short && !was_short;
}

// ---- rounds ------------------------------------------------------------------------------------

static bool
play_round(struct full *full, bool *is_settled, struct error *err)
{
    bool is_current = false;
    bool is_confirmed = false;

    *is_settled = false;
    full->scan = (struct differ){
        .task = full->task,
        .schema = full->schema,
        .table = full->table,
        .is_second = full->is_second,
        .duration_ms = full->duration_ms,
        .is_rezoned = full->record->is_rezoned,
        .is_whole = full->is_whole,
    };
    full->is_second = false;
    full->record->read_from_ms = clock_wall_ms();
    if (!differ_run(&full->scan, &is_current, err))
        return false;
    full->is_whole = full->scan.is_whole;
    if (!is_current || is_to_be_read_again(full))
        return true;
    // Where a cut doubled rows it lost others, which are no rows that somebody deleted.
    if (full->scan.is_cut && !confirm_inserts(full, &is_confirmed, err))
        return false;
    if (!check_brake(full, err) || !confirm_deletes(full, &is_confirmed, err) ||
        (is_confirmed && !full->scan.is_cut && !confirm_inserts(full, &is_confirmed, err)))
        return false;
    if (!is_confirmed)
        return true;
    return write_differences(full, is_settled, err);
}

static bool
play_rounds(struct full *full, struct error *err)
{
    bool is_settled = false;
    bool done = true;

    // A round that found columns to be left out is no failed one: there are fewer after it.
    for (int round = 0; done && !is_settled && round < ROUNDS_MAX; round += !full->has_found) {
        full->has_found = false;
        done = play_round(full, &is_settled, err);
        differ_release(&full->scan);
    }
    if (done && !is_settled) {
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
    struct full full = {
        .task = task,
        .schema = task->settings->target.schema,
        .table = table,
        .record = record,
        .result = result,
        .duration_ms = record->read_to_ms - record->read_from_ms,
        .ends_load = record->last_success_ms == 0,
    };

    return play_rounds(&full, err);
}

bool
compare_staged(struct task *task, const struct table *staged, struct table_record *record,
    struct table_result *result, struct error *err)
{
    struct full full = {
        .task = task,
        .schema = STAGING_SCHEMA,
        .table = staged,
        .record = record,
        .result = result,
        .duration_ms = record->read_to_ms - record->read_from_ms,
        .is_staged = true,
    };

    return play_rounds(&full, err);
}
