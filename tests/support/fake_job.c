#include "fake_job.h"

#include "base/clock.h"
#include "report/output.h"

#include <string.h>

__typeof__(clock_steady_ms) __wrap_clock_steady_ms;
__typeof__(clock_sleep_ms) __wrap_clock_sleep_ms;
__typeof__(output_write) __wrap_output_write;

enum { COLUMNS = 3 };

static struct fake_job *the_job;

static const char *const names[COLUMNS] = { "id", "one", "two" };

void
fake_job_begin(struct fake_job *job)
{
    struct task *task = &job->task;

    full_width_release(&task->full_width);
    hunt_close(task->hunt);
    altered_release(&task->altered);
    arena_release(&task->arena);
    arena_release(&task->job_arena);
    job->record = job->mirror.record;
    memset(task, 0, sizeof *task);
    arena_init(&task->arena);
    arena_init(&task->job_arena);
    task->settings = &job->settings;
    task->claim = &job->claim;
    task->digest = &job->digest;
    task->is_cancelled = &job->is_cancelled;
    task->readers = &job->readers;
    task->source = &job->source.base;
    memory_share_init(&task->share, &job->settings, 1, &job->gate);
    altered_init(&task->altered, &job->table.table);
    task->hunt = hunt_open(&job->settings, &job->table.table);
    full_width_init(&task->full_width, false, &job->table.table);
}

void
fake_job_init(struct fake_job *job, size_t key_count, size_t row_count)
{
    memset(job, 0, sizeof *job);
    the_job = job;
    buffer_init(&job->output, 4096);
    fake_table_init(&job->table, names, COLUMNS, key_count, ORDER_DOCUMENTED);
    fake_table_fill(&job->table, row_count);
    fake_source_init(&job->source, &job->table);
    fake_mirror_init(&job->mirror, names, COLUMNS, key_count);
    fake_table_fill(&job->mirror.rows, row_count);
    job->settings.target.schema = "mirror";
    job->settings.source.max_transaction_s = 600;
    job->settings.mirror.batch_size = 2;
    job->settings.mirror.memory_mb = 64;
    job->settings.mirror.max_delete_percent = 50;
    job->settings.mirror.max_delete_rows = 2;
    job->claim = (struct mirror_claim){ .mirror_id = 1, .run_id = 2 };
    job->digest.seed = 7;
    job->mirror.record = (struct table_record){ .source_schema = "",
        .source_table = "t",
        .target_table = "t",
        .state = TABLE_STATE_DONE,
        .content.row_count = (int64_t)row_count,
        .last_success_ms = 1,
        .is_loaded = true };
    memory_gate_init(&job->gate);
    buffer_init(&job->text, 4096);
    arena_init(&job->task.arena);
    arena_init(&job->task.job_arena);
    fake_job_begin(job);
}

int
fake_job_release(struct fake_job *job)
{
    bool is_left_open = job->source.open_cursors > 0 || job->mirror.is_in_transaction;

    full_width_release(&job->task.full_width);
    hunt_close(job->task.hunt);
    altered_release(&job->task.altered);
    arena_release(&job->task.arena);
    arena_release(&job->task.job_arena);
    fake_mirror_release(&job->mirror);
    fake_table_release(&job->table);
    buffer_release(&job->text);
    buffer_release(&job->output);
    return is_left_open;
}

int64_t
__wrap_clock_steady_ms(void)
{
    if (the_job->ticked != NULL)
        the_job->ticked(the_job);
    return the_job->now_ms += the_job->tick_ms;
}

void
__wrap_clock_sleep_ms(int64_t duration_ms)
{
    (void)duration_ms;
    if (the_job->asleep != NULL)
        the_job->asleep(the_job);
}

void
__wrap_output_write(const char *text)
{
    (void)buffer_append_text(&the_job->output, text);
}

const char *
fake_job_mirror(struct fake_job *job)
{
    buffer_clear(&job->text);
    fake_mirror_append(&job->text, &job->mirror.rows);
    return buffer_text(&job->text);
}

const char *
fake_job_source(struct fake_job *job)
{
    buffer_clear(&job->text);
    fake_mirror_append(&job->text, &job->table);
    return buffer_text(&job->text);
}

static void
be_once(struct fake_source *source, const struct read_request *request)
{
    if (request == NULL || request->part != KEY_PART_EQUAL)
        return;
    source->before = NULL;
    source->table->row_count--;
}

void
fake_job_show_twice(struct fake_job *job, const char *row)
{
    (void)fake_table_add(&job->table, row);
    job->source.before = be_once;
}

void
fake_job_remove(struct fake_table *rows, size_t at)
{
    memmove(&rows->rows[at], &rows->rows[at + 1], (rows->row_count - at - 1) * sizeof *rows->rows);
    rows->row_count--;
}
