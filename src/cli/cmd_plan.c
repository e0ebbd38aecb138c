// plan: what a sync would do. Asks both sides, writes to neither: no tracking table, no schema, no
// run comes into being.
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/ending.h"
#include "base/exit_status.h"
#include "config/load.h"
#include "plan/handover.h"
#include "plan/plan.h"
#include "plan/preview.h"
#include "plan/selection.h"
#include "plan/stamp.h"
#include "plan/witness.h"
#include "report/plan_report.h"
#include "report/terminal.h"
#include "source/source.h"
#include "base/startup_watch.h"
#include "plan/wanted.h"
#include "target/column_ways.h"
#include "target/condemned.h"
#include "target/inspect.h"
#include "target/mirror.h"
#include "target/object.h"
#include "target/observe.h"
#include "target/readers.h"
#include "target/width.h"
#include "target/witness.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct planner {
    const struct config *config;
    sigset_t signals;
    struct startup_watch watch; // a driver may hang where neither time-out nor signal reaches it
    struct arena arena;
    struct source *source;
    struct target *target;
    struct catalog catalog;
    struct witness_list witnesses;
    struct witness_list stamps;
    struct selection selection;
    struct observation observed;
    struct object_summaries objects;
    struct inspection inspection;
    struct table_record *records;
    size_t record_count;
    struct plan plan;
    const char *handover[2]; // what going on by SQL changes in a mirror of dumps
    size_t handover_count;
    struct preview preview;
};

static bool
expect_target(struct planner *planner, const char *doing, struct error *err)
{
    const struct settings *settings = &planner->config->settings;
    int64_t limit_s = (int64_t)settings->source.stall_s + settings->target.timeout_s;

    return startup_watch_expect(&planner->watch, ERROR_TARGET, doing, limit_s * 1000, err);
}

static bool
expect_source(struct planner *planner, const char *doing, int times, struct error *err)
{
    const struct source_settings *source = &planner->config->settings.source;
    int64_t limit_s = (int64_t)source->stall_s * times + source->connect_timeout_s;

    return startup_watch_expect(&planner->watch, ERROR_SOURCE, doing, limit_s * 1000, err);
}

static bool
start_watch(struct planner *planner, struct error *err)
{
    startup_watch_block_signals(&planner->signals);
    return startup_watch_start(&planner->watch, &planner->signals, NULL, err);
}

static bool
open_both_sides(struct planner *planner, struct error *err)
{
    const struct settings *settings = &planner->config->settings;

    return config_check_source(planner->config, err) && start_watch(planner, err) &&
           expect_target(planner, "could not connect to PostgreSQL", err) &&
           target_open(&settings->target, "oe2pg plan", &planner->target, err) &&
           expect_source(planner, "could not connect to the source", 1, err) &&
           source_open(&settings->source, &planner->source, err);
}

// A table whose name only changed its case is the same table: a run records the new spelling first.
static void
respell(struct planner *planner)
{
    for (size_t i = 0; i < planner->record_count; i++) {
        struct table_record *record = &planner->records[i];
        const struct table *similar = NULL;
        bool is_found = false;

        for (size_t k = 0; k < planner->catalog.table_count && !is_found; k++) {
            const struct table *table = planner->catalog.tables[k];

            is_found = strcmp(table->name, record->source_table) == 0 &&
                       strcmp(table->schema, record->source_schema) == 0;
            if (text_equal_nocase(table->name, record->source_table) &&
                text_equal_nocase(table->schema, record->source_schema))
                similar = table;
        }
        if (!is_found && similar != NULL) {
            record->source_schema = similar->schema;
            record->source_table = similar->name;
        }
    }
}

static bool
read_source(struct planner *planner, struct error *err)
{
    const struct selection_basis basis = { &planner->config->settings.mirror, planner->records,
        planner->record_count, planner->config->settings.target.schema };
    const struct table_filter filter = selection_filter(&basis);

    // A catalogue is many statements, and says nothing between them.
    if (!expect_source(planner, "could not read the source's catalogue", 4, err) ||
        !source_read_catalog(planner->source, &filter, &planner->arena, &planner->catalog, err) ||
        (plan_wants_counters(&planner->config->settings.mirror) &&
            !source_read_counters(planner->source, &planner->arena, &planner->catalog, err)) ||
        !witness_read(planner->target, &planner->arena, planner->config->settings.target.schema,
            WITNESS_KIND_COUNTERS, &planner->witnesses, err) ||
        !witness_read(planner->target, &planner->arena, planner->config->settings.target.schema,
            WITNESS_KIND_STAMP, &planner->stamps, err) ||
        !condemned_read(planner->target, &planner->arena, planner->config->settings.target.schema,
            source_identity(planner->source), &planner->catalog, err) ||
        !column_ways_read(planner->target, &planner->arena, planner->config->settings.target.schema,
            source_identity(planner->source), &planner->catalog, err) ||
        !selection_make(&planner->arena, &basis, &planner->catalog, &planner->selection, err))
        return false;
    respell(planner);
    return true;
}

static bool
read_target(struct planner *planner, struct error *err)
{
    const struct settings *settings = &planner->config->settings;
    int mirror_id = 0;

    if (!expect_target(planner, "could not read the tracking tables", err) ||
        !observe_mirror(
            planner->target, &planner->arena, settings->target.schema, &planner->observed, err))
        return false;
    if (planner->observed.has_mirror) {
        mirror_id = (int)planner->observed.mirror_id;
        if (!mirror_check_ignore_file(planner->target, settings, err) ||
            !mirror_check_source(
                planner->target, settings, source_identity(planner->source), err) ||
            !tracking_read(planner->target, &planner->arena, mirror_id, &planner->records,
                &planner->record_count, err))
            return false;
        planner->record_count = plan_drop_refused(planner->records, planner->record_count);
    }
    return object_summarise(
               planner->target, &planner->arena, settings->target.schema, &planner->objects, err) &&
           inspect_schema(planner->target, &planner->arena, settings->target.schema, mirror_id,
               &planner->inspection, err) &&
           readers_first_load(
               planner->target, &planner->arena, settings, &planner->inspection.first_load, err);
}

static void
make_plan(struct planner *planner)
{
    plan_make(&planner->arena, &planner->selection, planner->records, planner->record_count,
        planner->config->settings.mirror.full_below_rows, &planner->plan);
    wanted_mark_due(&planner->config->settings.mirror, &planner->objects, &planner->plan);
}

// Values that only the mirror has are counted there.
static bool
count_handover(struct planner *planner, struct error *err)
{
    const char *schema = planner->config->settings.target.schema;
    struct arena *arena = &planner->arena;
    struct handover_count *counts = arena_calloc(arena, planner->plan.job_count, sizeof *counts);
    size_t count = 0;

    for (size_t i = 0; i < planner->plan.job_count; i++) {
        const struct job *job = &planner->plan.jobs[i];
        int64_t *beyond = arena_calloc(arena, job->table->column_count, sizeof *beyond);
        bool *wanted = arena_calloc(arena, job->table->column_count, sizeof *wanted);

        if (!handover_is(job))
            continue;
        handover_choose(job, &planner->inspection, wanted);
        if (!expect_target(planner, "could not count wide values", err) ||
            !width_count_beyond(planner->target, schema, job->table, wanted, beyond, err))
            return false;
        counts[count++] = (struct handover_count){ job->table, beyond };
    }
    planner->handover_count = handover_tell(arena, counts, count, planner->handover);
    return true;
}

static void
make_preview(struct planner *planner)
{
    const struct preview_input input = {
        .settings = &planner->config->settings,
        .selection = &planner->selection,
        .plan = &planner->plan,
        .records = planner->records,
        .record_count = planner->record_count,
        .inspection = &planner->inspection,
        .handover = planner->handover,
        .handover_count = planner->handover_count,
    };
    const struct witness_basis counters = { .settings = &planner->config->settings.mirror,
        .server = &planner->catalog.counters,
        .known = &planner->witnesses,
        .now_ms = clock_wall_ms() };
    const struct stamp_basis stamps = { .settings = &planner->config->settings.mirror,
        .known = &planner->stamps,
        .now_ms = clock_wall_ms() };
    const struct source_identity *identity = source_identity(planner->source);
    struct preview *preview = &planner->preview;

    if (planner->catalog.counters.start != NULL) {
        plan_by_counters(&planner->arena, &counters, &planner->plan);
        preview->counters = plan_judge_counters(&planner->arena, &counters).sentence;
    }
    plan_by_stamps(&planner->arena, &stamps, &planner->plan);
    preview->target_schema = planner->config->settings.target.schema;
    preview->source_product = identity->product;
    preview->source_database = identity->db_name;
    preview->has_mirror = planner->observed.has_mirror;
    preview->last_run_id = planner->observed.run.id;
    preview_make(&planner->arena, &input, preview);
}

static void
show(const struct planner *planner)
{
    const struct config *config = planner->config;
    size_t width = 0;
    size_t height;

    if (terminal_can_move(STDOUT_FILENO))
        terminal_size(STDOUT_FILENO, &width, &height);
    if (config->values[OPTION_JSON].integer != 0)
        plan_write_json(stdout, &planner->preview);
    else
        plan_write_text(stdout, &planner->preview, config->values[OPTION_ALL].integer != 0, width);
}

static int
run(struct planner *planner)
{
    const struct preview *preview = &planner->preview;
    struct error err = { 0 };
    size_t in_the_way;
    bool is_read =
        open_both_sides(planner, &err) && read_target(planner, &err) && read_source(planner, &err);
    int signal;

    if (is_read)
        make_plan(planner);
    is_read = is_read && count_handover(planner, &err);
    signal = startup_watch_stop(&planner->watch);

    (void)pthread_sigmask(SIG_UNBLOCK, &planner->signals, NULL);
    if (signal != 0)
        return exit_status_of_signal(signal);
    if (!is_read)
        return ending_by_error(&err);
    make_preview(planner);
    show(planner);
    in_the_way =
        preview->obstacle_count + preview->sums.blocked_count + preview->sums.refused_count;
    if (in_the_way == 0)
        return EXIT_STATUS_DONE;
    // What is above stands there first, whatever standard output is.
    (void)fflush(stdout);
    log_error("%zu %s a run from mirroring everything: see \"In the way\" above", in_the_way,
        text_plural(in_the_way, "thing keeps", "things keep"));
    return EXIT_STATUS_PARTLY;
}

int
cmd_plan(const struct config *config)
{
    struct planner planner = { .config = config };
    int status;

    arena_init(&planner.arena);
    status = run(&planner);
    source_close(planner.source);
    target_close(planner.target);
    arena_release(&planner.arena);
    return status;
}
