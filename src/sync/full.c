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
#include "sync/row_sender.h"
#include "sync/shape.h"
#include "target/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS_MAX = 3,
    CONFIRM_ALL = 10000, // keys to be removed that are all asked of the source again
    CONFIRM_SOME = 1000, // of more, this many are
};

struct known_row {
    uint64_t digest;
    bool is_seen; // in this scan
};

struct full {
    struct worker *worker;
    const struct table *table;
    struct table_record *record;
    struct table_result *result;
    struct comparison *comparison;
    struct digest_set set;
    bool has_set;
    struct row_sender sender;
    struct known_row *known_rows; // refused in earlier runs, by digest
    size_t known_row_count;
    struct difference_counts counts;
    int64_t mirror_rows;
    int64_t source_rows;
    int64_t source_bytes;
    int64_t left_out; // known refused rows
    int64_t kept;     // missing in the second of two scans only: they stay for now
    bool is_second;   // scan of a keyless table that shrank in the first
};

// ---- one scan of the source --------------------------------------------------------------------

static bool
open_candidates(void *context, struct copy_stream **copy, struct error *err)
{
    struct full *full = context;

    return comparison_open_candidates(full->comparison, copy, err);
}

static int
compare_known(const void *left, const void *right)
{
    const struct known_row *a = left;
    const struct known_row *b = right;

    return (a->digest > b->digest) - (a->digest < b->digest);
}

// A row that is known to be refused and has not changed is left out again, not tried again.
static bool
is_known_row(struct full *full, const struct cell *row)
{
    const struct digest_kind unseeded = { .is_fallback = full->worker->shared->digest.is_fallback };
    struct known_row wanted;
    struct known_row *known;

    if (full->known_row_count == 0)
        return false;
    wanted.digest = digest_row(&unseeded, full->table, row);
    known = bsearch(&wanted, full->known_rows, full->known_row_count, sizeof *known, compare_known);
    if (known == NULL)
        return false;
    known->is_seen = true;
    full->left_out++;
    return true;
}

static bool
compare_row(struct full *full, const struct cell *row, struct error *err)
{
    const struct cell *checked = row_sender_check(&full->sender, row);

    if (full->has_set && digest_set_strike(&full->set,
                             digest_row(&full->worker->shared->digest, full->table, checked)))
        return true;
    if (is_known_row(full, checked))
        return true;
    return row_sender_send(&full->sender, row, checked, err);
}

// Rows of the batch that the mirror does not have go into the candidates. No COPY stays open over
// a fetch: the source may take its time, and PostgreSQL must not have a transaction open meanwhile.
static bool
compare_batch(struct full *full, const struct batch *batch, struct error *err)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        if (!compare_row(full, &batch->cells[r * batch->column_count], err))
            return false;
    }
    full->source_rows += (int64_t)batch->row_count;
    full->source_bytes += (int64_t)batch->size_bytes;
    worker_add_progress(full->worker, batch->row_count, batch->size_bytes);
    return row_sender_flush(&full->sender, err) && row_sender_end(&full->sender, err);
}

static bool
scan_part(struct full *full, enum key_part part, struct error *err)
{
    struct reader reader;
    const struct batch *batch;
    bool done;

    reader_init(&reader, full->worker->source, full->table, part, &full->worker->reading);
    do {
        done = !worker_is_cancelled(full->worker, err) && reader_fetch(&reader, &batch, err) &&
               compare_batch(full, batch, err);
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    return done;
}

// In any order, unless the driver would keep the whole result in memory.
static bool
scan_source(struct full *full, struct error *err)
{
    bool in_pages = source_buffers_results(full->worker->source) && full->table->key != NULL &&
                    key_choice_is_resumable(full->table);

    bool done;

    if (!worker_begin_reading(full->worker, full->table, err))
        return false;
    worker_set_phase(full->worker, PHASE_READING);
    if (in_pages)
        done = scan_part(full, KEY_PART_NOT_NULL, err) &&
            (!reader_has_null_part(full->table) || scan_part(full, KEY_PART_WITH_NULL, err));
    else
        done = scan_part(full, KEY_PART_ALL, err);
    worker_end_reading(full->worker);
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
    if (full->is_second && !comparison_keep_common(full->comparison, &full->kept, err))
        return false;
    return comparison_pair(full->comparison, &full->counts, is_current, err);
}

// ---- before anything is removed ----------------------------------------------------------------

// Nobody can be asked for a row without a key: the table is read twice, and only what is missing
// both times goes.
static bool
confirm_by_second_scan(struct full *full, bool *is_confirmed, struct error *err)
{
    if (full->is_second || full->counts.to_delete <= full->counts.to_insert)
        return true;
    *is_confirmed = false;
    full->is_second = true;
    return comparison_remember_gone(full->comparison, err);
}

// Rows that a scan did not return may have moved while it ran: their keys are asked for again.
static bool
confirm_deletes(struct full *full, bool *is_confirmed, struct error *err)
{
    size_t limit = full->counts.to_delete <= CONFIRM_ALL ? CONFIRM_ALL : CONFIRM_SOME;
    struct cell *values;
    size_t row_count;

    *is_confirmed = true;
    if (full->counts.to_delete == 0)
        return true;
    if (full->table->key == NULL || !key_choice_is_resumable(full->table))
        return confirm_by_second_scan(full, is_confirmed, err);
    if (!comparison_keys_to_delete(
            full->comparison, &full->worker->arena, limit, &values, &row_count, err))
        return false;
    for (size_t r = 0; r < row_count && *is_confirmed; r++) {
        bool exists;

        if (worker_is_cancelled(full->worker, err) ||
            !reader_key_exists(full->worker->source, full->table,
                &values[r * full->table->key->column_count], &full->worker->reading, &exists, err))
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
        !comparison_apply(full->comparison, claim, &applied, is_current, err))
        return false;
    if (!*is_current) {
        target_rollback(worker->target);
        return true;
    }
    fill_record(full, &applied);
    full->result->values_quarantined = full->left_out;
    full->left_out += full->sender.refused_rows + applied.refused;
    if (full->record->row_count - full->kept + full->left_out != full->source_rows)
        return error_set(err, ERROR_TABLE,
            "the source returned %" PRId64 " rows, the mirror would hold %" PRId64 " and %" PRId64
            " are left out",
            full->source_rows, full->record->row_count, full->left_out);
    for (size_t i = 0; i < full->known_row_count; i++) {
        if (full->known_rows[i].is_seen && !quarantine_touch_row(worker->target, claim, full->table,
                                               full->known_rows[i].digest, err))
            return false;
    }
    if (!quarantine_list_save(&full->sender.quarantine, worker->target, claim, err) ||
        !quarantine_resolve_unseen(worker->target, claim, full->table, err))
        return false;
    full->result->values_quarantined += full->sender.quarantine.saved_count + applied.refused;
    full->result->values_newly_quarantined = full->sender.quarantine.new_count + applied.refused;
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
    row_sender_release(&full->sender);
    target_rollback(full->worker->target);
    comparison_close(full->comparison);
    full->comparison = NULL;
    digest_set_release(&full->set);
    full->has_set = false;
}

static bool
read_known_rows(struct full *full, struct error *err)
{
    struct worker *worker = full->worker;
    uint64_t *digests;

    if (!quarantine_known_rows(worker->target, &worker->arena, worker->shared->claim.mirror_id,
            full->table, &digests, &full->known_row_count, err))
        return false;
    full->known_rows =
        arena_calloc(&worker->arena, full->known_row_count, sizeof *full->known_rows);
    for (size_t i = 0; i < full->known_row_count; i++)
        full->known_rows[i].digest = digests[i];
    if (full->known_row_count > 0)
        qsort(full->known_rows, full->known_row_count, sizeof *full->known_rows, compare_known);
    return true;
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
    full->left_out = 0;
    full->kept = 0;
    full->record->read_from_ms = clock_wall_ms();
    row_sender_init(&full->sender, worker, full->table, open_candidates, full);
    if (!read_known_rows(full, err) ||
        !comparison_open(worker->target, worker->shared->settings->target.schema, full->table,
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
