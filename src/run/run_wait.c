// While the workers work: the main thread waits for signals, for the workers to end, and for a sign
// that somebody hangs.
//
// Ending early: the first signal closes the queue and lets the workers commit what they can; after
// 3 s what they wait for is cancelled; after 5 s, or at the second signal, the process ends. A
// thread that hangs in a driver cannot be ended in any other way, and by design nothing needs it to
// be: what is not committed is not there.
#include "run/run_internal.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/log.h"

#include <inttypes.h>
#include <unistd.h>

enum {
    CANCEL_AFTER_MS = 3000,
    TICK_MS = 200,
    WORD_TIMEOUT_S = 2,
};

size_t
run_failed_early(const struct run *run)
{
    return run->selection.refused_count + run->stuck.count;
}

static bool
is_all_finished(const struct run *run)
{
    for (size_t i = 0; i < run->started; i++) {
        if (!run->workers[i].is_finished)
            return false;
    }
    return true;
}

static void
begin_to_stop(struct run *run)
{
    if (run->stopping_ms != 0)
        return;
    run->stopping_ms = clock_steady_ms();
    queue_close(&run->queue);
    run->shared.is_cancelled = true;
}

void
run_leave_last_word(struct run *run, const char *why)
{
    struct target_settings settings = run->settings->target;
    struct target *target = NULL;
    struct error err = { 0 };

    if (!run->is_claimed)
        return;
    settings.timeout_s = WORD_TIMEOUT_S;
    if (target_open(&settings, "oe2pg", &target, &err))
        (void)!run_leave_word(target, &run->shared.claim, why, &err);
    target_close(target);
}

// Not a clean end, but the only one left: threads hang where nothing can reach them.
static _Noreturn void
end_process(struct run *run, const char *why)
{
    struct error fatal = queue_fatal(&run->queue);

    progress_close(run->progress);
    if (fatal.kind != ERROR_NONE)
        log_failure(LOG_ERROR, &fatal);
    // Whoever sent a signal waits for the end.
    if (run->end->signal == 0)
        run_leave_last_word(run, fatal.kind != ERROR_NONE ? fatal.message : why);
    log_error("%s: ending at once; what was not committed is not there, the next run goes on", why);
    log_close();
    if (run->end->signal != 0)
        _exit(exit_status_of_signal(run->end->signal));
    _exit(fatal.kind != ERROR_NONE ? (int)exit_status_of(fatal.kind) : EXIT_STATUS_PARTLY);
}

static void
handle_signal(struct run *run, int signal)
{
    if (run->end->signal != 0)
        end_process(run, "second signal");
    run->end->signal = signal;
    log_warning("%s: ending; a second signal ends at once", startup_watch_words(signal));
    begin_to_stop(run);
}

static void
cancel_all(struct run *run)
{
    for (size_t i = 0; i < run->started; i++) {
        if (!run->workers[i].is_finished)
            worker_cancel(&run->workers[i], true, true);
    }
}

static void
drive_stop(struct run *run)
{
    int64_t waited = clock_steady_ms() - run->stopping_ms;

    if (waited >= END_AFTER_MS)
        end_process(run, "a statement did not end");
    if (waited >= CANCEL_AFTER_MS && !run->was_cancelled) {
        run->was_cancelled = true;
        cancel_all(run);
    }
}

// Who says nothing for stall_seconds is cancelled, which makes the worker try again. If even that
// does not bring the thread back, it hangs in the driver. While PostgreSQL compares or applies, it
// takes the time it takes.
static void
watch_worker(struct run *run, struct worker *worker)
{
    int64_t silent = worker_silent_ms(worker);
    int64_t limit = (int64_t)run->settings->source.stall_s * 1000;
    enum phase phase = (enum phase)worker->task.counters.phase;
    bool is_source;
    struct error why;

    if (worker->is_finished || (phase != PHASE_READING && phase != PHASE_OPENING) || silent < limit)
        return;
    is_source = worker_waits_for_source(worker);
    if (silent < limit + HANG_GRACE_MS) {
        if (!worker->is_stalled)
            log_warning("%s has said nothing to job %d for %d s: cancelling its statement",
                is_source ? "the source" : "PostgreSQL", worker->number,
                run->settings->source.stall_s);
        worker->is_stalled = true;
        // The other side's statement is idle, and to cancel it would end it.
        worker_cancel(worker, is_source, !is_source);
        return;
    }
    if (is_source)
        error_set(
            &why, ERROR_SOURCE, "the source does not answer and its driver cannot be stopped");
    else
        error_set(&why, ERROR_TARGET, "PostgreSQL does not answer, nor to the request to stop");
    error_hint(&why, "See whether it is overloaded or stopped, and what it waits for.");
    queue_stop(&run->queue, &why);
    end_process(run, "a call did not come back");
}

static void
watch_target(struct run *run)
{
    int64_t silent = clock_steady_ms() - run->housekeeper.last_answer_ms;
    struct error why;

    if (silent < (int64_t)run->settings->source.stall_s * 1000)
        return;
    error_set(&why, ERROR_TARGET, "PostgreSQL has said nothing for %" PRId64 " s", silent / 1000);
    queue_stop(&run->queue, &why);
    begin_to_stop(run);
}

void
run_describe(struct run *run, struct run_progress *progress)
{
    struct table_result sums;
    size_t failed;

    queue_totals(&run->queue, &progress->tables_done, &failed, &sums);
    progress->run_id = run->shared.claim.run_id;
    progress->elapsed_ms = clock_steady_ms() - run->began_ms;
    progress->tables_total = run->plan.job_count + run_failed_early(run);
    progress->tables_failed = failed + run_failed_early(run);
    progress->ended_rows = sums.rows_read;
    progress->ended_bytes = sums.bytes_read;
    progress->waiting_rows = queue_waiting_rows(&run->queue);
}

static void
show_progress(struct run *run)
{
    struct table_progress tables[JOBS_MAX];
    struct run_progress progress;

    run_describe(run, &progress);
    for (size_t i = 0; i < run->started; i++) {
        const struct task_counters *counters = &run->workers[i].task.counters;
        const struct table *table = counters->table;

        tables[i] = (struct table_progress){
            .name = table != NULL ? table->target_name : NULL,
            .phase = phase_name((enum phase)counters->phase),
            .row_count = counters->row_count,
            .of_rows = counters->of_rows,
            .started_ms = counters->table_since_ms,
            .size_bytes = counters->size_bytes,
            .is_compared = run->settings->mirror.verify,
        };
    }
    progress_tick(run->progress, &progress, tables, run->started);
}

void
run_wait(struct run *run)
{
    const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };

    while (!is_all_finished(run)) {
        int signal = sigtimedwait(&run->signals, NULL, &tick);

        if (signal > 0 && signal != STARTUP_WATCH_WAKE)
            handle_signal(run, signal);
        if (queue_fatal(&run->queue).kind != ERROR_NONE)
            begin_to_stop(run);
        if (run->stopping_ms != 0) {
            drive_stop(run);
            continue;
        }
        for (size_t i = 0; i < run->started; i++)
            watch_worker(run, &run->workers[i]);
        watch_target(run);
        show_progress(run);
    }
    for (size_t i = 0; i < run->started; i++)
        (void)pthread_join(run->workers[i].thread, NULL);
}
