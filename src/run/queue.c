#include "run/queue.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void
queue_init(struct queue *queue, const struct plan *plan)
{
    memset(queue, 0, sizeof *queue);
    (void)pthread_mutex_init(&queue->lock, NULL);
    queue->plan = plan;
    queue->outcomes = mem_calloc(plan->job_count, sizeof *queue->outcomes);
}

void
queue_release(struct queue *queue)
{
    (void)pthread_mutex_destroy(&queue->lock);
    for (size_t i = 0; queue->outcomes != NULL && i < queue->plan->job_count; i++)
        outcome_release(&queue->outcomes[i]);
    free(queue->outcomes);
}

// A suspect is read alone. Whoever finds one next while others work has no more to do: the last of
// those comes back for it.
static bool
has_next(const struct queue *queue)
{
    return !queue->is_closed && queue->next < queue->plan->job_count &&
           (queue->in_hand == 0 || !queue->plan->jobs[queue->next].is_suspect);
}

bool
queue_take(struct queue *queue, size_t *numbers, size_t most, size_t *count)
{
    *count = 0;
    (void)pthread_mutex_lock(&queue->lock);
    while (has_next(queue) && *count < most) {
        enum job_group group = job_group(&queue->plan->jobs[queue->next]);

        if (*count > 0 && group != job_group(&queue->plan->jobs[numbers[0]]))
            break;
        queue->outcomes[queue->next].state = OUTCOME_RUNNING;
        numbers[(*count)++] = queue->next++;
        queue->in_hand++;
        if (group == JOB_ALONE)
            break;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return *count > 0;
}

void
queue_finish(struct queue *queue, size_t number, const struct outcome *outcome)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->outcomes[number] = *outcome;
    queue->in_hand--;
    (void)pthread_mutex_unlock(&queue->lock);
}

void
queue_close(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    (void)pthread_mutex_unlock(&queue->lock);
}

void
queue_stop(struct queue *queue, const struct error *why)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    if (queue->fatal.kind == ERROR_NONE)
        queue->fatal = *why;
    (void)pthread_mutex_unlock(&queue->lock);
}

struct error
queue_fatal(struct queue *queue)
{
    struct error copy;

    (void)pthread_mutex_lock(&queue->lock);
    copy = queue->fatal;
    (void)pthread_mutex_unlock(&queue->lock);
    return copy;
}

static void
add_result(struct table_result *sums, const struct table_result *result)
{
    sums->rows_read += result->rows_read;
    sums->bytes_read += result->bytes_read;
    sums->rows_inserted += result->rows_inserted;
    sums->rows_updated += result->rows_updated;
    sums->rows_deleted += result->rows_deleted;
    sums->values_quarantined += result->values_quarantined;
    sums->values_newly_quarantined += result->values_newly_quarantined;
    sums->values_full_width += result->values_full_width;
    sums->columns_full_width += result->columns_full_width;
}

int64_t
queue_waiting_rows(struct queue *queue)
{
    int64_t rows = 0;

    (void)pthread_mutex_lock(&queue->lock);
    for (size_t i = queue->next; i < queue->plan->job_count && rows >= 0; i++) {
        int64_t estimate = queue->plan->jobs[i].row_estimate;

        rows = estimate < 0 ? -1 : rows + estimate;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return rows;
}

void
queue_totals(struct queue *queue, size_t *done, size_t *failed, struct table_result *sums)
{
    *done = 0;
    *failed = 0;
    memset(sums, 0, sizeof *sums);
    (void)pthread_mutex_lock(&queue->lock);
    for (size_t i = 0; i < queue->plan->job_count; i++) {
        *done += queue->outcomes[i].state == OUTCOME_DONE;
        *failed += queue->outcomes[i].state == OUTCOME_FAILED;
        add_result(sums, &queue->outcomes[i].result);
    }
    (void)pthread_mutex_unlock(&queue->lock);
}

void
queue_count_different(struct queue *queue, size_t *different, size_t *repaired)
{
    *different = 0;
    *repaired = 0;
    (void)pthread_mutex_lock(&queue->lock);
    for (size_t i = 0; i < queue->plan->job_count; i++) {
        const struct outcome *outcome = &queue->outcomes[i];
        bool is_equal_now = outcome->is_repaired && outcome->state == OUTCOME_DONE;

        *different += outcome->is_different && !is_equal_now;
        *repaired += outcome->is_different && is_equal_now;
    }
    (void)pthread_mutex_unlock(&queue->lock);
}
