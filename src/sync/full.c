// Read whole, compare, apply. The mirror's digests are in a set; the source is scanned once; a row
// whose digest is in the set is unchanged and struck off, any other is a candidate; what is left in
// the set is gone. Where the set does not fit, the whole source is put into the candidates and
// PostgreSQL finds the differences. Both ways end in the same candidates and the same gone.
//
// Invariant: nothing of the mirror changes before the one transaction at the end, which checks that
// every row it touches is still the one that was compared, and that every command did what was
// planned. Otherwise it is rolled back and all is compared again.
#include "sync/full.h"

#include "base/clock.h"
#include "model/key_choice.h"
#include "plan/brake.h"
#include "sync/load.h"
#include "sync/quarantine_list.h"
#include "sync/shape.h"
#include "target/compare.h"

#include <inttypes.h>
#include <string.h>

enum {
    ROUNDS_MAX = 3,
    CONFIRM_ALL = 10000, // keys to be removed that are all asked of the source again
    CONFIRM_SOME = 1000, // of more, this many are
};

struct full {
    struct worker *worker;
    const struct table *table;
    struct table_record *record;
    struct table_result *result;
    struct comparison *comparison;
    struct digest_set set;
    bool has_set;
    struct copy_stream *copy;
    struct quarantine_list quarantine;
    struct row_policy policy;
    struct difference_counts counts;
    int64_t mirror_rows;
    int64_t source_rows;
    int64_t source_bytes;
    int64_t candidate_rows;
};

// ---- one scan of the source --------------------------------------------------------------------

static bool
end_candidates(struct full *full, struct error *err)
{
    int64_t ignored;
    bool done;

    if (full->copy == NULL)
        return true;
    done = copy_stream_finish(full->copy, &ignored, err);
    copy_stream_close(full->copy);
    full->copy = NULL;
    return done;
}

// Rows of the batch that the mirror does not have go into the candidates. No COPY stays open over
// a fetch: the source may take its time, and PostgreSQL must not have a transaction open meanwhile.
static bool
compare_batch(struct full *full, const struct batch *batch, struct error *err)
{
    const struct digest_kind *kind = &full->worker->shared->digest;

    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row =
            row_policy_apply(&full->policy, &batch->cells[r * batch->column_count]);

        if (full->has_set && digest_set_strike(&full->set, digest_row(kind, full->table, row)))
            continue;
        if (full->copy == NULL && !comparison_open_candidates(full->comparison, &full->copy, err))
            return false;
        if (!copy_stream_send(full->copy, row, err))
            return false;
        full->candidate_rows++;
    }
    full->source_rows += (int64_t)batch->row_count;
    full->source_bytes += (int64_t)batch->size_bytes;
    worker_add_progress(full->worker, batch->row_count, batch->size_bytes);
    return end_candidates(full, err);
}

static bool
scan_source(struct full *full, struct error *err)
{
    struct reader reader;
    const struct batch *batch;
    bool done;

    worker_set_phase(full->worker, PHASE_READING);
    reader_init(&reader, full->worker->source, full->table, KEY_PART_ALL, &full->worker->limits);
    do {
        done = !worker_is_cancelled(full->worker, err) && reader_fetch(&reader, &batch, err) &&
               compare_batch(full, batch, err);
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    return done;
}

static bool
read_mirror(struct full *full, struct error *err)
{
    bool is_full;

    worker_set_phase(full->worker, PHASE_COMPARING);
    digest_set_init(&full->set, full->worker->map_bytes);
    full->has_set = true;
    if (!comparison_read_mirror(full->comparison, &full->set, &is_full, &full->mirror_rows, err))
        return false;
    if (is_full) {
        digest_set_release(&full->set);
        full->has_set = false;
    }
    return true;
}

// After this, candidates and gone hold all differences and are paired.
static bool
find_differences(struct full *full, bool *is_current, struct error *err)
{
    if (!read_mirror(full, err) || !scan_source(full, err))
        return false;
    worker_set_phase(full->worker, PHASE_COMPARING);
    if (full->has_set ? !comparison_add_gone(full->comparison, &full->set, err)
                      : !comparison_find_differences(full->comparison, err))
        return false;
    return comparison_pair(full->comparison, &full->counts, is_current, err);
}

// ---- before anything is removed ----------------------------------------------------------------

// Rows that a scan did not return may have moved while it ran: their keys are asked for again.
static bool
confirm_deletes(struct full *full, bool *is_confirmed, struct error *err)
{
    size_t limit = full->counts.to_delete <= CONFIRM_ALL ? CONFIRM_ALL : CONFIRM_SOME;
    struct cell *values;
    size_t row_count;

    *is_confirmed = true;
    if (full->counts.to_delete == 0 || full->table->key == NULL ||
        !key_choice_is_resumable(full->table))
        return true;
    if (!comparison_keys_to_delete(
            full->comparison, &full->worker->arena, limit, &values, &row_count, err))
        return false;
    for (size_t r = 0; r < row_count && *is_confirmed; r++) {
        bool exists;

        if (worker_is_cancelled(full->worker, err) ||
            !reader_key_exists(full->worker->source, full->table,
                &values[r * full->table->key->column_count], &full->worker->limits, &exists, err))
            return false;
        *is_confirmed = !exists;
        worker_add_progress(full->worker, 0, 0);
    }
    return true;
}

static bool
check_brake(struct full *full, struct error *err)
{
    int64_t removed = full->counts.to_delete;

    // Without a key a changed row is one that goes and one that comes.
    if (full->table->key == NULL)
        removed -= full->counts.to_insert;
    return brake_check(&full->worker->shared->settings->mirror, full->table, full->mirror_rows,
        full->source_rows, removed, err);
}

// ---- the transaction ---------------------------------------------------------------------------

static void
fill_record(struct full *full, const struct applied *applied)
{
    struct table_record *record = full->record;
    struct table_result *result = full->result;

    record->state = TABLE_STATE_DONE;
    record->row_count = full->mirror_rows + applied->inserted - applied->deleted;
    record->size_bytes = full->source_bytes;
    record->was_resumed = false;
    record->read_to_ms = clock_wall_ms();
    result->rows_read += full->source_rows;
    result->bytes_read += full->source_bytes;
    result->rows_inserted = applied->inserted;
    result->rows_updated = applied->updated;
    result->rows_deleted = applied->deleted;
    result->finished_ms = clock_wall_ms();
}

static bool
write_differences(struct full *full, bool *is_current, struct error *err)
{
    struct worker *worker = full->worker;
    const struct mirror_claim *claim = &worker->shared->claim;
    const struct difference_counts *counts = &full->counts;
    struct applied applied = { 0 };

    *is_current = true;
    worker_set_phase(worker, PHASE_APPLYING);
    if (!target_begin(worker->target, err))
        return false;
    if (counts->to_insert + counts->to_update + counts->to_delete > 0 &&
        !comparison_apply(full->comparison, &applied, is_current, err))
        return false;
    if (!*is_current) {
        target_rollback(worker->target);
        return true;
    }
    fill_record(full, &applied);
    if (full->record->row_count != full->source_rows)
        return error_set(err, ERROR_TABLE,
            "the source returned %" PRId64 " rows but the mirror would hold %" PRId64,
            full->source_rows, full->record->row_count);
    if (!quarantine_list_save(&full->quarantine, worker->target, claim, err) ||
        !quarantine_resolve_unseen(worker->target, claim, full->table, err))
        return false;
    full->result->values_quarantined = full->quarantine.saved_count;
    full->result->values_newly_quarantined = full->quarantine.new_count;
    worker_set_phase(worker, PHASE_COMMITTING);
    return table_run_save(worker->target, claim, full->record, full->result, err) &&
           tracking_save(
               worker->target, claim, worker->shared->settings->target.schema, full->record, err) &&
           target_commit(worker->target, err);
}

// ---- rounds ------------------------------------------------------------------------------------

static void
release_round(struct full *full)
{
    copy_stream_close(full->copy);
    full->copy = NULL;
    target_rollback(full->worker->target);
    comparison_close(full->comparison);
    full->comparison = NULL;
    digest_set_release(&full->set);
    full->has_set = false;
    quarantine_list_release(&full->quarantine);
    row_policy_release(&full->policy);
}

static bool
play_round(struct full *full, bool *is_settled, struct error *err)
{
    struct worker *worker = full->worker;
    bool is_current = false;
    bool is_confirmed = false;

    *is_settled = false;
    full->source_rows = 0;
    full->source_bytes = 0;
    full->candidate_rows = 0;
    full->record->read_from_ms = clock_wall_ms();
    quarantine_list_init(&full->quarantine, full->table);
    row_policy_init(&full->policy, full->table, quarantine_list_add, &full->quarantine);
    if (!comparison_open(worker->target, worker->shared->settings->target.schema, full->table,
            &worker->shared->digest, &full->comparison, err) ||
        !find_differences(full, &is_current, err))
        return false;
    if (!is_current)
        return true;
    if (!check_brake(full, err) || !confirm_deletes(full, &is_confirmed, err))
        return false;
    if (!is_confirmed)
        return true;
    return write_differences(full, is_settled, err);
}

bool
full_sync_table(struct worker *worker, const struct table *table, uint64_t fingerprint,
    struct table_record *record, struct table_result *result, struct error *err)
{
    struct full full = { .worker = worker, .table = table, .record = record, .result = result };
    bool is_missing;
    bool is_settled = false;
    bool done = true;

    if (!shape_follow(worker, table, fingerprint, record, &is_missing, err))
        return false;
    if (is_missing)
        return load_table(worker, table, fingerprint, record, result, err);
    record->fingerprint = fingerprint;
    for (int round = 0; done && !is_settled && round < ROUNDS_MAX; round++) {
        done = play_round(&full, &is_settled, err);
        release_round(&full);
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
