#include "method/task.h"

#include "base/clock.h"
#include "model/key_choice.h"
#include "read/split.h"

#include <string.h>

enum { GATE_POLL_MS = 50 };

void
task_take_table(struct task *task, const struct job *job)
{
    int64_t now = clock_wall_ms();

    task_begin_count(task, 0, 0);
    task->counters.of_rows = job->row_estimate;
    task->counters.table_since_ms = now;
    task->counters.phase_since_ms = now;
    task->counters.table = job->table;
}

void
task_set_phase(struct task *task, enum phase phase)
{
    int64_t now = clock_wall_ms();

    if (task->counters.phase != (int)phase)
        task->counters.phase_since_ms = now;
    task->counters.phase = (int)phase;
    task->counters.heartbeat_ms = now;
}

void
task_begin_count(struct task *task, int64_t row_count, int64_t size_bytes)
{
    task->counters.row_count = row_count;
    task->counters.size_bytes = size_bytes;
}

void
task_add_progress(struct task *task, size_t rows, size_t bytes)
{
    task->counters.row_count += (int64_t)rows;
    task->counters.size_bytes += (int64_t)bytes;
    task->counters.heartbeat_ms = clock_wall_ms();
}

bool
task_is_cancelled(struct task *task, struct error *err)
{
    if (!*task->is_cancelled)
        return false;
    error_set(err, ERROR_CANCELLED, "the run was stopped");
    return true;
}

bool
task_begin_reading(struct task *task, const struct table *table, struct error *err)
{
    if (memory_share_needs_gate(&task->share, table, task->effort.has_room)) {
        while (!memory_share_enter(&task->share)) {
            if (task_is_cancelled(task, err))
                return false;
            clock_sleep_ms(GATE_POLL_MS);
            task_add_progress(task, 0, 0);
        }
    }
    task->reading = memory_share_limits(&task->share, source_value_copies(task->source));
    return true;
}

void
task_end_reading(struct task *task)
{
    memory_share_leave(&task->share);
}

bool
task_reads_in_order(const struct task *task, const struct table *table, int64_t duration_ms)
{
    int64_t limit_ms = (int64_t)task->share.limits.max_transaction_s * 1000;

    return key_choice_is_resumable(table) && !hunt_is_by_id(task->hunt) &&
           (task->effort.is_ordered || split_is_wanted() || source_buffers_results(task->source) ||
               duration_ms > limit_ms / 2);
}

void
task_see_altered(struct task *task)
{
    const struct table *table = task->altered.table;

    hunt_close(task->hunt);
    task->hunt = hunt_open(task->settings, table);
    full_width_release(&task->full_width);
    full_width_init(&task->full_width, source_capabilities(task->source).may_cut, table);
}

// The parts of a table are made anew in each attempt; what they were given is not.
static struct part_effort *
part_effort(struct task *task, int number)
{
    struct effort *effort = &task->effort;
    size_t place = (size_t)number - 1;

    if (place >= effort->part_capacity) {
        size_t capacity = 2 * (place + 1);
        struct part_effort *parts = arena_calloc(&task->job_arena, capacity, sizeof *parts);

        if (effort->part_capacity > 0)
            memcpy(parts, effort->parts, effort->part_capacity * sizeof *parts);
        effort->parts = parts;
        effort->part_capacity = capacity;
    }
    return &effort->parts[place];
}

// What is in quarantine since this job stays new through all reads of the part.
void
task_begin_part(struct task *task, struct part *part, struct row_sender *sender)
{
    part->outcome = (struct part_outcome){
        .reads = ++part_effort(task, part->number)->reads,
        .values_newly_quarantined = part->outcome.values_newly_quarantined,
    };
    task->effort.part = part->number;
    if (task->full_width.counts != NULL)
        part->outcome.full_widths = arena_calloc(
            &task->arena, task->full_width.table->column_count, sizeof *part->outcome.full_widths);
    row_sender_count_for(sender, &part->outcome);
}

void
task_end_part(struct task *task, const struct part *part)
{
    task->effort.part = 0;
    task->stamps.odd += source_take_odd_stamps(task->source);
    full_width_add(&task->full_width, part->outcome.full_widths);
}

bool
task_tries_part_again(struct task *task, struct error *err)
{
    return task->try_part != NULL && err->side == ERROR_SIDE_SOURCE && err->retry == RETRY_LATER &&
           !*task->is_cancelled && task->try_part(task, err);
}

void
task_init_sender(struct task *task, struct row_sender *sender, const struct table *table,
    row_sender_open *open, void *context)
{
    const struct row_sender_setup setup = {
        .target = task->target,
        .table = table,
        .is_careful = task->effort.is_careful,
        .is_fallback = task->digest->is_fallback,
    };

    full_width_reset(&task->full_width);
    row_sender_init(sender, &setup, open, context);
}
