#include "method/differ.h"

#include "model/key_choice.h"
#include "read/lookup.h"
#include "read/split.h"

#include <stdlib.h>
#include <string.h>

// ---- one scan of the source --------------------------------------------------------------------

static bool
open_candidates(void *context, struct copy_stream **copy, struct error *err)
{
    struct differ *scan = context;

    return comparison_open_candidates(scan->comparison, copy, err);
}

static int
compare_known(const void *left, const void *right)
{
    const struct known_row *a = left;
    const struct known_row *b = right;

    return (a->digest > b->digest) - (a->digest < b->digest);
}

// One of equal rows may be in the mirror and the others refused: each has an entry. Against the set
// the first was struck off before; without it only as many are left out as there are entries.
static bool
take_known(struct differ *scan, struct known_row *known)
{
    const struct known_row *end = scan->known_rows + scan->known_row_count;

    while (known > scan->known_rows && known[-1].digest == known->digest)
        known--;
    while (known->is_seen && known + 1 < end && known[1].digest == known->digest)
        known++;
    if (known->is_seen && !scan->has_set)
        return false;
    known->is_seen = true;
    scan->sender.outcome->rows_known++;
    return true;
}

// A row that is known to be refused and has not changed is left out again, not tried again; unless
// everything is to be tried: the constraint that refused it may be gone.
bool
differ_is_known_row(struct differ *scan, const struct cell *row)
{
    const struct digest_kind unseeded = { .is_fallback = scan->task->digest->is_fallback };
    struct known_row wanted;
    struct known_row *known;

    if (scan->known_row_count == 0 || scan->task->settings->mirror.full_sync)
        return false;
    wanted.digest = digest_row(&unseeded, scan->table, row);
    known = bsearch(&wanted, scan->known_rows, scan->known_row_count, sizeof *known, compare_known);
    if (known == NULL || !take_known(scan, known))
        return false;
    row_sender_leave_out(&scan->sender, row);
    if (scan->exceptions != NULL)
        exceptions_show_row(scan->exceptions, scan->table, row);
    return true;
}

static bool
compare_row(struct differ *scan, const struct cell *row, struct error *err)
{
    const struct cell *checked = row_sender_check(&scan->sender, row);

    if (scan->has_set &&
        digest_set_strike(&scan->set, digest_row(scan->task->digest, scan->table, checked)))
        return true;
    if (differ_is_known_row(scan, checked))
        return true;
    return row_sender_send(&scan->sender, row, checked, err);
}

// What is in quarantine is true whatever becomes of this scan; it is not kept in memory to its end.
static bool
save_quarantine(struct differ *scan, struct error *err)
{
    struct target *target = scan->task->target;

    if (scan->exceptions != NULL)
        return exceptions_take(
            scan->exceptions, &scan->sender.quarantine, target, scan->task->claim, err);
    return target_begin(target, err) &&
           quarantine_list_save(&scan->sender.quarantine, target, scan->task->claim, err) &&
           target_commit(target, err);
}

// Rows of the batch that the mirror does not have go into the candidates. No COPY stays open over
// a fetch: the source may take its time, and PostgreSQL must not have a transaction open meanwhile.
static bool
compare_rows(struct differ *scan, const struct batch *batch, struct error *err)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        if (!compare_row(scan, &batch->cells[r * batch->column_count], err))
            return false;
    }
    return row_sender_flush(&scan->sender, err) && row_sender_end(&scan->sender, err);
}

bool
differ_take_matching(
    struct differ *scan, const struct batch *batch, const struct cell *values, struct error *err)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row = &batch->cells[r * batch->column_count];

        if (!lookup_has_key(scan->table->key, row, values))
            continue;
        scan->again.rows_read++;
        if (!row_sender_send(&scan->sender, row, row_sender_peek(&scan->sender, row), err))
            return false;
    }
    return row_sender_flush(&scan->sender, err);
}

static bool
compare_batch(struct differ *scan, struct part *part, const struct batch *batch, struct error *err)
{
    if (!(scan->is_by_key ? differ_by_key_take(scan, batch, err) : compare_rows(scan, batch, err)))
        return false;
    part->outcome.rows_read += (int64_t)batch->row_count;
    part->outcome.bytes_read += (int64_t)batch->size_bytes;
    task_add_progress(scan->task, batch->row_count, batch->size_bytes);
    return (!quarantine_list_is_full(&scan->sender.quarantine) || save_quarantine(scan, err));
}

static bool
scan_part(struct differ *scan, struct part *part, struct error *err)
{
    // What is known is read with the first part, and left out of all.
    bool are_read = part != scan->parts.parts;
    struct reader reader;
    const struct batch *batch;
    bool done;

    reader_init(&reader, scan->task->source, scan->table, &part->rows, &scan->task->reading);
    reader_hunt(&reader, scan->task->hunt, quarantine_list_add_unread, &scan->sender.quarantine);
    reader_prove_order(&reader);
    reader_read_known_first(&reader, are_read);
    task_begin_part(scan->task, part, &scan->sender);
    do {
        done = !task_is_cancelled(scan->task, err) && reader_fetch(&reader, &batch, err) &&
               compare_batch(scan, part, batch, err);
    } while (done && batch->row_count > 0);
    scan->is_cut |= reader.order.is_relied_on;
    reader_release(&reader);
    full_width_add(&scan->task->full_width, part->outcome.full_widths);
    return done;
}

// In any order, unless the driver would keep the whole result in memory, or the source's
// transaction would be open for too long.
static bool
scan_source(struct differ *scan, struct error *err)
{
    struct task *task = scan->task;
    bool done = true;

    if (!task_begin_reading(task, scan->table, err))
        return false;
    task_set_phase(task, PHASE_READING);
    hunt_begin_pass(task->hunt);
    scan->parts = split_table(
        &task->arena, scan->table, task_reads_in_order(task, scan->table, scan->duration_ms));
    for (size_t i = 0; done && i < scan->parts.count; i++)
        done = scan_part(scan, &scan->parts.parts[i], err);
    row_sender_count_for(&scan->sender, &scan->again);
    task_end_reading(task);
    return done;
}

struct part_outcome
differ_outcome(const struct differ *scan)
{
    struct part_outcome sum = part_list_outcome(&scan->parts);

    part_outcome_add(&sum, &scan->again);
    return sum;
}

static bool
read_mirror(struct differ *scan, struct error *err)
{
    bool is_full;

    task_set_phase(scan->task, PHASE_COMPARING);
    digest_set_init(&scan->set, scan->task->share.map_bytes);
    scan->has_set = true;
    if (!comparison_read_mirror(scan->comparison, &scan->set, &is_full, &scan->mirror_rows, err))
        return false;
    if (is_full) {
        digest_set_release(&scan->set);
        scan->has_set = false;
        scan->is_by_key = !scan->is_whole && differ_by_key_can(scan->table);
    }
    if (scan->is_by_key)
        differ_by_key_init(&scan->by_key, scan->table);
    return true;
}

// After this, candidates and gone hold all differences.
static bool
collect_differences(struct differ *scan, bool *is_current, struct error *err)
{
    bool is_too_much = false;

    task_set_phase(scan->task, PHASE_COMPARING);
    if (scan->has_set)
        return comparison_add_gone(scan->comparison, &scan->set, err);
    if (!scan->is_by_key)
        return comparison_find_differences(scan->comparison, err);
    if (!differ_by_key_find(scan, &is_too_much, err))
        return false;
    scan->is_whole = is_too_much;
    *is_current = !is_too_much;
    return true;
}

// After this they are paired, too.
static bool
find_differences(struct differ *scan, bool *is_current, struct error *err)
{
    *is_current = true;
    if (!read_mirror(scan, err) || !scan_source(scan, err) ||
        !collect_differences(scan, is_current, err))
        return false;
    if (!*is_current)
        return true;
    task_set_phase(scan->task, PHASE_COMPARING);
    if (scan->is_second && scan->table->key == NULL &&
        !comparison_keep_common(scan->comparison, &scan->kept, err))
        return false;
    return comparison_pair(scan->comparison, &scan->counts, is_current, err);
}

static bool
read_known_rows(struct differ *scan, struct error *err)
{
    struct task *task = scan->task;
    uint64_t *digests;

    if (!quarantine_known_rows(task->target, &task->arena, task->claim->mirror_id, scan->table,
            &digests, &scan->known_row_count, err))
        return false;
    scan->known_rows = arena_calloc(&task->arena, scan->known_row_count, sizeof *scan->known_rows);
    for (size_t i = 0; i < scan->known_row_count; i++)
        scan->known_rows[i].digest = digests[i];
    if (scan->known_row_count > 0)
        qsort(scan->known_rows, scan->known_row_count, sizeof *scan->known_rows, compare_known);
    return true;
}

static bool
read_unread_keys(struct differ *scan, struct key_position **keys, size_t *count, struct error *err)
{
    struct task *task = scan->task;
    size_t key_count;
    struct cell *values;

    *count = 0;
    if (!key_choice_is_exact(scan->table))
        return true;
    if (!quarantine_known_values(
            task->target, &task->arena, task->claim->mirror_id, scan->table, &values, count, err))
        return false;
    key_count = scan->table->key->column_count;
    *keys = arena_calloc(&task->arena, *count, sizeof **keys);
    for (size_t i = 0; i < *count; i++)
        (*keys)[i] = (struct key_position){ .values = &values[i * key_count], .count = key_count };
    return true;
}

// Rows in which a value could not be read, in earlier runs.
static bool
read_unread(struct differ *scan, struct error *err)
{
    struct task *task = scan->task;
    struct key_position *keys = NULL;
    const char **ids;
    size_t key_count;
    size_t id_count;

    if (hunt_is_told(task->hunt))
        return true;
    if (!read_unread_keys(scan, &keys, &key_count, err) ||
        !quarantine_known_row_ids(
            task->target, &task->arena, task->claim->mirror_id, scan->table, &ids, &id_count, err))
        return false;
    hunt_know(task->hunt, &task->arena, keys, key_count, ids, id_count);
    return true;
}

bool
differ_run(struct differ *scan, bool *is_current, struct error *err)
{
    struct task *task = scan->task;

    task_init_sender(task, &scan->sender, scan->table, open_candidates, scan);
    if (!read_known_rows(scan, err) || !read_unread(scan, err) ||
        !comparison_open(
            task->target, scan->schema, scan->table, task->digest, &scan->comparison, err))
        return false;
    if (scan->is_rezoned)
        comparison_expect_other_zone(scan->comparison);
    return find_differences(scan, is_current, err);
}

void
differ_release(struct differ *scan)
{
    row_sender_release(&scan->sender);
    differ_by_key_release(&scan->by_key);
    target_rollback(scan->task->target);
    comparison_close(scan->comparison);
    digest_set_release(&scan->set);
    memset(scan, 0, sizeof *scan);
}
