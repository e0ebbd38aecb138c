#include "method/differ.h"

#include "base/log.h"
#include "method/stamped.h"
#include "model/key_choice.h"
#include "read/lookup.h"
#include "read/split.h"
#include "target/stamp.h"

#include <stdlib.h>
#include <string.h>

// ---- one read of the source --------------------------------------------------------------------

static bool
open_candidates(void *context, struct copy_stream **copy, struct error *err)
{
    struct differ *differ = context;

    return comparison_open_candidates(differ->comparison, copy, err);
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
take_known(struct differ *differ, struct known_row *known)
{
    const struct known_row *end = differ->known.rows + differ->known.count;

    while (known > differ->known.rows && known[-1].digest == known->digest)
        known--;
    while (known->met_by > 0 && known + 1 < end && known[1].digest == known->digest)
        known++;
    if (known->met_by > 0 && !differ->has_set)
        return false;
    if (known->met_by == 0)
        known->met_by = differ->part;
    differ->sender.outcome->rows_known++;
    return true;
}

// A row that is known to be refused and has not changed is left out again, not tried again; unless
// everything is to be tried: the constraint that refused it may be gone.
bool
differ_is_known_row(struct differ *differ, const struct cell *row)
{
    const struct digest_kind unseeded = { .is_fallback = differ->task->digest->is_fallback };
    struct known_row wanted;
    struct known_row *known;

    if (differ->known.count == 0 || differ->task->settings->mirror.full_sync)
        return false;
    wanted.digest = digest_row(&unseeded, differ->table, row);
    known = bsearch(&wanted, differ->known.rows, differ->known.count, sizeof *known, compare_known);
    if (known == NULL || !take_known(differ, known))
        return false;
    row_sender_leave_out(&differ->sender, row);
    if (differ->exceptions != NULL)
        exceptions_show_row(differ->exceptions, differ->table, row);
    return true;
}

// Parts beyond all marks share the last one, and are not taken back.
static uint16_t
mark_of(int part)
{
    return part < DIGEST_MARK_MAX ? (uint16_t)part : DIGEST_MARK_MAX;
}

static bool
compare_row(struct differ *differ, const struct cell *row, struct error *err)
{
    const struct cell *checked = row_sender_check(&differ->sender, row);

    if (differ->has_set &&
        digest_set_strike(&differ->set, digest_row(differ->task->digest, differ->table, checked),
            mark_of(differ->part)))
        return true;
    if (differ_is_known_row(differ, checked))
        return true;
    return row_sender_send(&differ->sender, row, checked, err);
}

// What is in quarantine is true whatever becomes of this read; it is not kept in memory to its end.
static bool
save_quarantine(struct differ *differ, struct error *err)
{
    struct target *target = differ->task->target;

    if (differ->exceptions != NULL)
        return exceptions_take(
            differ->exceptions, &differ->sender.quarantine, target, differ->task->claim, err);
    return target_begin(target, err) &&
           quarantine_list_save(&differ->sender.quarantine, target, differ->task->claim, err) &&
           target_commit(target, err);
}

// Rows of the batch that the mirror does not have go into the candidates. No COPY stays open over
// a fetch: the source may take its time, and PostgreSQL must not have a transaction open meanwhile.
static bool
compare_rows(struct differ *differ, const struct batch *batch, struct error *err)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        if (!compare_row(differ, &batch->cells[r * batch->column_count], err))
            return false;
    }
    return row_sender_flush(&differ->sender, err) && row_sender_end(&differ->sender, err);
}

bool
differ_take_matching(
    struct differ *differ, const struct batch *batch, const struct cell *values, struct error *err)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row = &batch->cells[r * batch->column_count];

        if (!lookup_has_key(differ->table->key, row, values))
            continue;
        differ->found.again.rows_read++;
        if (!row_sender_send(&differ->sender, row, row_sender_peek(&differ->sender, row), err))
            return false;
    }
    return row_sender_flush(&differ->sender, err);
}

static bool
compare_batch(
    struct differ *differ, struct part *part, const struct batch *batch, struct error *err)
{
    if (!(differ->is_by_key ? differ_by_key_take(differ, batch, err)
                            : compare_rows(differ, batch, err)))
        return false;
    part->outcome.rows_read += (int64_t)batch->row_count;
    part->outcome.bytes_read += (int64_t)batch->size_bytes;
    task_add_progress(differ->task, batch->row_count, batch->size_bytes);
    return (!quarantine_list_is_full(&differ->sender.quarantine) || save_quarantine(differ, err));
}

static const struct table *
rows_of(const struct differ *differ)
{
    return differ->source_rows != NULL ? differ->source_rows : differ->table;
}

static bool
read_part(struct differ *differ, struct part *part, struct error *err)
{
    // What is known is read with the first part, and left out of all.
    bool are_read = part != differ->found.parts.parts;
    struct task *task = differ->task;
    struct reader reader;
    const struct batch *batch;
    bool done;

    reader_init(&reader, task->source, rows_of(differ), &part->rows, &task->reading);
    reader_hunt(&reader, task->hunt, quarantine_list_add_unread, &differ->sender.quarantine);
    reader_prove_order(&reader);
    if (differ->only == NULL)
        reader_read_known_first(&reader, are_read);
    differ->part = part->number;
    task_begin_part(task, part, &differ->sender);
    do {
        done = !task_is_cancelled(task, err) && reader_fetch(&reader, &batch, err) &&
               compare_batch(differ, part, batch, err);
    } while (done && batch->row_count > 0);
    differ->is_cut |= reader.order.is_relied_on;
    reader_release(&reader);
    if (done)
        task_end_part(task, part);
    return done;
}

// ---- a part that failed ------------------------------------------------------------------------

static bool
can_take_back(const struct differ *differ)
{
    return differ->part < DIGEST_MARK_MAX &&
           (differ->exceptions == NULL || (exceptions_are_none(differ->exceptions) &&
                                              differ->sender.quarantine.first == NULL));
}

// As if the part had not been begun; but what is in quarantine for it is true whatever becomes of
// this read, and comes once more with the next one.
static bool
take_back(
    struct differ *differ, struct part *part, const struct comparison_mark *mark, struct error *err)
{
    struct part_outcome sum;

    if (!save_quarantine(differ, err) || !comparison_take_back(differ->comparison, mark, err))
        return false;
    if (differ->has_set)
        digest_set_take_back(&differ->set, mark_of(part->number));
    for (size_t i = 0; i < differ->known.count; i++) {
        if (differ->known.rows[i].met_by == part->number)
            differ->known.rows[i].met_by = 0;
    }
    part->outcome = (struct part_outcome){
        .values_newly_quarantined = part->outcome.values_newly_quarantined,
    };
    log_debug("%s: part %d of %zu is read again by itself", differ->table->target_name,
        part->number, differ->found.parts.count);
    sum = part_list_outcome(&differ->found.parts);
    task_begin_count(differ->task, sum.rows_read, sum.bytes_read);
    return true;
}

static bool
read_part_until_done(struct differ *differ, struct part *part, struct error *err)
{
    struct comparison_mark mark;

    if (!comparison_set_mark(differ->comparison, &mark, err))
        return false;
    while (!read_part(differ, part, err)) {
        if (!can_take_back(differ) || !task_tries_part_again(differ->task, err) ||
            !take_back(differ, part, &mark, err))
            return false;
    }
    return true;
}

// Of those that are given a copy: what comes of reading them is this read's.
static bool
choose_parts(struct differ *differ, struct error *err)
{
    struct task *task = differ->task;
    struct part_list *list = &differ->found.parts;

    if (differ->only == NULL)
        return split_table(&task->arena, task->source, rows_of(differ), &task->reading,
            task_reads_in_order(task, rows_of(differ), differ->duration_ms), list, err);
    list->count = differ->only->count;
    list->parts = arena_calloc(&task->arena, list->count, sizeof *list->parts);
    memcpy(list->parts, differ->only->parts, list->count * sizeof *list->parts);
    return true;
}

// In any order, unless the driver would keep the whole result in memory, or the source's
// transaction would be open for too long.
static bool
read_source(struct differ *differ, struct error *err)
{
    struct task *task = differ->task;
    bool done;

    if (!task_begin_reading(task, differ->table, err))
        return false;
    task_set_phase(task, PHASE_READING);
    hunt_begin_pass(task->hunt);
    task_begin_count(task, 0, 0);
    done = choose_parts(differ, err);
    for (size_t i = 0; done && i < differ->found.parts.count; i++)
        done = read_part_until_done(differ, &differ->found.parts.parts[i], err);
    row_sender_count_for(&differ->sender, &differ->found.again);
    task_end_reading(task);
    return done;
}

struct part_outcome
differ_outcome(const struct differ *differ)
{
    struct part_outcome sum = part_list_outcome(&differ->found.parts);

    part_outcome_add(&sum, &differ->found.again);
    return sum;
}

static bool
read_digests(struct differ *differ, bool *is_full, struct error *err)
{
    int64_t *row_count = &differ->found.mirror_rows;

    if (differ->source_rows == NULL)
        return comparison_read_mirror(differ->comparison, &differ->set, is_full, row_count, err);
    return comparison_read_window(
        differ->comparison, &differ->task->stamps.window, &differ->set, is_full, row_count, err);
}

static bool
read_mirror(struct differ *differ, struct error *err)
{
    bool is_full;

    task_set_phase(differ->task, PHASE_COMPARING);
    digest_set_init(&differ->set, differ->task->share.map_bytes);
    differ->has_set = true;
    if (!read_digests(differ, &is_full, err))
        return false;
    differ->found.is_too_much = is_full && differ->source_rows != NULL;
    if (is_full) {
        digest_set_release(&differ->set);
        differ->has_set = false;
        differ->is_by_key = !differ->is_whole && differ_by_key_can(differ->table);
    }
    if (differ->is_by_key)
        differ_by_key_init(&differ->by_key, differ->table);
    return true;
}

static bool
settle_window(struct differ *differ, struct error *err)
{
    return comparison_add_left(differ->comparison, &differ->task->stamps.window, err) &&
           comparison_settle_window(differ->comparison, err);
}

// After this, candidates and gone hold all differences.
static bool
collect_differences(struct differ *differ, bool *is_current, struct error *err)
{
    bool is_too_much = false;

    task_set_phase(differ->task, PHASE_COMPARING);
    if (differ->has_set)
        return comparison_add_gone(differ->comparison, &differ->set, err) &&
               (differ->source_rows == NULL || settle_window(differ, err));
    if (!differ->is_by_key)
        return comparison_find_differences(differ->comparison, err);
    if (!differ_by_key_find(differ, &is_too_much, err))
        return false;
    differ->is_whole = is_too_much;
    *is_current = !is_too_much;
    return true;
}

// After this they are paired, too.
static bool
find_differences(struct differ *differ, bool *is_current, struct error *err)
{
    *is_current = true;
    if (!read_mirror(differ, err))
        return false;
    *is_current = !differ->found.is_too_much;
    if (differ->found.is_too_much)
        return true;
    if (!read_source(differ, err) ||
        (differ->source_rows != NULL && !stamped_read_left(differ, err)) ||
        !collect_differences(differ, is_current, err))
        return false;
    if (!*is_current)
        return true;
    task_set_phase(differ->task, PHASE_COMPARING);
    if (differ->table->entry.may_lack_rows && !comparison_remember_nothing(differ->comparison, err))
        return false;
    if ((differ->is_second || differ->table->entry.may_lack_rows) && differ->table->key == NULL &&
        !comparison_keep_common(differ->comparison, &differ->found.kept, err))
        return false;
    return comparison_pair(differ->comparison, &differ->found.counts, is_current, err);
}

static bool
read_known_rows(struct differ *differ, struct error *err)
{
    struct task *task = differ->task;
    uint64_t *digests;

    if (!quarantine_known_rows(task->target, &task->arena, task->claim->mirror_id, differ->table,
            &digests, &differ->known.count, err))
        return false;
    differ->known.rows =
        arena_calloc(&task->arena, differ->known.count, sizeof *differ->known.rows);
    for (size_t i = 0; i < differ->known.count; i++)
        differ->known.rows[i].digest = digests[i];
    if (differ->known.count > 0)
        qsort(differ->known.rows, differ->known.count, sizeof *differ->known.rows, compare_known);
    return true;
}

static bool
read_unread_keys(
    struct differ *differ, struct key_position **keys, size_t *count, struct error *err)
{
    struct task *task = differ->task;
    size_t key_count;
    struct cell *values;

    *count = 0;
    if (!key_choice_is_exact(differ->table))
        return true;
    if (!quarantine_known_values(
            task->target, &task->arena, task->claim->mirror_id, differ->table, &values, count, err))
        return false;
    key_count = differ->table->key->column_count;
    *keys = arena_calloc(&task->arena, *count, sizeof **keys);
    for (size_t i = 0; i < *count; i++)
        (*keys)[i] = (struct key_position){ .values = &values[i * key_count], .count = key_count };
    return true;
}

// Rows in which a value could not be read, in earlier runs. Of a part of the table they are hunted
// for: nobody knows which of them are in it.
static bool
read_unread(struct differ *differ, struct error *err)
{
    struct task *task = differ->task;
    struct key_position *keys = NULL;
    const char **ids;
    size_t key_count;
    size_t id_count;

    if (differ->only != NULL || hunt_is_told(task->hunt))
        return true;
    if (!read_unread_keys(differ, &keys, &key_count, err) ||
        !quarantine_known_row_ids(task->target, &task->arena, task->claim->mirror_id, differ->table,
            &ids, &id_count, err))
        return false;
    hunt_know(task->hunt, &task->arena, keys, key_count, ids, id_count);
    return true;
}

bool
differ_run(struct differ *differ, bool *is_current, struct error *err)
{
    struct task *task = differ->task;

    task_init_sender(task, &differ->sender, differ->table, open_candidates, differ);
    if (!read_known_rows(differ, err) || !read_unread(differ, err) ||
        !comparison_open(
            task->target, differ->schema, differ->table, task->digest, &differ->comparison, err))
        return false;
    if (differ->is_rezoned)
        comparison_expect_other_zone(differ->comparison);
    return find_differences(differ, is_current, err);
}

void
differ_release(struct differ *differ)
{
    row_sender_release(&differ->sender);
    differ_by_key_release(&differ->by_key);
    target_rollback(differ->task->target);
    comparison_close(differ->comparison);
    digest_set_release(&differ->set);
    memset(differ, 0, sizeof *differ);
}
