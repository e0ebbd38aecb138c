// A worker's life: take a job, see that both connections are there, do it, record how it ended.
// What a failure means is decided in retry.h.
#include "run/worker.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "plan/brake.h"
#include "method/method.h"
#include "method/other_key.h"
#include "method/other_way.h"
#include "run/connections.h"
#include "run/job_report.h"
#include "run/queue.h"
#include "run/retry.h"
#include "write/row_sender.h"
#include "method/small.h"
#include "base/startup_watch.h"
#include "target/suspect.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAUSE_FIRST_MS = 500,
    PAUSE_MAX_MS = 15000,
};

static task_try_part try_part;

void
worker_init(struct worker *worker, int number, struct run_shared *shared, struct source *source)
{
    struct task *task = &worker->task;

    memset(worker, 0, sizeof *worker);
    worker->number = number;
    worker->shared = shared;
    (void)pthread_mutex_init(&worker->lock, NULL);
    task->settings = shared->settings;
    task->claim = &shared->claim;
    task->digest = &shared->digest;
    task->is_cancelled = &shared->is_cancelled;
    task->readers = &shared->readers;
    task->try_part = try_part;
    task->source = source;
    arena_init(&task->arena);
    arena_init(&task->job_arena);
    task->counters.heartbeat_ms = clock_wall_ms();
    task->counters.of_rows = -1;
    memory_share_init(&task->share, shared->settings, shared->worker_count, &shared->large_gate);
}

static void
join_canceller(struct worker *worker)
{
    if (worker->has_canceller)
        (void)pthread_join(worker->canceller, NULL);
    worker->has_canceller = false;
}

void
worker_release(struct worker *worker)
{
    join_canceller(worker);
    source_close(worker->task.source);
    target_close(worker->task.target);
    arena_release(&worker->task.arena);
    arena_release(&worker->task.job_arena);
    (void)pthread_mutex_destroy(&worker->lock);
}

static void *
cancel(void *context)
{
    struct worker *worker = context;

    (void)pthread_mutex_lock(&worker->lock);
    if (worker->task.source != NULL && worker->cancels_source)
        source_cancel(worker->task.source);
    if (worker->task.target != NULL && worker->cancels_target)
        target_cancel(worker->task.target);
    (void)pthread_mutex_unlock(&worker->lock);
    worker->is_cancelling = false;
    return NULL;
}

// Both libpq and the drivers cancel through a second connection and wait for its end, without any
// time limit: from a server that is stopped it never comes. So that wait has its own thread.
void
worker_cancel(struct worker *worker, bool source, bool target)
{
    if (worker->is_cancelling)
        return;
    join_canceller(worker);
    worker->cancels_source = source;
    worker->cancels_target = target;
    worker->is_cancelling = true;
    worker->has_canceller = pthread_create(&worker->canceller, NULL, cancel, worker) == 0;
    if (!worker->has_canceller)
        worker->is_cancelling = false;
}

void
worker_describe(const struct worker *worker, struct activity *activity)
{
    const struct task_counters *counters = &worker->task.counters;

    *activity = (struct activity){
        .worker = worker->number,
        .table = counters->table,
        .tables = 1,
        .phase = (enum phase)counters->phase,
        .phase_since_ms = counters->phase_since_ms,
        .table_since_ms = counters->table_since_ms,
        .heartbeat_ms = counters->heartbeat_ms,
        .row_count = counters->row_count,
        .size_bytes = counters->size_bytes,
        .of_rows = counters->of_rows,
    };
}

// By the steady clock, and by change alone: the wall clock may jump.
int64_t
worker_silent_ms(struct worker *worker)
{
    int64_t heard = worker->task.counters.heartbeat_ms;

    if (heard != worker->heard_ms || worker->heard_at_ms == 0) {
        worker->heard_ms = heard;
        worker->heard_at_ms = clock_steady_ms();
        worker->is_stalled = false;
    }
    return clock_steady_ms() - worker->heard_at_ms;
}

bool
worker_waits_for_source(struct worker *worker)
{
    bool waits = true;

    if (pthread_mutex_trylock(&worker->lock) != 0)
        return worker->waited_for_source;
    if (worker->task.source != NULL)
        waits = source_is_waiting(worker->task.source);
    (void)pthread_mutex_unlock(&worker->lock);
    worker->waited_for_source = waits;
    return waits;
}

// ---- one attempt -------------------------------------------------------------------------------

static bool
attempt(struct worker *worker, const struct job *job, struct outcome *outcome, struct error *err)
{
    arena_reset(&worker->task.arena);
    hunt_forget(worker->task.hunt); // what it was told was there
    worker->task.effort.part = 0;
    worker->task.stamps.odd = 0;
    // What an attempt that was rolled back counted does not count.
    outcome->result = (struct table_result){ .started_ms = outcome->result.started_ms };
    task_begin_count(&worker->task, 0, 0);
    if (!connections_open(worker, job->table->name, 1, err))
        return false;
    full_width_release(&worker->task.full_width);
    full_width_init(&worker->task.full_width, source_capabilities(worker->task.source).may_cut,
        worker->task.altered.table);
    (void)source_take_odd_stamps(worker->task.source);
    return method_run(&worker->task, job, outcome, err);
}

// ---- after a failure ---------------------------------------------------------------------------

// Growing, with jitter, so that workers that failed together do not come back together.
static void
pause_before_retry(struct worker *worker, int attempts)
{
    int64_t pause = fault_setting("OE2PG_TEST_PAUSE_MS", PAUSE_FIRST_MS);

    for (int i = 1; i < attempts && pause < PAUSE_MAX_MS; i++)
        pause *= 2;
    pause += clock_steady_ms() % (pause / 2 + 1);
    task_set_phase(&worker->task, PHASE_PAUSING);
    for (int64_t waited = 0; waited < pause && !worker->shared->is_cancelled; waited += 100) {
        clock_sleep_ms(100);
        task_add_progress(&worker->task, 0, 0);
    }
}

// Whether the whole run has to stop, not only this table.
static bool
ends_the_run(struct worker *worker, const struct error *err)
{
    struct error reopening;

    error_clear(&reopening);
    return retry_ends_run(
        err, err->kind != ERROR_SOURCE || connections_open_source(worker, &reopening));
}

static void
record_failure(
    struct worker *worker, const struct job *job, struct outcome *outcome, struct error *why)
{
    struct table_record record = {
        .source_schema = job->table->schema,
        .source_table = job->table->name,
        .target_table = job->table->target_name,
        .state = TABLE_STATE_FAILED,
        .method = method_name(outcome->is_repaired ? METHOD_COMPARE : job->method),
        .reason = outcome->is_repaired ? METHOD_REPAIR_REASON : job->reason,
        .shape.fingerprint = job->fingerprint,
        .attempt = outcome->attempts,
        .error = why->message,
        .hint = why->hint[0] != '\0' ? why->hint : NULL,
    };
    const struct mirror_claim *claim = &worker->shared->claim;
    struct error err;

    error_clear(&err);
    if (!connections_open_target(worker, &err) || !target_begin(worker->task.target, &err) ||
        !tracking_save_failure(
            worker->task.target, claim, worker->shared->settings->target.schema, &record, &err) ||
        !table_run_save(worker->task.target, claim, &record, &outcome->result, &err) ||
        !target_commit(worker->task.target, &err)) {
        if (worker->task.target != NULL)
            target_rollback(worker->task.target);
        if (err.kind == ERROR_BUSY)
            queue_stop(worker->shared->queue, &err);
        error_within(&err, "could not record why table \"%s\" failed", job->table->name);
        log_failure(LOG_WARNING, &err);
    }
}

// ---- jobs --------------------------------------------------------------------------------------

static const char *
full_name(char *name, size_t size, const struct table *table)
{
    (void)text_print(
        name, size, "%s%s%s", table->schema, table->schema[0] != '\0' ? "." : "", table->name);
    return name;
}

// One table that lost half of its rows is a question; many are an answer: the source is not whole.
static void
count_held(struct worker *worker)
{
    struct queue *queue = worker->shared->queue;
    size_t held = ++worker->shared->held_count;
    struct error why;

    if (held <= brake_run_limit(queue->plan->job_count) || worker->shared->settings->mirror.adopt)
        return;
    error_set(&why, ERROR_BRAKE, "the delete brake holds %zu tables: the run stops", held);
    error_hint(&why, "See whether the source is whole. If the rows are to go: --allow-delete '*'");
    queue_stop(queue, &why);
}

static void
fail_job(struct worker *worker, const struct job *job, struct outcome *outcome, struct error *err)
{
    char name[300];

    error_within(err, "table \"%s\"", full_name(name, sizeof name, job->table));
    outcome->state = OUTCOME_FAILED;
    outcome->error = *err;
    // What ends the run is told at its end.
    if (!ends_the_run(worker, err)) {
        log_failure(LOG_ERROR, err);
    } else {
        queue_stop(worker->shared->queue, err);
        // Without PostgreSQL, or the mirror, there is nobody to tell.
        if (err->kind == ERROR_TARGET || err->kind == ERROR_BUSY)
            return;
    }
    if (err->kind == ERROR_BRAKE)
        count_held(worker);
    // What could not be verified is mirrored as well as before; what differs and stays so is not.
    if (job->method != METHOD_VERIFY || outcome->is_repaired)
        record_failure(worker, job, outcome, err);
}

// A key that cannot be condemned is no reason to go on by another: then that failure counts.
static enum retry_step
choose_step(struct worker *worker, struct error *err)
{
    struct error failure = { 0 };

    if (err->retry == RETRY_BY_OTHER_KEY &&
        !other_key_choose(&worker->task, err->message, &failure))
        *err = failure;
    if (err->retry == RETRY_BY_OTHER_WAY && !other_way_choose(&worker->task, &failure))
        *err = failure;
    return retry_choose(&worker->task.effort, err, row_sender_can_isolate(err));
}

// Says why something is done again, and waits.
static void
wait_for_better(struct worker *worker, const struct error *err)
{
    int failures = retry_failures(&worker->task.effort);
    char name[300];

    log_warning("table \"%s\": %s - trying again (%d of %d)",
        full_name(name, sizeof name, worker->task.job.table),
        strcmp(worker->told.message, err->message) == 0 ? "the same again" : err->message, failures,
        RETRY_ATTEMPTS);
    worker->told = *err;
    pause_before_retry(worker, failures);
}

// For a part of the table alone: what its method holds in PostgreSQL and in memory is kept, so that
// connection has to be the same one.
static bool
try_part(struct task *task, struct error *err)
{
    struct worker *worker = (struct worker *)((char *)task - offsetof(struct worker, task));

    do {
        if (!target_is_alive(task->target) ||
            retry_choose(&task->effort, err, false) != RETRY_STEP_LATER)
            return false;
        connections_drop_source(worker);
        wait_for_better(worker, err);
        if (worker->shared->is_cancelled)
            return false;
        task->effort.attempts++;
        error_clear(err);
    } while (!connections_open_source(worker, err));
    task_set_phase(task, PHASE_READING);
    return true;
}

// True when the job is to be tried again.
static bool
prepare_retry(struct worker *worker, struct error *err)
{
    enum retry_step step;

    if (worker->task.target != NULL)
        target_rollback(worker->task.target);
    step = choose_step(worker, err);
    if (step == RETRY_STEP_AT_ONCE)
        return true;
    connections_drop(worker, err);
    if (step == RETRY_STEP_GIVE_UP)
        return false;
    wait_for_better(worker, err);
    return true;
}

static void
attempt_until_settled(struct worker *worker, const struct job *job, struct outcome *outcome)
{
    struct error err;

    error_clear(&worker->told);
    for (;;) {
        outcome->attempts = ++worker->task.effort.attempts;
        error_clear(&err);
        outcome->state = attempt(worker, job, outcome, &err) ? OUTCOME_DONE : OUTCOME_RUNNING;
        outcome->attempts = worker->task.effort.attempts; // those at single parts, too
        if (outcome->state == OUTCOME_DONE)
            return;
        if (worker->shared->is_cancelled)
            break;
        if (!prepare_retry(worker, &err)) {
            outcome->result.finished_ms = clock_wall_ms();
            fail_job(worker, job, outcome, &err);
            return;
        }
    }
    if (worker->task.target != NULL)
        target_rollback(worker->task.target);
    outcome->state = OUTCOME_LEFT;
}

static void
run_job(struct worker *worker, const struct job *planned, struct outcome *outcome)
{
    const struct job *job = &worker->task.job;

    other_key_take(&worker->task, planned);
    outcome->result.started_ms = clock_wall_ms();
    worker->task.hunt = hunt_open(worker->shared->settings, job->table);
    altered_init(&worker->task.altered, job->table);
    attempt_until_settled(worker, job, outcome);
    if (outcome->state == OUTCOME_DONE)
        full_width_tell(&worker->task.full_width);
    outcome->result.columns_full_width = full_width_columns(&worker->task.full_width);
    full_width_release(&worker->task.full_width);
    hunt_close(worker->task.hunt);
    worker->task.hunt = NULL;
    altered_release(&worker->task.altered);
}

// Each worker's connection finds it out by itself.
static void
report_remark(struct worker *worker)
{
    const char *remark =
        worker->task.source != NULL ? source_take_remark(worker->task.source) : NULL;

    if (remark != NULL && !atomic_exchange(&worker->shared->has_remarked, true))
        log_info("%s", remark);
}

static void
report_note(struct worker *worker)
{
    const char *note = worker->task.source != NULL ? source_take_note(worker->task.source) : NULL;

    if (note != NULL)
        log_info("%s", note);
}

// A further connection that the source refuses is no failure: brokers and licences are tight.
static bool
can_start(struct worker *worker)
{
    struct error err;

    error_clear(&err);
    if (worker->number == 1 || connections_open_source(worker, &err))
        return true;
    if (!atomic_exchange(&worker->shared->has_told_fewer, true))
        log_warning("going on with fewer jobs: job %d has no source connection: %s", worker->number,
            err.message);
    else
        log_debug("job %d has no source connection either: %s", worker->number, err.message);
    return false;
}

// It ended and did not take the process along.
static void
clear_suspect(struct worker *worker, const struct job *job)
{
    struct error err;

    error_clear(&err);
    if (!connections_open_target(worker, &err) ||
        !suspect_forget(worker->task.target, &worker->shared->claim, job->table, &err)) {
        error_within(&err, "table \"%s\" will be read last and alone again", job->table->name);
        log_failure(LOG_WARNING, &err);
    }
}

static void
run_one(struct worker *worker, size_t number)
{
    struct queue *queue = worker->shared->queue;
    const struct job *job = &queue->plan->jobs[number];
    struct outcome outcome = { .state = OUTCOME_LEFT };

    if (!worker->shared->is_cancelled) {
        outcome.state = OUTCOME_RUNNING;
        task_take_table(&worker->task, job);
        run_job(worker, job, &outcome);
        worker->task.counters.table = NULL;
        task_set_phase(&worker->task, PHASE_IDLE);
    }
    if (outcome.state == OUTCOME_DONE) {
        job_report_done(job, &outcome);
        if (worker->task.source != NULL)
            outcome.odd_stamps =
                worker->task.stamps.odd + source_take_odd_stamps(worker->task.source);
    }
    report_remark(worker);
    report_note(worker);
    if (job->is_suspect && outcome.state != OUTCOME_LEFT)
        clear_suspect(worker, job);
    queue_finish(queue, number, &outcome);
}

// Those of the group that have not changed are done together; the others are left to run_one.
static void
settle_group(struct worker *worker, const size_t *numbers, size_t count, bool *is_settled)
{
    struct queue *queue = worker->shared->queue;
    const struct job *jobs[SMALL_TABLES_MAX];
    struct outcome outcomes[SMALL_TABLES_MAX];
    struct error err;
    char work[40];

    error_clear(&err);
    (void)text_print(work, sizeof work, "%zu tables together", count);
    task_take_table(&worker->task, &queue->plan->jobs[numbers[0]]);
    // What is in the way is met again, and told, by the first of them.
    if (!connections_open(worker, work, (int)count, &err))
        return;
    for (size_t i = 0; i < count; i++)
        jobs[i] = &queue->plan->jobs[numbers[i]];
    method_settle(&worker->task, jobs, count, outcomes, is_settled);
    for (size_t i = 0; i < count; i++) {
        if (is_settled[i])
            queue_finish(queue, numbers[i], &outcomes[i]);
    }
}

void *
worker_run(void *context)
{
    struct worker *worker = context;
    struct queue *queue = worker->shared->queue;
    size_t numbers[SMALL_TABLES_MAX];
    size_t count;

    while (can_start(worker) && !worker->shared->is_cancelled &&
           queue_take(queue, numbers, SMALL_TABLES_MAX, &count)) {
        bool is_settled[SMALL_TABLES_MAX] = { false };

        if (job_group(&queue->plan->jobs[numbers[0]]) != JOB_ALONE)
            settle_group(worker, numbers, count, is_settled);
        for (size_t i = 0; i < count; i++) {
            if (!is_settled[i])
                run_one(worker, numbers[i]);
        }
    }
    connections_leave(worker);
    worker->is_finished = true;
    (void)pthread_kill(worker->shared->waiter, STARTUP_WATCH_WAKE);
    return NULL;
}
