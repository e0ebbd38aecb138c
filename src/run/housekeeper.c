#include "run/housekeeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "run/queue.h"

#include <string.h>
#include <time.h>

enum { TICK_MS = 1000 };

static bool
save_all(struct housekeeper *housekeeper, struct error *err)
{
    struct run_totals totals = { .tables_total = (int)housekeeper->shared->queue->plan->job_count };
    size_t done;
    size_t failed;

    for (size_t i = 0; i < housekeeper->worker_count; i++) {
        struct activity activity;

        worker_describe(&housekeeper->workers[i], &activity);
        if (activity.table != NULL &&
            !activity_save(housekeeper->target, &housekeeper->shared->claim, &activity, err))
            return false;
    }
    queue_totals(housekeeper->shared->queue, &done, &failed, &totals.rows);
    totals.tables_done = (int)done;
    totals.tables_failed = (int)failed + housekeeper->shared->refused_count;
    totals.tables_total += housekeeper->shared->refused_count;
    totals.is_stopping = housekeeper->shared->is_cancelled;
    return run_save(housekeeper->target, &housekeeper->shared->claim, &totals, err);
}

// The connection is gone: open another and take the advisory lock again. What protects the data is
// the fence, so work goes on meanwhile; if another run has the mirror, this one ends.
static void
reconnect(struct housekeeper *housekeeper, const struct error *why)
{
    struct run_shared *shared = housekeeper->shared;
    struct target *fresh = NULL;
    struct error err;

    error_clear(&err);
    if (housekeeper->target != NULL) {
        log_warning("housekeeping connection lost: %s", why->message);
        target_close(housekeeper->target);
        housekeeper->target = NULL;
    }
    if (!target_open(&shared->settings->target, "oe2pg", &fresh, &err))
        return;
    if (mirror_reclaim(fresh, &shared->claim, shared->settings->target.schema, &err)) {
        housekeeper->target = fresh;
        log_info("housekeeping connection is back");
        return;
    }
    target_close(fresh);
    if (err.kind == ERROR_BUSY)
        queue_stop(shared->queue, &err);
}

static bool
wait_a_tick(struct housekeeper *housekeeper)
{
    struct timespec until;
    bool goes_on;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TICK_MS / 1000;
    (void)pthread_mutex_lock(&housekeeper->lock);
    if (!housekeeper->is_stopping)
        (void)pthread_cond_timedwait(&housekeeper->wake, &housekeeper->lock, &until);
    goes_on = !housekeeper->is_stopping;
    (void)pthread_mutex_unlock(&housekeeper->lock);
    return goes_on;
}

// One tick: who looks from outside sees what the workers do. That it cannot be written is no reason
// to end the run; it is told once, until it works again.
static void
keep_house(struct housekeeper *housekeeper)
{
    struct error err;
    bool is_saved;

    error_clear(&err);
    is_saved = housekeeper->target != NULL && save_all(housekeeper, &err);
    if (!is_saved && (housekeeper->target == NULL || !target_is_alive(housekeeper->target))) {
        reconnect(housekeeper, &err);
        return;
    }
    housekeeper->last_answer_ms = clock_steady_ms();
    if (!is_saved && !housekeeper->was_refused)
        log_warning("oe2pg status will show no progress: %s", err.message);
    housekeeper->was_refused = !is_saved;
}

static void *
housekeep(void *context)
{
    struct housekeeper *housekeeper = context;
    struct error err;

    error_clear(&err);
    while (wait_a_tick(housekeeper))
        keep_house(housekeeper);
    // The end of the run is to be recorded on this connection: it has to be one that works.
    if (housekeeper->target == NULL ||
        (!save_all(housekeeper, &err) && !target_is_alive(housekeeper->target)))
        reconnect(housekeeper, &err);
    housekeeper->is_ended = true;
    return NULL;
}

bool
housekeeper_start(struct housekeeper *housekeeper, struct run_shared *shared,
    struct worker *workers, size_t worker_count, struct target *target, struct error *err)
{
    memset(housekeeper, 0, sizeof *housekeeper);
    housekeeper->shared = shared;
    housekeeper->workers = workers;
    housekeeper->worker_count = worker_count;
    housekeeper->target = target;
    housekeeper->last_answer_ms = clock_steady_ms();
    (void)pthread_mutex_init(&housekeeper->lock, NULL);
    (void)pthread_cond_init(&housekeeper->wake, NULL);
    if (pthread_create(&housekeeper->thread, NULL, housekeep, housekeeper) != 0)
        return error_set(err, ERROR_SYSTEM, "could not start the housekeeping thread");
    housekeeper->is_started = true;
    return true;
}

bool
housekeeper_hangs(const struct housekeeper *housekeeper)
{
    return housekeeper->is_stopping && !housekeeper->is_ended;
}

struct target *
housekeeper_stop(struct housekeeper *housekeeper, int64_t wait_ms)
{
    int64_t until = clock_steady_ms() + wait_ms;

    if (!housekeeper->is_started)
        return housekeeper->target;
    (void)pthread_mutex_lock(&housekeeper->lock);
    housekeeper->is_stopping = true;
    (void)pthread_cond_signal(&housekeeper->wake);
    (void)pthread_mutex_unlock(&housekeeper->lock);
    while (!housekeeper->is_ended && clock_steady_ms() < until)
        clock_sleep_ms(5);
    if (!housekeeper->is_ended)
        return NULL;
    (void)pthread_join(housekeeper->thread, NULL);
    (void)pthread_mutex_destroy(&housekeeper->lock);
    (void)pthread_cond_destroy(&housekeeper->wake);
    return housekeeper->target;
}
