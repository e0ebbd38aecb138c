// status: what the tracking tables say, from a connection that takes part in nothing.
#include "base/log.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/ending.h"
#include "base/exit_status.h"
#include "config/message.h"
#include "plan/spelling.h"
#include "report/status.h"
#include "report/terminal.h"
#include "base/startup_watch.h"
#include "target/observe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WATCH_MS = 2000 };

struct status {
    const struct config *config;
    struct target *target;
    sigset_t signals;
    struct startup_watch watch; // PostgreSQL may stop where no time-out reaches it
    struct arena arena;         // of one look
    struct observation observed;
    struct status_view view;
    const struct observed_table **tables;
    int64_t max_age_ms;
    bool is_watching;
};

static bool
has_flag(const struct config *config, enum option_id id)
{
    return config->values[id].integer != 0;
}

// "26h": a whole number and one of s, m, h, d.
static bool
parse_age(const char *text, int64_t *age_ms)
{
    static const struct {
        char suffix;
        int64_t ms;
    } units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 } };
    size_t size = strlen(text);
    char number[16];

    if (size < 2 || size > sizeof number)
        return false;
    memcpy(number, text, size - 1);
    number[size - 1] = '\0';
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[size - 1] != units[i].suffix)
            continue;
        if (!text_parse_integer(number, 1, 1000000000, age_ms))
            return false;
        *age_ms *= units[i].ms;
        return true;
    }
    return false;
}

static bool
read_max_age(struct status *status, struct error *err)
{
    const struct config_value *value = &status->config->values[OPTION_MAX_AGE];
    char quoted[MESSAGE_QUOTED_SIZE];

    if (value->origin == CONFIG_UNSET || parse_age(value->text, &status->max_age_ms))
        return true;
    message_quote(value->text, quoted);
    return error_set(err, ERROR_USAGE,
        "flag --max-age: %s is not allowed; it must be a whole number with s, m, h or d, as in 26h",
        quoted);
}

// ---- which tables ------------------------------------------------------------------------------

// What the mirror knows, as words look for it.
static struct name_space
make_names(struct status *status)
{
    const struct observation *observed = &status->observed;
    struct table **tables = arena_calloc(&status->arena, observed->table_count, sizeof(void *));

    for (size_t i = 0; i < observed->table_count; i++) {
        tables[i] = arena_calloc(&status->arena, 1, sizeof **tables);
        tables[i]->schema = observed->tables[i].source_schema;
        tables[i]->name = observed->tables[i].source_table;
        tables[i]->target_name = observed->tables[i].target_table;
    }
    return (struct name_space){ tables, observed->table_count, observed->target_schema };
}

static void
mark_ignored(struct status *status, const struct name_space *names)
{
    const struct mirror_settings *mirror = &status->config->settings.mirror;

    for (size_t k = 0; k < mirror->ignored_count; k++) {
        const char *word = mirror->ignored[k].pattern;
        enum spelling spelling = spelling_find(names, word);

        for (size_t i = 0; i < names->count; i++)
            status->observed.tables[i].is_ignored |=
                spelling_fits(names, spelling, word, names->tables[i]);
    }
}

static bool
fail_unmatched(
    struct status *status, const struct name_space *names, const char *word, struct error *err)
{
    const char *nearest = spelling_nearest(&status->arena, names, word);
    char quoted[MESSAGE_QUOTED_SIZE];

    message_quote(word, quoted);
    error_set(err, ERROR_USAGE, "flag --table: the mirror knows no table %s", quoted);
    return nearest != NULL ? error_hint(err, "Did you mean %s?", nearest) : false;
}

static bool
choose_tables(struct status *status, struct error *err)
{
    const struct mirror_settings *mirror = &status->config->settings.mirror;
    const struct name_space names = make_names(status);
    const struct observed_table **chosen =
        arena_calloc(&status->arena, names.count + 1, sizeof(void *));
    bool *is_chosen = arena_calloc(&status->arena, names.count + 1, sizeof *is_chosen);

    mark_ignored(status, &names);
    for (size_t k = 0; k < mirror->selected_count; k++) {
        const char *word = mirror->selected[k].pattern;
        enum spelling spelling = spelling_find(&names, word);

        if (spelling == SPELLING_NONE)
            return fail_unmatched(status, &names, word, err);
        for (size_t i = 0; i < names.count; i++)
            is_chosen[i] |= spelling_fits(&names, spelling, word, names.tables[i]);
    }
    status->view.table_count = 0;
    for (size_t i = 0; i < names.count; i++) {
        if (mirror->selected_count == 0 || is_chosen[i])
            chosen[status->view.table_count++] = &status->observed.tables[i];
    }
    status->view.tables = status->tables = chosen;
    return true;
}

// ---- one look ----------------------------------------------------------------------------------

static bool
read_stories(struct status *status, struct error *err)
{
    struct observed_story *stories;

    if (status->config->settings.mirror.selected_count == 0)
        return true;
    stories = arena_calloc(&status->arena, status->view.table_count, sizeof *stories);
    for (size_t i = 0; i < status->view.table_count; i++) {
        if (!observe_story(status->target, &status->arena, &status->observed, status->tables[i],
                &stories[i], err))
            return false;
    }
    status->view.stories = stories;
    status->view.story_count = status->view.table_count;
    return true;
}

static bool
read_quarantine(struct status *status, struct error *err)
{
    const struct quarantine_request request = {
        .tables = status->view.tables,
        .table_count = status->view.table_count,
        .with_values = status->view.with_values,
    };

    return !status->view.with_quarantine ||
           observe_quarantine(status->target, &status->arena, &request, &status->observed, err);
}

// Connecting, and then stall_seconds of silence.
static bool
expect_answer(struct status *status, struct error *err)
{
    const struct settings *settings = &status->config->settings;
    int64_t limit_s = (int64_t)settings->source.stall_s + settings->target.timeout_s;

    return startup_watch_expect(
        &status->watch, ERROR_TARGET, "could not read the tracking tables", limit_s * 1000, err);
}

static bool
look(struct status *status, struct error *err)
{
    const struct config *config = status->config;

    if (!expect_answer(status, err))
        return false;
    arena_reset(&status->arena);
    status->view = (struct status_view){
        .observed = &status->observed,
        .max_age_ms = status->max_age_ms,
        .with_quarantine = has_flag(config, OPTION_QUARANTINE),
        .with_values = has_flag(config, OPTION_VALUES),
    };
    if (status->target == NULL &&
        !target_open(&config->settings.target, "oe2pg status", &status->target, err))
        return false;
    if (!observe_mirror(
            status->target, &status->arena, config->settings.target.schema, &status->observed, err))
        return false;
    if (!status->observed.has_mirror)
        return true;
    return choose_tables(status, err) && read_stories(status, err) && read_quarantine(status, err);
}

static void
show_text(struct status *status)
{
    bool is_terminal = terminal_can_move(STDOUT_FILENO);
    size_t height;

    if (is_terminal)
        terminal_size(STDOUT_FILENO, &status->view.width, &height);
    if (is_terminal && status->is_watching) {
        status->view.height = height;
        (void)printf("\033[H");
    }
    if (status->observed.has_mirror)
        status_write_text(stdout, &status->view);
    else
        (void)printf("There is no mirror in schema \"%s\" yet: oe2pg has not run.\n",
            status->config->settings.target.schema);
    if (is_terminal && status->is_watching)
        (void)printf("\033[J");
    else if (status->is_watching)
        (void)printf("\n");
}

static void
show(struct status *status)
{
    if (has_flag(status->config, OPTION_JSON))
        status_write_json(stdout, &status->view);
    else
        show_text(status);
    (void)fflush(stdout);
}

// For --exit-code. A first run that goes on is well.
static bool
is_well(const struct status *status)
{
    const struct observed_run *run = &status->observed.run;
    struct status_totals totals;

    status_sum(&status->view, &totals);
    if (run->id == 0)
        log_error("no run of this mirror has ended yet: run oe2pg");
    else if (status_ended_badly(run))
        log_error("run %" PRId64 " is not done: %s", run->id, status_life_name(run));
    if (totals.failed > 0)
        log_error("%zu of %zu tables failed", totals.failed, status->view.table_count);
    return run->id != 0 && !status_ended_badly(run) && totals.failed == 0;
}

static int
judge(const struct status *status)
{
    size_t late = 0;

    if (!status->observed.has_mirror) {
        log_error("there is no mirror in schema \"%s\" yet: run oe2pg",
            status->config->settings.target.schema);
        return EXIT_STATUS_PARTLY;
    }
    if (status->max_age_ms > 0)
        late = status_count_late(&status->view);
    if (late > 0)
        log_error(
            "%zu of %zu tables failed or are older than --max-age", late, status->view.table_count);
    if (has_flag(status->config, OPTION_EXIT_CODE) && !is_well(status))
        return EXIT_STATUS_PARTLY;
    return late > 0 ? EXIT_STATUS_PARTLY : EXIT_STATUS_DONE;
}

// ---- again and again ---------------------------------------------------------------------------

// A lost connection is opened again; only the first look has to succeed.
static void
look_again(struct status *status)
{
    struct error err = { 0 };

    if (look(status, &err)) {
        show(status);
        return;
    }
    if (err.kind == ERROR_CANCELLED)
        return;
    log_failure(LOG_WARNING, &err);
    if (status->target != NULL && !target_is_alive(status->target)) {
        target_close(status->target);
        status->target = NULL;
    }
}

static int
watch(struct status *status)
{
    int signal;

    while ((signal = startup_watch_rest(&status->watch, WATCH_MS)) == 0) {
        look_again(status);
        if (ferror(stdout))
            return EXIT_STATUS_DONE; // nobody can see it: command_main says so
    }
    return exit_status_of_signal(signal);
}

static int
run(struct status *status)
{
    struct error err = { 0 };

    if (has_flag(status->config, OPTION_VALUES) && !has_flag(status->config, OPTION_QUARANTINE)) {
        (void)error_set(&err, ERROR_USAGE, "flag --values needs --quarantine");
        return ending_by_error(&err);
    }
    if (!read_max_age(status, &err) ||
        !startup_watch_start(&status->watch, &status->signals, NULL, &err) || !look(status, &err))
        return ending_by_error(&err);
    if (status->is_watching && !has_flag(status->config, OPTION_JSON) &&
        terminal_can_move(STDOUT_FILENO))
        (void)printf("\033[2J");
    show(status);
    return status->is_watching ? watch(status) : judge(status);
}

int
cmd_status(const struct config *config)
{
    struct status status = { .config = config, .is_watching = has_flag(config, OPTION_WATCH) };
    int result;
    int signal;

    arena_init(&status.arena);
    startup_watch_block_signals(&status.signals);
    result = run(&status);
    signal = startup_watch_stop(&status.watch);
    if (signal != 0)
        result = exit_status_of_signal(signal);
    target_close(status.target);
    arena_release(&status.arena);
    return result;
}
