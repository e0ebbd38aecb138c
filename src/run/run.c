// The life of a run. The main thread opens the first connections, claims the mirror, plans, starts
// the workers and the housekeeper, and then only waits: for signals, for the workers to end, and
// for a sign that somebody hangs.
#include "run/run_internal.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/allowed.h"
#include "plan/suspicion.h"
#include "report/session_words.h"
#include "run/adopt.h"
#include "run/extras.h"
#include "plan/wanted.h"
#include "run/refused.h"
#include "run/typed_views.h"
#include "target/compare.h"
#include "target/column_ways.h"
#include "target/object.h"
#include "target/condemned.h"
#include "target/ddl.h"
#include "target/suspect.h"
#include "target/too_wide.h"
#include "target/witness.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    READER_WAIT_MS = 60000, // for snapshots older than staged rows, in a whole run
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
    if (facts->unknown_time_outs != NULL)
        log_warning("PostgreSQL has time-outs in force that this program does not know: %s; should "
                    "sessions of \"%s\" be ended, set them to 0 for it (ALTER ROLE ... SET)",
            facts->unknown_time_outs, facts->user);
    if (!expect_connection(run, err) || !source_open(&run->settings->source, &run->source, err))
        return false;
    run->has_widths = source_capabilities(run->source).widths != NULL;
    identity = source_identity(run->source);
    log_info("Source %s%s%s, database \"%s\", by %s", identity->product,
        identity->version[0] != '\0' ? " " : "", identity->version, identity->db_name,
        identity->driver);
    session_warn(source_session(run->source));
    return true;
}

static const char *
mode_name(const struct mirror_settings *settings)
{
    if (settings->adopt)
        return "adopt";
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

// A setting that is missing begins a second mirror, as large as the first.
static bool
warn_of_twin(struct run *run, struct error *err)
{
    const char *twin;

    if (!mirror_find_twin(run->target, &run->arena, run->settings, source_identity(run->source),
            &run->shared.claim, &twin, err))
        return false;
    if (twin != NULL)
        log_warning(
            "this database is mirrored in schema \"%s\" already, and this run begins another "
            "mirror in schema \"%s\": if that is not meant, stop it, set progress_db.schema "
            "or postgres_db.schema, and run oe2pg forget %s --drop-tables",
            twin, run->settings->target.schema, run->settings->target.schema);
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

// Whether the run may change the mirror; verify alone only looks.
static bool
is_writing(const struct run *run)
{
    return !run->settings->mirror.verify || run->settings->mirror.verify_repair;
}

// A verification and an adoption leave them alone.
static bool
read_extras(struct run *run, struct catalog *catalog, struct error *err)
{
    const struct mirror_settings *mirror = &run->settings->mirror;

    return mirror->verify || mirror->adopt ||
           source_read_extras(run->source, &run->arena, catalog, err);
}

// What is mirrored already first: it stays, whatever is left out otherwise.
static bool
select_tables(struct run *run, struct catalog *catalog, struct table_record **records,
    size_t *record_count, struct error *err)
{
    struct selection_basis basis = { .settings = &run->settings->mirror,
        .target_schema = run->settings->target.schema };
    const struct table_filter filter = selection_filter(&basis);

    if (!expect_target(run, "could not read the tracking tables", err) ||
        !tracking_read(
            run->target, &run->arena, run->shared.claim.mirror_id, records, record_count, err))
        return false;
    basis.records = *records;
    basis.record_count = *record_count;
    return expect_catalogue(run, err) &&
           source_read_catalog(run->source, &filter, &run->arena, catalog, err) &&
           run_ask_counters(run, catalog, err) && read_extras(run, catalog, err) &&
           expect_target(run, "could not read the tracking tables", err) &&
           condemned_read(run->target, &run->arena, run->settings->target.schema,
               source_identity(run->source), catalog, err) &&
           witness_read(run->target, &run->arena, run->settings->target.schema,
               WITNESS_KIND_COUNTERS, &run->witnesses, err) &&
           witness_read(run->target, &run->arena, run->settings->target.schema, WITNESS_KIND_STAMP,
               &run->stamps, err) &&
           column_ways_read(run->target, &run->arena, run->settings->target.schema,
               source_identity(run->source), catalog, err) &&
           selection_make(&run->arena, &basis, catalog, &run->selection, err);
}

// Behind a run that died: what it had in hand is told, and what it had together is taken apart.
static bool
apply_suspicion(struct run *run, struct error *err)
{
    struct suspect *suspects;
    size_t count;

    if (!suspect_read(
            run->target, &run->arena, run->shared.claim.mirror_id, &suspects, &count, err))
        return false;
    suspicion_apply(&run->arena, suspects, count, &run->selection);
    for (size_t i = 0; i < run->selection.table_count; i++) {
        if (run->selection.tables[i].is_suspect)
            log_warning(
                "table \"%s\" was in hand when an earlier run ended in the middle of it: it "
                "is read last and alone",
                run->selection.tables[i].table->name);
    }
    return true;
}

static bool
make_plan(struct run *run, struct error *err)
{
    struct catalog catalog;
    struct object_summaries objects;
    struct table_record *records;
    size_t record_count;
    int64_t began = clock_steady_ms();
    const struct adoption adoption = { .target = run->target,
        .claim = &run->shared.claim,
        .schema = run->settings->target.schema,
        .arena = &run->arena };

    if (!select_tables(run, &catalog, &records, &record_count, err) || !apply_suspicion(run, err) ||
        !allowed_apply(&run->arena, run->settings, &run->selection, records, record_count, err) ||
        (run->settings->mirror.adopt &&
            !adopt_tables(&adoption, &run->selection, &records, &record_count, err)) ||
        (is_writing(run) &&
            !column_ways_forget_stale(run->target, &run->shared.claim, &catalog, err)) ||
        (is_writing(run) && !refused_forget(run->target, &run->shared.claim, &run->selection,
                                records, &record_count, err)) ||
        !extras_record(run->target, &run->shared.claim, &catalog.extras, err) ||
        (!run->settings->mirror.verify &&
            !ddl_create_schema(run->target, run->settings->target.schema, err)))
        return false;
    plan_make(&run->arena, &run->selection, records, record_count,
        run->shared.claim.follows_death ? 0 : run->settings->mirror.full_below_rows, &run->plan);
    if (!object_summarise(run->target, &run->arena, run->settings->target.schema, &objects, err))
        return false;
    wanted_mark_due(&run->settings->mirror, &objects, &run->plan);
    if (run->settings->mirror.verify)
        plan_only_verify(&run->settings->mirror, &run->plan);
    run_plan_by_counters(run);
    run_plan_by_stamps(run);
    for (size_t i = 0; i < run->selection.warning_count; i++)
        log_warning("%s", run->selection.warnings[i]);
    for (size_t i = 0; i < run->selection.note_count; i++)
        log_info("%s", run->selection.notes[i]);
    log_info("%zu tables in the source (catalogue read in %.1f s): %zu to mirror, %zu ignored, "
             "%zu refused",
        catalog.table_count - run->selection.view_count, (double)(clock_steady_ms() - began) / 1000,
        run->plan.job_count, run->selection.ignored_count, run->selection.refused_count);
    if (!run->settings->mirror.verify && !run->settings->mirror.adopt &&
        !handle_vanished(run, &catalog, records, record_count, err))
        return false;
    if (!refused_record(run->target, &run->shared.claim, run->settings, &run->selection, err))
        return false;
    for (size_t i = 0; i < run->plan.job_count; i++)
        log_debug("%s: %s; %s", run->plan.jobs[i].table->target_name, run->plan.jobs[i].reason,
            run->plan.jobs[i].table->key_grounds.reason);
    return true;
}

static size_t
worker_count(const struct run *run)
{
    const struct mirror_settings *mirror = &run->settings->mirror;
    size_t count = (size_t)mirror->jobs;
    size_t most = memory_share_jobs(mirror->memory_mb);

    if (count > run->plan.job_count)
        count = run->plan.job_count;
    if (count > JOBS_MAX)
        count = JOBS_MAX;
    if (count <= most)
        return count;
    log_warning("memory_mb %d has room for %zu of %zu jobs, so only these are started; all of them "
                "need a mirror_settings.memory_mb of %d",
        mirror->memory_mb, most, count, memory_share_for(count));
    return most;
}

// Tables that failed before they could become jobs.
static bool
start_threads(struct run *run, struct error *err)
{
    size_t count = worker_count(run);

    memory_gate_init(&run->shared.large_gate);
    run->shared.settings = run->settings;
    run->shared.queue = &run->queue;
    run->shared.readers.wait_left_ms = fault_setting("OE2PG_TEST_READER_WAIT_MS", READER_WAIT_MS);
    run->shared.worker_count = count;
    run->shared.waiter = pthread_self();
    run->shared.refused_count = (int)run_failed_early(run);
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

static void
end_progress(struct run *run)
{
    struct run_progress progress;

    run_describe(run, &progress);
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
            .odd_stamps = outcome->odd_stamps,
            .duration_ms = outcome->result.finished_ms - outcome->result.started_ms,
        };
    }
    return count;
}

// In words, for oe2pg.run; NULL: it is complete. `why`: what is missing, "" nothing.
static const char *
describe_end(struct run *run, const char *why)
{
    const struct run_end *end = run->end;

    if (end->error.kind != ERROR_NONE && end->error.kind != ERROR_CANCELLED)
        return end->error.message;
    if (end->signal != 0)
        return arena_printf(&run->arena, "%s%s%s", startup_watch_words(end->signal),
            why[0] != '\0' ? "; " : "", why);
    return why[0] != '\0' ? why : NULL;
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
    if (!run_finish(run->target, &run->shared.claim, totals, state, describe_end(run, why),
            run->settings->mirror.history_days, &err)) {
        error_within(&err, "could not record the end of run %" PRId64, run->shared.claim.run_id);
        log_failure(LOG_WARNING, &err);
    }
}

static bool
is_narrow(const struct run *run, const struct too_wide_column *seen)
{
    const struct column *column = NULL;

    for (size_t i = 0; i < run->selection.table_count && column == NULL; i++)
        column = too_wide_find(run->selection.tables[i].table, seen);
    return column != NULL && too_wide_can_be(column);
}

// Only for the summary: nothing is done about it, and a failure shows elsewhere.
static int64_t
count_too_wide(struct run *run)
{
    struct too_wide_column *columns;
    struct error err = { 0 };
    size_t read_count;
    int64_t count = 0;

    if (!run->has_widths || run->end->error.kind != ERROR_NONE ||
        !too_wide_read(
            run->target, &run->arena, run->settings->target.schema, &columns, &read_count, &err))
        return 0;
    for (size_t i = 0; i < read_count; i++)
        count += is_narrow(run, &columns[i]);
    return count;
}

static void
finish(struct run *run)
{
    struct summary_table *tables =
        mem_calloc(run->plan.job_count + run_failed_early(run), sizeof *tables);
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
    totals.tables_failed = (int)(failed + run_failed_early(run));
    totals.rows = summary.sums;
    run->end->error = queue_fatal(&run->queue);
    queue_count_different(&run->queue, &summary.different_count, &summary.repaired_count);
    summary_describe_shortfall(&summary, why, sizeof why);
    run->end->is_complete = why[0] == '\0' && done == summary.table_count &&
                            run->end->error.kind == ERROR_NONE && run->end->signal == 0;
    summary.too_wide_columns = count_too_wide(run);
    run_judge_counters(run);
    record_end(run, &totals, why);
    summary.fatal = run->end->error.kind != ERROR_NONE ? &run->end->error : NULL;
    summary_write(&summary);
    if (run->settings->mirror.verify && run->settings->mirror.as_json)
        run_write_verdicts(run);
    if (why[0] != '\0')
        log_error("%s: %s",
            summary_is_mended(&summary) ? "The mirror is as it should be again"
                                        : "Not everything is as it should be",
            why);
    free(tables);
}

static void
follow_views(struct run *run)
{
    const struct mirror_settings *mirror = &run->settings->mirror;

    if (run->target != NULL && mirror->typed_views != NULL && !mirror->verify && !mirror->adopt &&
        run->end->signal == 0)
        typed_views_follow(run->target, &run->shared.claim, run->settings, &run->plan);
}

// The watch's thread, while the main thread hangs.
static void
leave_word(void *context, const struct error *why)
{
    run_leave_last_word(context, why->message);
}

static bool
run_phases(struct run *run, struct error *err)
{
    const struct startup_rescue rescue = { .end = leave_word, .context = run };
    bool started;

    if (!startup_watch_start(&run->watch, &run->signals, &rescue, err) ||
        !open_both_sides(run, err) || !claim(run, err) || !warn_of_twin(run, err) ||
        !choose_digest(run, err) || !make_plan(run, err))
        return false;
    run->end->signal = startup_watch_stop(&run->watch);
    if (run->end->signal != 0)
        return error_set(err, ERROR_CANCELLED, "the run was stopped");
    queue_init(&run->queue, &run->plan);
    started = start_threads(run, err);
    if (!started)
        queue_stop(&run->queue, err);
    run_wait(run);
    end_progress(run);
    run->target = housekeeper_stop(&run->housekeeper, END_AFTER_MS);
    follow_views(run);
    finish(run);
    if (housekeeper_hangs(&run->housekeeper))
        return true;
    for (size_t i = 0; i < run->shared.worker_count; i++)
        worker_release(&run->workers[i]);
    queue_release(&run->queue);
    return true;
}

static void
discard(struct run *run)
{
    struct error err = { 0 };

    if (run->target == NULL || run_discard(run->target, &run->shared.claim, &err))
        return;
    log_failure(LOG_WARNING, &err);
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
    if (!run->is_claimed)
        return;
    // A wrong word on the command line is no run that failed.
    if (err->kind == ERROR_USAGE || err->kind == ERROR_CONFIG)
        discard(run);
    else
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
