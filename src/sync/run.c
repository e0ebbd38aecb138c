// The life of a run. The main thread opens the first connections, claims the mirror, plans, starts
// the workers and the housekeeper, and then only waits: for signals, for the workers to end, and
// for a sign that somebody hangs.
//
// Ending early: the first signal closes the queue and lets the workers commit what they can; after
// 3 s what they wait for is cancelled; after 5 s, or at the second signal, the process ends. A
// thread that hangs in a driver cannot be ended in any other way, and by design nothing needs it to
// be: what is not committed is not there.
#include "sync/run.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/plan.h"
#include "report/progress.h"
#include "report/summary.h"
#include "sync/housekeeper.h"
#include "sync/queue.h"
#include "sync/startup_watch.h"
#include "sync/vanished.h"
#include "target/compare.h"
#include "target/ddl.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
    JOBS_MAX = 64,
    READER_WAIT_MS = 60000, // for snapshots older than staged rows, in a whole run
    CANCEL_AFTER_MS = 3000,
    END_AFTER_MS = 5000,
    HANG_GRACE_MS = 15000, // between cancelling a silent source and giving the run up
    TICK_MS = 200,
};

struct run {
    const struct settings *settings;
    struct run_end *end;
    struct arena arena; // of the run: catalogue, selection, plan
    struct source *source;
    struct target *target;
    struct selection selection;
    struct stuck_tables stuck;
    struct plan plan;
    struct queue queue;
    struct run_shared shared;
    struct worker workers[JOBS_MAX];
    size_t started;
    struct housekeeper housekeeper;
    struct startup_watch watch;
    struct progress *progress;
    sigset_t signals;
    int64_t began_ms;    // steady clock
    int64_t stopping_ms; // steady clock: when the run began to end early; 0: it has not
    bool was_cancelled;  // statements were cancelled
    bool is_claimed;
};

// ---- beginning ---------------------------------------------------------------------------------

// The driver is told connect_timeout. One that keeps to it may do so for more than one address, one
// that does not is given up.
static bool
expect_connection(struct run *run, struct error *err)
{
    int64_t limit = 2 * (int64_t)run->settings->source.connect_timeout_s * 1000 + HANG_GRACE_MS;

    return startup_watch_expect(
        &run->watch, ERROR_SOURCE, "could not connect to the source", limit, err);
}

// Connecting, and then stall_seconds of silence.
static bool
expect_target(struct run *run, const char *doing, struct error *err)
{
    int64_t limit = (int64_t)run->settings->source.stall_s + run->settings->target.timeout_s;

    return startup_watch_expect(&run->watch, ERROR_TARGET, doing, limit * 1000, err);
}

// A catalogue is many statements, and says nothing between them.
static bool
expect_catalogue(struct run *run, struct error *err)
{
    const struct source_settings *source = &run->settings->source;
    int64_t limit = (int64_t)source->stall_s * 4 + source->connect_timeout_s;

    return startup_watch_expect(
        &run->watch, ERROR_SOURCE, "could not read the source's catalogue", limit * 1000, err);
}

static bool
open_both_sides(struct run *run, struct error *err)
{
    const struct target_facts *facts;
    const struct source_identity *identity;

    if (!expect_target(run, "could not connect to PostgreSQL", err) ||
        !target_open(&run->settings->target, "oe2pg", &run->target, err))
        return false;
    facts = target_facts(run->target);
    log_info("PostgreSQL %d.%d, database \"%s\", user \"%s\"", facts->server_version / 10000,
        facts->server_version % 10000, facts->database, facts->user);
    if (facts->is_superuser)
        log_warning("the PostgreSQL user \"%s\" is a superuser; a role with CREATE and TEMPORARY "
                    "on the database is enough",
            facts->user);
    if (!expect_connection(run, err) || !source_open(&run->settings->source, &run->source, err))
        return false;
    identity = source_identity(run->source);
    log_info("Source %s %s, database \"%s\", by %s", identity->product, identity->version,
        identity->db_name, identity->driver);
    return true;
}

static const char *
mode_name(const struct mirror_settings *settings)
{
    if (settings->verify)
        return settings->verify_repair ? "verify and repair" : "verify";
    return settings->full_sync ? "full" : "sync";
}

static bool
claim(struct run *run, struct error *err)
{
    if (!expect_target(run, "could not take the mirror", err) ||
        (run->settings->mirror.verify &&
            !mirror_check_exists(run->target, &run->arena, run->settings->target.schema, err)) ||
        !tracking_install(run->target, err) ||
        !mirror_claim(run->target, run->settings, source_identity(run->source),
            mode_name(&run->settings->mirror), &run->shared.claim, err))
        return false;
    run->is_claimed = true;
    log_info("Run %" PRId64 " on mirror \"%s\", %d jobs, at most %d MiB", run->shared.claim.run_id,
        run->settings->target.schema, run->settings->mirror.jobs, run->settings->mirror.memory_mb);
    if (source_identity(run->source)->heap_mb > 0)
        log_info(
            "Java's heap takes at most %d MiB beside them", source_identity(run->source)->heap_mb);
    return true;
}

static bool
choose_digest(struct run *run, struct error *err)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return error_set(err, ERROR_SYSTEM, "could not get random bytes");
    if (!compare_choose_digest(run->target, seed, &run->shared.digest, err))
        return false;
    if (run->shared.digest.is_fallback)
        log_warning("this PostgreSQL hashes rows in another way than oe2pg knows: comparing by "
                    "SHA-256, which is slower");
    return true;
}

static bool
handle_vanished(struct run *run, const struct catalog *catalog, const struct table_record *records,
    size_t record_count, struct error *err)
{
    const struct vanishing what = {
        .settings = run->settings,
        .catalog = catalog,
        .records = records,
        .record_count = record_count,
    };

    return vanished_handle(run->target, &run->shared.claim, &what, &run->arena, &run->stuck, err);
}

static bool
make_plan(struct run *run, struct error *err)
{
    struct catalog catalog;
    struct table_record *records;
    size_t record_count;
    int64_t began = clock_steady_ms();

    if (!expect_catalogue(run, err) ||
        !source_read_catalog(run->source, &run->arena, &catalog, err) ||
        !expect_target(run, "could not read the tracking tables", err) ||
        !selection_make(&run->arena, &run->settings->mirror, &catalog, &run->selection, err) ||
        !tracking_read(
            run->target, &run->arena, run->shared.claim.mirror_id, &records, &record_count, err) ||
        !selection_check_allowed(
            &run->arena, &run->settings->mirror, &catalog, records, record_count, err) ||
        (!run->settings->mirror.verify &&
            !ddl_create_schema(run->target, run->settings->target.schema, err)))
        return false;
    plan_make(&run->arena, &run->selection, records, record_count,
        run->settings->mirror.full_below_rows, &run->plan);
    if (run->settings->mirror.verify)
        plan_only_verify(&run->settings->mirror, &run->plan);
    for (size_t i = 0; i < run->selection.warning_count; i++)
        log_warning("%s", run->selection.warnings[i]);
    log_info("%zu tables in the source (catalogue read in %.1f s): %zu to mirror, %zu ignored, "
             "%zu refused",
        catalog.table_count, (double)(clock_steady_ms() - began) / 1000, run->plan.job_count,
        run->selection.ignored_count, run->selection.refused_count);
    if (!run->settings->mirror.verify &&
        !handle_vanished(run, &catalog, records, record_count, err))
        return false;
    for (size_t i = 0; i < run->selection.table_count; i++) {
        const struct error *refusal = run->selection.tables[i].refusal;

        if (refusal != NULL)
            log_failure(LOG_ERROR, refusal);
    }
    for (size_t i = 0; i < run->plan.job_count; i++)
        log_debug("%s: %s; %s", run->plan.jobs[i].table->target_name, run->plan.jobs[i].reason,
            run->plan.jobs[i].table->key_reason);
    return true;
}

static size_t
worker_count(const struct run *run)
{
    size_t count = (size_t)run->settings->mirror.jobs;

    if (count > run->plan.job_count)
        count = run->plan.job_count;
    return count < JOBS_MAX ? count : JOBS_MAX;
}

// Tables that failed before they could become jobs.
static size_t
failed_early(const struct run *run)
{
    return run->selection.refused_count + run->stuck.count;
}

static bool
start_threads(struct run *run, struct error *err)
{
    size_t count = worker_count(run);

    (void)pthread_mutex_init(&run->shared.large_gate, NULL);
    run->shared.settings = run->settings;
    run->shared.queue = &run->queue;
    run->shared.reader_wait_left_ms = fault_setting("OE2PG_TEST_READER_WAIT_MS", READER_WAIT_MS);
    run->shared.worker_count = count;
    run->shared.refused_count = (int)failed_early(run);
    for (size_t i = 0; i < count; i++)
        worker_init(&run->workers[i], (int)i + 1, &run->shared, i == 0 ? run->source : NULL);
    if (count > 0)
        run->source = NULL;
    for (; run->started < count; run->started++) {
        struct worker *worker = &run->workers[run->started];

        if (pthread_create(&worker->thread, NULL, worker_run, worker) != 0)
            return error_set(err, ERROR_SYSTEM, "could not start a worker thread");
    }
    return housekeeper_start(
        &run->housekeeper, &run->shared, run->workers, count, run->target, err);
}

// ---- waiting -----------------------------------------------------------------------------------

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

static int
status_of(enum error_kind kind)
{
    return kind == ERROR_SOURCE   ? 3
           : kind == ERROR_TARGET ? 4
           : kind == ERROR_BUSY   ? 5
           : kind == ERROR_SYSTEM ? 70
                                  : 1;
}

// Not a clean end, but the only one left: threads hang where nothing can reach them.
static _Noreturn void
end_process(struct run *run, const char *why)
{
    struct error fatal = queue_fatal(&run->queue);

    progress_close(run->progress);
    if (fatal.kind != ERROR_NONE)
        log_failure(LOG_ERROR, &fatal);
    log_error("%s: ending at once; what was not committed is not there, the next run goes on", why);
    log_close();
    if (run->end->signal != 0)
        _exit(128 + run->end->signal);
    _exit(status_of(fatal.kind));
}

static void
handle_signal(struct run *run, int signal)
{
    if (run->end->signal != 0)
        end_process(run, "second signal");
    run->end->signal = signal;
    log_warning("%s: ending; a second signal ends at once",
        signal == SIGINT ? "interrupted" : "asked to end");
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
    enum phase phase = (enum phase)worker->counters.phase;
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

static void
describe_run(struct run *run, struct run_progress *progress)
{
    struct table_result sums;
    size_t failed;

    queue_totals(&run->queue, &progress->tables_done, &failed, &sums);
    progress->run_id = run->shared.claim.run_id;
    progress->elapsed_ms = clock_steady_ms() - run->began_ms;
    progress->tables_total = run->plan.job_count + failed_early(run);
    progress->tables_failed = failed + failed_early(run);
    progress->ended_rows = sums.rows_read;
    progress->ended_bytes = sums.bytes_read;
    progress->waiting_rows = queue_waiting_rows(&run->queue);
}

static void
show_progress(struct run *run)
{
    struct table_progress tables[JOBS_MAX];
    struct run_progress progress;

    describe_run(run, &progress);
    for (size_t i = 0; i < run->started; i++) {
        const struct worker_counters *counters = &run->workers[i].counters;
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

static void
wait_for_workers(struct run *run)
{
    const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };

    while (!is_all_finished(run)) {
        int signal = sigtimedwait(&run->signals, NULL, &tick);

        if (signal > 0)
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

static void
end_progress(struct run *run)
{
    struct run_progress progress;

    describe_run(run, &progress);
    progress_end(run->progress, &progress);
    progress_close(run->progress);
    run->progress = NULL;
}

// ---- ending ------------------------------------------------------------------------------------

static size_t
summarise(struct run *run, struct summary_table *tables)
{
    size_t count = 0;

    for (size_t i = 0; i < run->selection.table_count; i++) {
        const struct selected_table *selected = &run->selection.tables[i];

        if (selected->verdict == SELECTION_REFUSED)
            tables[count++] = (struct summary_table){
                .name = selected->table->name, .state = SUMMARY_FAILED, .error = selected->refusal
            };
    }
    for (size_t i = 0; i < run->stuck.count; i++)
        tables[count++] = (struct summary_table){ .name = run->stuck.tables[i].name,
            .state = SUMMARY_FAILED,
            .error = &run->stuck.tables[i].why };
    for (size_t i = 0; i < run->plan.job_count; i++) {
        const struct outcome *outcome = &run->queue.outcomes[i];

        tables[count++] = (struct summary_table){
            .name = run->plan.jobs[i].table->target_name,
            .state = outcome->state == OUTCOME_DONE     ? SUMMARY_DONE
                     : outcome->state == OUTCOME_FAILED ? SUMMARY_FAILED
                                                        : SUMMARY_LEFT,
            .error = &outcome->error,
            .row_count = outcome->result.rows_read,
            .duration_ms = outcome->result.finished_ms - outcome->result.started_ms,
        };
    }
    return count;
}

static void
record_end(struct run *run, const struct run_totals *totals, const char *why)
{
    struct run_end *end = run->end;
    const char *state = end->is_complete ? "done" : end->signal != 0 ? "interrupted" : "failed";
    struct error err;

    error_clear(&err);
    if (run->target == NULL)
        return;
    if (!run_finish(run->target, &run->shared.claim, totals, state,
            end->error.kind != ERROR_NONE ? end->error.message
            : why[0] != '\0'              ? why
                                          : NULL,
            run->settings->mirror.history_days, &err)) {
        error_within(&err, "could not record the end of run %" PRId64, run->shared.claim.run_id);
        log_failure(LOG_WARNING, &err);
    }
}

static void
finish(struct run *run)
{
    struct summary_table *tables =
        mem_calloc(run->plan.job_count + failed_early(run), sizeof *tables);
    struct summary summary = { .tables = tables };
    struct run_totals totals = { .tables_total = 0 };
    char why[400];
    size_t done;
    size_t failed;

    summary.table_count = summarise(run, tables);
    queue_totals(&run->queue, &done, &failed, &summary.sums);
    summary.is_verification = run->settings->mirror.verify;
    summary.duration_ms = clock_steady_ms() - run->began_ms;
    totals.tables_total = (int)summary.table_count;
    totals.tables_done = (int)done;
    totals.tables_failed = (int)(failed + failed_early(run));
    totals.rows = summary.sums;
    run->end->error = queue_fatal(&run->queue);
    summary.different_count = queue_count_different(&run->queue);
    summary_describe_shortfall(&summary, why, sizeof why);
    run->end->is_complete = why[0] == '\0' && done == summary.table_count &&
                            run->end->error.kind == ERROR_NONE && run->end->signal == 0;
    record_end(run, &totals, why);
    summary_write(&summary);
    if (why[0] != '\0')
        log_error("Not everything is as it should be: %s", why);
    free(tables);
}

static bool
run_phases(struct run *run, struct error *err)
{
    bool started;

    if (!startup_watch_start(&run->watch, &run->signals, NULL, err) || !open_both_sides(run, err) ||
        !claim(run, err) || !choose_digest(run, err) || !make_plan(run, err))
        return false;
    run->end->signal = startup_watch_stop(&run->watch);
    if (run->end->signal != 0)
        return error_set(err, ERROR_CANCELLED, "the run was stopped");
    queue_init(&run->queue, &run->plan);
    started = start_threads(run, err);
    if (!started)
        queue_stop(&run->queue, err);
    wait_for_workers(run);
    end_progress(run);
    run->target = housekeeper_stop(&run->housekeeper, END_AFTER_MS);
    finish(run);
    if (housekeeper_hangs(&run->housekeeper))
        return true;
    for (size_t i = 0; i < run->shared.worker_count; i++)
        worker_release(&run->workers[i]);
    queue_release(&run->queue);
    return true;
}

static void
give_up(struct run *run, const struct error *err)
{
    const struct run_totals nothing = { .tables_total = 0 };

    run->end->error = *err;
    // Whatever it is that went wrong with one side: before there are tables, it is that side.
    if (err->kind == ERROR_TABLE || err->kind == ERROR_DATA)
        run->end->error.kind = (enum error_kind)run->watch.side;
    if (run->target != NULL)
        target_rollback(run->target);
    if (run->is_claimed)
        record_end(run, &nothing, "");
}

void
run_sync(const struct settings *settings, enum progress_mode progress_mode, struct run_end *end)
{
    struct run *run = mem_calloc(1, sizeof *run);
    struct error err;

    memset(end, 0, sizeof *end);
    error_clear(&err);
    run->settings = settings;
    run->end = end;
    run->began_ms = clock_steady_ms();
    arena_init(&run->arena);
    run->progress = progress_open(progress_mode);
    startup_watch_block_signals(&run->signals);
    (void)signal(SIGPIPE, SIG_IGN);
    if (!run_phases(run, &err)) {
        end->signal = startup_watch_stop(&run->watch);
        give_up(run, &err);
    }
    progress_close(run->progress);
    // Its thread still uses all of this; the process ends soon.
    if (housekeeper_hangs(&run->housekeeper))
        return;
    source_close(run->source);
    target_close(run->target);
    arena_release(&run->arena);
    free(run);
}
