#include "method/load.h"

#include "base/clock.h"
#include "base/fault.h"
#include "model/key_choice.h"
#include "method/met_twice.h"
#include "method/early_end.h"
#include "method/compare.h"
#include "method/into_place.h"
#include "method/load_commit.h"
#include "method/objects.h"
#include "method/staging.h"
#include "read/lookup.h"
#include "read/split.h"
#include "write/row_sender.h"
#include "plan/adoptable.h"
#include "target/compare.h"
#include "target/ddl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMMIT_INTERVAL_MS = 5000,
    COMPARE_AFTER_MS = 10 * 60 * 1000, // a load that took longer is compared before it is done
    // Below this many rows a table is read in whatever order is cheapest and in one go.
    ORDERED_FROM_ROWS = 20000,
    ANALYSE_FROM_ROWS = 1000,
};

static bool
is_read_in_order(const struct load *load)
{
    const struct table *table = load->table;

    return task_reads_in_order(load->task, table, 0) ||
           (key_choice_is_resumable(table) && !hunt_is_by_id(load->task->hunt) &&
               (table->row_estimate < 0 || table->row_estimate >= ORDERED_FROM_ROWS));
}

// ---- reading -----------------------------------------------------------------------------------

static bool
send_batch(struct load *load, struct part *part, const struct batch *batch, struct error *err)
{
    int64_t refused = part->outcome.rows_refused;

    if (!load_open_transaction(load, err))
        return false;
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct cell *row = &batch->cells[r * batch->column_count];

        if (!row_sender_send(&load->sender, row, row_sender_check(&load->sender, row), err))
            return false;
    }
    if (!row_sender_flush(&load->sender, err))
        return false;
    part->row_count += (int64_t)batch->row_count - (part->outcome.rows_refused - refused);
    part->size_bytes += (int64_t)batch->size_bytes;
    part->outcome.rows_read += (int64_t)batch->row_count;
    part->outcome.bytes_read += (int64_t)batch->size_bytes;
    load->has_open = true;
    load->result->rows_read += (int64_t)batch->row_count;
    load->result->bytes_read += (int64_t)batch->size_bytes;
    task_add_progress(load->task, batch->row_count, batch->size_bytes);
    return !quarantine_list_is_full(&load->sender.quarantine) || load_end_copy(load, err);
}

// Rows in key order may be committed before the part's end; others are lost with the attempt.
static bool
is_to_be_committed(const struct load *load, const struct part *part)
{
    return part->rows.kind == KEY_PART_NOT_NULL &&
           clock_steady_ms() - load->commit_ms >=
               fault_setting("OE2PG_TEST_COMMIT_MS", COMMIT_INTERVAL_MS) &&
           load_can_commit(load);
}

// What is read is worth keeping, if that is quick.
static void
keep_what_is_read(struct load *load, struct part *part)
{
    struct error ignored;

    if (part->rows.kind == KEY_PART_NOT_NULL && load->has_open && load_can_commit(load))
        (void)load_commit_part(load, part, false, &ignored);
}

static bool
read_rows(struct load *load, struct part *part, struct error *err)
{
    const struct batch *batch;

    task_set_phase(load->task, PHASE_READING);
    for (;;) {
        if (task_is_cancelled(load->task, err)) {
            keep_what_is_read(load, part);
            return false;
        }
        if (!reader_fetch(&load->reader, &batch, err))
            return false;
        if (batch->row_count == 0)
            return true;
        if (!send_batch(load, part, batch, err) ||
            (is_to_be_committed(load, part) && !load_commit_part(load, part, false, err)))
            return false;
    }
}

// Reads a part to its end, from where it stopped. Staged rows become visible all at once only if
// every one of them was committed before: a reader between this commit and the rename sees the
// whole table, or nothing.
static bool
read_part(struct load *load, struct part *part, struct error *err)
{
    struct reader *reader = &load->reader;
    const struct key_position *position = &part->position;

    if (part->state == PART_DONE)
        return true;
    reader_release(reader);
    reader_init(reader, load->task->source, load->table, &part->rows, &load->task->reading);
    reader_hunt(reader, load->task->hunt, quarantine_list_add_unread, &load->sender.quarantine);
    reader_prove_order(reader);
    task_begin_part(load->task, part, &load->sender);
    if ((position->count > 0 && !reader_start_after(reader, position->values, err)) ||
        !read_rows(load, part, err))
        return false;
    load->is_cut |= reader->order.is_relied_on;
    if (!load->is_staged)
        load_note_position(load, part, true); // whatever commits its rows records that it is whole
    else if (!load_commit_part(load, part, true, err))
        return false;
    task_end_part(load->task, part);
    return true;
}

static bool
read_parts(struct load *load, struct error *err)
{
    for (size_t i = 0; i < load->parts.count; i++) {
        if (!read_part(load, &load->parts.parts[i], err))
            return false;
    }
    return true;
}

// ---- the end -----------------------------------------------------------------------------------

// What an earlier attempt or run of this load put into quarantine is as new as the rest: this run
// met all of it, in an attempt or when it compared what was staged, or it is resolved.
static bool
end_quarantine(struct load *load, struct error *err)
{
    struct target *target = load->task->target;
    const struct mirror_claim *claim = load->task->claim;
    struct table_result *result = load->result;
    const struct part_outcome outcome = part_list_outcome(&load->parts);

    result->values_quarantined = outcome.values_quarantined;
    result->values_newly_quarantined = outcome.values_newly_quarantined;
    if (!quarantine_resolve_unmet(target, claim, load->table, err))
        return false;
    if (!load->record->content.was_resumed)
        return true;
    if (!quarantine_count(target, claim, load->table, &result->values_quarantined, err))
        return false;
    result->values_newly_quarantined = result->values_quarantined;
    return true;
}

// Rows that were read long ago may have changed behind the position; only a comparison finds them.
// Those that were staged before this run began may have been compared when it went on (catch_up).
static bool
is_to_be_compared(const struct load *load)
{
    const struct table_record *record = load->record;

    return load->is_behind || load->is_short ||
           clock_wall_ms() - record->content.read_from_ms >=
               fault_setting("OE2PG_TEST_COMPARE_AFTER_MS", COMPARE_AFTER_MS);
}

static int64_t
rows_left_out(const struct load *load)
{
    return load->left_out + part_list_outcome(&load->parts).rows_refused;
}

// The last transaction: the rest of the rows, the table in its place, its tracking row.
static bool
finish(struct load *load, bool was_staged, bool is_safe, struct error *err)
{
    struct task *task = load->task;
    struct table_record *record = load->record;
    bool is_plain;

    task_set_phase(task, PHASE_COMMITTING);
    if ((!load->is_created && !load_create_empty(load, err)) || !load_open_transaction(load, err) ||
        !load_end_copy(load, err))
        return false;
    record->content.row_count = part_list_rows(&load->parts);
    record->content.size_bytes = part_list_bytes(&load->parts);
    if ((was_staged && !into_place_put(task, load->table, load->staging, record->content.row_count,
                           is_safe, err)) ||
        !objects_make(task, load->table, err) ||
        !arrival_look(
            task->target, &task->arena, task->settings->target.schema, load->table, &is_plain, err))
        return false;
    load->result->rows_inserted = record->content.row_count;
    load->result->rows_left_out = rows_left_out(load);
    // Staged rows were compared before; others are compared where they are, and so is what an event
    // trigger, or people in staging, made something else of.
    record->state = (!was_staged && is_to_be_compared(load)) || !is_plain ? TABLE_STATE_LOADED
                                                                          : TABLE_STATE_DONE;
    record->is_loaded = true;
    record->staging.table = NULL;
    record->staging.parts.count = 0;
    load->result->finished_ms = clock_wall_ms();
    load->result->values_full_width = full_width_total(&task->full_width);
    record->hint = full_width_note(&task->full_width, &task->arena);
    return end_quarantine(load, err) &&
           (record->state != TABLE_STATE_DONE ||
               table_run_save(task->target, task->claim, record, load->result, err)) &&
           load_save_record(load, err) && target_commit(task->target, err);
}

// In any order a row that moved may be met twice; in key order none is, unless the order is not the
// one by which the source compares.
static bool
check_duplicates(struct load *load, struct error *err)
{
    struct task *task = load->task;
    struct table loaded = *load->table;
    const char *schema = load->is_staged ? STAGING_SCHEMA : task->settings->target.schema;
    struct cell *keys;
    size_t count;
    bool is_real;

    if (!met_twice_can_be_told(load->table))
        return true;
    task_set_phase(task, PHASE_COMPARING);
    if (load->is_staged)
        loaded.target_name = load->staging;
    // What is staged was committed.
    if ((!load->is_staged && (!load_open_transaction(load, err) || !load_end_copy(load, err))) ||
        !loaded_duplicate_keys(task->target, &task->arena, schema, &loaded, &keys, &count, err) ||
        !met_twice_ask(task, load->table, keys, count, &is_real, err))
        return false;
    if (is_real)
        return true;
    if (load->is_cut)
        return order_proof_condemn(load->table, err, DUPLICATE_AT_A_CUT);
    error_set(err, ERROR_TABLE, "rows moved while they were read, and were met twice");
    err->retry = RETRY_LATER;
    return false;
}

// Before the rows are seen, so that no reader finds some from before and some from after a change.
// `only`: the rows of the table that are staged, NULL: all.
static bool
compare_what_is_staged(struct load *load, const struct part_list *only, struct error *err)
{
    struct table staged = *load->table;

    staged.target_name = load->staging;
    reader_release(&load->reader);
    task_end_reading(load->task);
    if (!compare_staged(load->task, &staged, only, load->record, load->result, err))
        return false;
    load->left_out = load->result->rows_left_out - part_list_outcome(&load->parts).rows_refused;
    return true;
}

// What an earlier run staged is brought up to date before it is read on: then it is as new as what
// follows, and each row of the source was read once by this run. What this run itself staged, in an
// attempt that failed, is no older than the rows of a load that did not fail. But a load in which a
// process died gets further first, for the next one may die, too: it is compared at its end.
static bool
catch_up(struct load *load, struct error *err)
{
    struct part_list staged;

    if (!load->is_behind || load->task->job.is_suspect)
        return true;
    staged = staging_rows(load->task, &load->parts);
    if (!compare_what_is_staged(load, &staged, err) ||
        !task_begin_reading(load->task, load->table, err))
        return false;
    load->is_behind = false;
    load->commit_ms = clock_steady_ms();
    hunt_begin_pass(load->task->hunt);
    return true;
}

// Rows that are missing by the source's own count are read once more, by the comparison.
static void
look_for_early_end(struct load *load)
{
    int64_t row_count = part_list_rows(&load->parts) + rows_left_out(load);
    int64_t counted;

    reader_release(&load->reader); // one statement at a time
    load->is_short = early_end_is_likely(load->task, load->table, row_count, &counted);
}

static bool
load_in_order(struct load *load, struct error *err)
{
    bool is_safe = false;

    if (!into_place_begin(load->task, err) || !catch_up(load, err) || !read_parts(load, err) ||
        (load->is_cut && !check_duplicates(load, err)))
        return false;
    look_for_early_end(load);
    if (load->is_staged && is_to_be_compared(load) && !compare_what_is_staged(load, NULL, err))
        return false;
    if (load->is_staged) {
        ddl_analyze(load->task->target, STAGING_SCHEMA, load->staging);
        if (!into_place_wait(load->task, load->is_unlogged, &is_safe, err))
            return false;
    }
    return finish(load, load->is_staged, is_safe, err);
}

// ---- beginning ---------------------------------------------------------------------------------

static bool
start_fresh(struct load *load, struct error *err)
{
    struct table_record *record = load->record;
    struct task *task = load->task;

    record->staging.parts.count = 0;
    record->content.read_from_ms = clock_wall_ms();
    record->content.was_resumed = false;
    return split_table(&task->arena, task->source, load->table, &task->reading, load->is_in_order,
        &load->parts, err);
}

static bool
refuse_existing(struct load *load, struct error *err)
{
    struct task *task = load->task;
    const char *schema = task->settings->target.schema;
    struct relation relation;
    struct name_list present;

    if (!ddl_find(task->target, &task->arena, schema, load->table->target_name, &relation, err))
        return false;
    if (!relation.exists)
        return true;
    present = (struct name_list){ relation.columns, relation.column_count };
    error_set(err, ERROR_TABLE, "\"%s\".\"%s\" exists already and is not a table that oe2pg made",
        schema, load->table->target_name);
    return error_hint(
        err, "%s", adoptable_remedy(&task->arena, load->table, relation.kind, &present));
}

// What is staged counts as read where this run read it, in an attempt before this one; else it does
// when it is compared.
static void
go_on(struct load *load)
{
    struct table_record *record = load->record;

    load->is_created = true;
    load->is_staged = true;
    load->is_behind = record->run_id != load->task->claim->run_id || load->task->job.is_suspect;
    load->parts = record->staging.parts;
    record->content.was_resumed = true;
    task_begin_count(load->task, part_list_rows(&load->parts), part_list_bytes(&load->parts));
    if (load->is_behind)
        return;
    load->result->rows_read = part_list_rows(&load->parts);
    load->result->bytes_read = part_list_bytes(&load->parts);
}

static bool
prepare(struct load *load, uint64_t fingerprint, struct error *err)
{
    struct table_record *record = load->record;
    bool is_usable = false;

    if (!refuse_existing(load, err))
        return false;
    if (record->state == TABLE_STATE_STAGED) {
        if (record->shape.fingerprint == fingerprint && load->is_in_order &&
            !staging_can_go_on(load->task, load->table, record, load->staging, &is_usable,
                &load->is_unlogged, err))
            return false;
        record->staging.was_recorded = true;
    }
    record->shape.fingerprint = fingerprint;
    if (is_usable) {
        go_on(load);
        return true;
    }
    return start_fresh(load, err) &&
           (!record->staging.was_recorded || staging_drop(load->task, load->staging, err));
}

// A staged table was analysed before it was moved; small ones can wait for autovacuum.
static void
analyse_if_large(struct load *load, bool was_staged)
{
    if (!was_staged && load->record->content.row_count >= ANALYSE_FROM_ROWS)
        ddl_analyze(
            load->task->target, load->task->settings->target.schema, load->table->target_name);
}

static bool
load_in_any_order(struct load *load, struct error *err)
{
    if (!read_parts(load, err))
        return false;
    look_for_early_end(load);
    return (!load->is_short || early_end_read_on(load->task, load->table, err)) &&
           check_duplicates(load, err) && finish(load, false, false, err);
}

bool
load_table(struct task *task, const struct table *table, uint64_t fingerprint,
    struct table_record *record, struct table_result *result, struct error *err)
{
    struct load load = {
        .task = task,
        .table = table,
        .record = record,
        .result = result,
        .commit_ms = clock_steady_ms(),
    };
    bool done;

    staging_name(task, table, record, load.staging);
    task_init_sender(task, &load.sender, table, load_open_copy, &load);
    reader_init(&load.reader, task->source, table, &(struct part_rows){ .kind = KEY_PART_ALL },
        &task->reading);
    load.is_in_order = is_read_in_order(&load);
    hunt_begin_pass(task->hunt);
    done = task_begin_reading(task, table, err) && prepare(&load, fingerprint, err);
    if (done && load.is_in_order)
        done = load_in_order(&load, err);
    else if (done)
        done = load_in_any_order(&load, err);
    if (done)
        analyse_if_large(&load, load.is_staged);
    else
        task_set_phase(task, PHASE_READING); // to leave the rows may mean to wait for some
    reader_release(&load.reader);
    task_end_reading(task);
    row_sender_release(&load.sender);
    if (!done)
        target_rollback(task->target);
    return done;
}
