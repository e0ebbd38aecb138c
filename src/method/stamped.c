#include "method/stamped.h"

#include "base/log.h"
#include "method/row_again.h"
#include "plan/stamp.h"
#include "read/lookup.h"
#include "read/reader.h"
#include "read/split.h"
#include "source/stamp.h"
#include "target/source_digests.h"
#include "target/witness.h"

#include <inttypes.h>
#include <string.h>

enum {
    ASKED_MAX = 10000, // rows that are asked for by their keys; a whole comparison takes less time
};

// ---- the window --------------------------------------------------------------------------------

bool
stamped_begin(struct task *task, const struct job *job, struct error *err)
{
    struct task_stamps *stamps = &task->stamps;
    const struct column *column;
    struct stamp_start start = { 0 };

    stamps->is_watched = false;
    stamps->findings = (struct stamp_findings){ 0 };
    if (job->stamp == NULL || job->method == METHOD_VERIFY)
        return true;
    column = stamp_find(job->table, job->stamp->column);
    if (column == NULL || !source_read_clock(task->source, &task->arena, &start.clock)) {
        log_warning("table \"%s\" is read whole, not by stamp: the source does not tell what time "
                    "it is",
            job->table->name);
        return true;
    }
    start.watermark = job->stamp->watermark;
    start.overlap_s = task->settings->mirror.overlap_seconds;
    if (!stamp_make_window(task->target, &task->arena, column, &start, &stamps->window, err))
        return false;
    stamps->is_open_known = start.clock.is_open_known;
    stamps->is_watched = true;
    log_debug("%s: stamps from %s to %s%s", job->table->target_name,
        stamps->window.low != NULL ? stamps->window.low : "the first", stamps->window.bound,
        start.clock.is_open_known ? ""
                                  : "; open transactions are not shown, the overlap alone counts");
    return true;
}

const struct table *
stamped_rows(struct task *task, const struct table *table)
{
    struct task_stamps *stamps = &task->stamps;
    const struct column *column;
    struct buffer condition;

    if (!stamps->is_watched || stamps->window.low == NULL)
        return NULL;
    column = stamp_find(table, stamps->window.column);
    if (column == NULL)
        return NULL;
    buffer_init(&condition, BUFFER_SQL_CAP);
    source_append_window(task->source, &condition, column, &stamps->window);
    stamps->rows = *table;
    stamps->condition = arena_strdup(&task->arena, buffer_text(&condition));
    buffer_release(&condition);
    stamps->rows.where.condition = table->where.condition == NULL
                                       ? stamps->condition
                                       : arena_printf(&task->arena, "(%s\n) AND (%s)",
                                             table->where.condition, stamps->condition);
    return &stamps->rows;
}

// ---- rows that "where" no longer lets through --------------------------------------------------

static bool
send_keys(struct differ *differ, const struct source_digest_shape *shape,
    const struct narrow *narrow, const struct batch *batch, struct error *err)
{
    struct cell cells[SOURCE_DIGEST_COLUMNS_MAX] = { { .bytes = "0", .size = 1 } };
    struct copy_stream *copy = NULL;
    int64_t row_count;
    bool done = comparison_open_source_digests(differ->comparison, shape, &copy, err);

    for (size_t r = 0; done && r < batch->row_count; r++) {
        const struct cell *row = &batch->cells[r * batch->column_count];

        for (size_t i = 0; i < narrow->key.column_count; i++)
            cells[i + 1] = row[narrow->key.columns[i]];
        done = copy_stream_send(copy, cells, err);
    }
    done = done && copy_stream_finish(copy, &row_count, err);
    copy_stream_close(copy);
    return done;
}

static bool
read_keys(
    struct differ *differ, const struct narrow *narrow, const struct part *part, struct error *err)
{
    struct task *task = differ->task;
    struct source_digest_shape shape;
    struct reader reader;
    const struct batch *batch;
    bool done;

    source_digest_shape_init(&shape, differ->table);
    reader_init(&reader, task->source, &narrow->table, &part->rows, &task->reading);
    do {
        done = !task_is_cancelled(task, err) && reader_fetch(&reader, &batch, err) &&
               (batch->row_count == 0 || send_keys(differ, &shape, narrow, batch, err));
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    return done;
}

bool
stamped_read_left(struct differ *differ, struct error *err)
{
    struct task *task = differ->task;
    struct part_list parts;
    struct narrow narrow;
    bool done;

    if (differ->table->where.condition == NULL)
        return true;
    lookup_narrow(&narrow, differ->table);
    narrow.table.where.condition = task->stamps.condition;
    done = task_begin_reading(task, differ->table, err);
    if (done) {
        done = split_table(&task->arena, task->source, &narrow.table, &task->reading,
            task_reads_in_order(task, &narrow.table, 0), &parts, err);
        for (size_t i = 0; done && i < parts.count; i++)
            done = read_keys(differ, &narrow, &parts.parts[i], err);
        task_end_reading(task);
    }
    narrow_release(&narrow);
    return done;
}

// ---- rows that the window lacks ----------------------------------------------------------------

static bool
ask_for(struct differ *differ, const struct cell *keys, size_t count, struct error *err)
{
    struct task *task = differ->task;
    size_t width = differ->table->key->column_count;
    struct unread_row row = { .batch = { .row_count = 0 } };
    bool done = true;

    arena_init(&row.arena);
    for (size_t i = 0; done && i < count; i++) {
        const struct cell *key = &keys[i * width];

        done = !task_is_cancelled(task, err) &&
               row_read_again(task, differ->table, key, &row, err) &&
               differ_take_matching(differ, &row.batch, key, err);
        task_add_progress(task, 0, 0);
    }
    done = done && row_sender_end(&differ->sender, err);
    arena_release(&row.arena);
    return done;
}

bool
stamped_ask_for_gone(struct differ *differ, bool *is_current, bool *is_too_much, struct error *err)
{
    struct task *task = differ->task;
    struct cell *keys;
    size_t count;
    bool done;

    if (differ->found.counts.to_delete == 0)
        return true;
    if (!comparison_keys_to_delete(
            differ->comparison, &task->arena, ASKED_MAX, false, &keys, &count, err))
        return false;
    *is_too_much = (int64_t)count < differ->found.counts.to_delete;
    if (*is_too_much || !task_begin_reading(task, differ->table, err))
        return *is_too_much;
    task_set_phase(task, PHASE_READING);
    done = ask_for(differ, keys, count, err);
    task_end_reading(task);
    task_set_phase(task, PHASE_COMPARING);
    return done && comparison_settle_window(differ->comparison, err) &&
           comparison_pair(differ->comparison, &differ->found.counts, is_current, err);
}

// ---- what a whole comparison proves ------------------------------------------------------------

bool
stamped_judge(struct task *task, struct comparison *comparison, struct error *err)
{
    struct task_stamps *stamps = &task->stamps;

    if (!stamps->is_watched || stamps->window.low == NULL)
        return true;
    return comparison_judge_stamp(
        comparison, task->claim, &task->arena, &stamps->window, &stamps->findings, err);
}

// Only where nothing else can have made the mirror differ.
static bool
is_proof(const struct job *job, const struct outcome *outcome)
{
    return job->method == METHOD_COMPARE && job->stamp->record != NULL && job->record != NULL &&
           job->record->state == TABLE_STATE_DONE && !job->record->has_quarantine &&
           job->record->shape.fingerprint == job->fingerprint &&
           outcome->result.values_quarantined == 0;
}

static bool
is_before(const struct cell *stamp, const char *low)
{
    size_t size = strlen(low);
    int order = memcmp(stamp->bytes, low, stamp->size < size ? stamp->size : size);

    return order < 0 || (order == 0 && stamp->size < size);
}

// The row may have been written while the table was read: as it is now, its stamp tells of it, or
// does not.
static bool
is_untold_now(struct task *task, const struct cell *key, bool *is_untold, struct error *err)
{
    const struct table *table = task->altered.table;
    size_t column = (size_t)(stamp_find(table, task->stamps.window.column) - table->columns);
    struct unread_row row = { .batch = { .row_count = 0 } };
    bool done;

    arena_init(&row.arena);
    done = row_read_again(task, table, key, &row, err);
    if (done && row.batch.row_count == 1) {
        const struct cell *stamp = &row.batch.cells[column];

        *is_untold = stamp->bytes != NULL && is_before(stamp, task->stamps.window.low);
    }
    arena_release(&row.arena);
    return done;
}

// The first of the rows of which the stamp does not tell, asked again, in words; NULL: it tells of
// all that were asked for. What cannot be asked is held against nobody.
static const char *
find_miss(struct task *task)
{
    const struct table *table = task->altered.table;
    const struct stamp_findings *findings = &task->stamps.findings;
    size_t width = findings->key_count > 0 ? table->key->column_count : 0;

    for (size_t i = 0; i < findings->key_count; i++) {
        const struct cell *key = &findings->keys[i * width];
        const char *words = "";
        bool is_untold = false;
        struct error err = { 0 };

        if (!is_untold_now(task, key, &is_untold, &err) || !is_untold)
            continue;
        for (size_t k = 0; k < width; k++)
            words = arena_printf(&task->arena, "%s%s\"%s\" = %.*s", words, k > 0 ? ", " : "",
                table->columns[table->key->columns[k]].name,
                key[k].bytes != NULL ? (int)key[k].size : 4,
                key[k].bytes != NULL ? key[k].bytes : "NULL");
        return words;
    }
    return NULL;
}

// ---- what is remembered ------------------------------------------------------------------------

static void
count_proof(struct task *task, struct witness_record *record)
{
    int needed = task->settings->mirror.witness_proofs;

    if (record->state == WITNESS_DEMOTED || task->stamps.findings.told == 0)
        return;
    record->proofs++;
    if (record->proofs >= needed)
        record->state = WITNESS_TRUSTED;
    record->evidence = arena_printf(&task->arena,
        "%" PRId64 " whole comparisons found no change that its stamps had not told",
        record->proofs);
}

// The key is in the record, for its owner to look at, and not in the log.
static void
count_miss(struct task *task, const struct job *job, const char *row, struct witness_record *record)
{
    record->state = WITNESS_DEMOTED;
    record->misses++;
    record->evidence = arena_printf(&task->arena,
        "run %" PRId64 " found %" PRId64
        " changed rows of which stamp \"%s\" told nothing, the one "
        "with %s among them",
        task->claim->run_id, task->stamps.findings.untold, job->stamp->column, row);
    log_warning(
        "table \"%s\" is read whole from now on: rows were changed while their stamp \"%s\" "
        "stayed as it was; which, says oe2pg.witness; unless it was the mirror that "
        "somebody changed, then delete the table's row there",
        job->table->name, job->stamp->column);
}

static struct witness_record
make_record(struct task *task, const struct job *job, const struct table_record *table_record,
    const char *watermark)
{
    const struct witness_record *before = job->stamp->record;
    struct witness_record record = { .evidence = "" };

    if (before != NULL)
        record = *before;
    record.source_schema = job->table->schema;
    record.source_table = job->table->name;
    record.point = stamp_point_print(&task->arena, job->stamp->column, watermark);
    if (strcmp(table_record->method, method_name(METHOD_STAMP)) != 0)
        record.whole_ms = table_record->content.read_from_ms;
    return record;
}

void
stamped_note(struct task *task, const struct job *job, const struct table_record *table_record,
    const struct outcome *outcome)
{
    struct task_stamps *stamps = &task->stamps;
    struct witness_record record;
    struct error err = { 0 };
    const char *watermark;

    if (!stamps->is_watched || (job->is_unchanged && outcome->result.rows_read == 0))
        return;
    if (stamp_read_watermark(task->target, &task->arena, task->settings->target.schema,
            task->altered.table, &stamps->window, &watermark, &err)) {
        record = make_record(task, job, table_record, watermark);
        if (is_proof(job, outcome)) {
            const char *miss = find_miss(task);

            if (miss != NULL)
                count_miss(task, job, miss, &record);
            else
                count_proof(task, &record);
        }
        if (witness_save(task->target, task->claim, WITNESS_KIND_STAMP, &record, 1, &err))
            return;
    }
    error_within(&err, "could not record how far table \"%s\" was read by stamp", job->table->name);
    log_failure(LOG_WARNING, &err);
}
