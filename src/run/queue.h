// The jobs of a run and what became of them. Shared by all workers and the main thread; one mutex.
// Handing a job out gives it to the worker; its outcome comes back by value.
#ifndef OE2PG_RUN_QUEUE_H
#define OE2PG_RUN_QUEUE_H

#include "plan/plan.h"
#include "method/outcome.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct queue {
    pthread_mutex_t lock;
    const struct plan *plan;
    struct outcome *outcomes; // one a job
    size_t next;
    size_t in_hand;     // taken and not finished
    bool is_closed;     // no more jobs are given out
    struct error fatal; // why the run has to stop; kind ERROR_NONE: it has not
};

void queue_init(struct queue *queue, const struct plan *plan);
void queue_release(struct queue *queue);
// The next job's number, or false when there is none or the queue is closed. Small tables come in
// groups, and so do those that need not be read: `most` numbers at most. A suspect is given out
// when nothing is in hand, and nothing beside it.
bool queue_take(struct queue *queue, size_t *numbers, size_t most, size_t *count);
void queue_finish(struct queue *queue, size_t number, const struct outcome *outcome);
// No more jobs.
void queue_close(struct queue *queue);
// No more jobs, because of this; the first reason stays.
void queue_stop(struct queue *queue, const struct error *why);
// A copy of the reason, kind ERROR_NONE when there is none.
struct error queue_fatal(struct queue *queue);
// Rows of the jobs that nobody took yet, by their estimates; -1 when one of them has none.
int64_t queue_waiting_rows(struct queue *queue);
// How many tables were verified, found different, and are so still; and how many were repaired.
void queue_count_different(struct queue *queue, size_t *different, size_t *repaired);
// Sums over what ended so far.
void queue_totals(struct queue *queue, size_t *done, size_t *failed, struct table_result *sums);

#endif
