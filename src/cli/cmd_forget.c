// forget: ends the mirroring of a table or of a whole mirror. The source is not needed for it.
#include "base/exit_status.h"
#include "base/log.h"
#include "base/startup_watch.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/ending.h"
#include "plan/spelling.h"
#include "target/ddl.h"
#include "target/forget.h"
#include "target/mirror.h"
#include "target/observe.h"
#include "target/typed_view.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 16, ASK_MS = 100 };

struct forgetting {
    const struct config *config;
    struct target *target;
    sigset_t signals;
    struct startup_watch watch; // PostgreSQL may stop where no time-out reaches it
    struct arena arena;
    const char *schema; // of the mirror that is meant
    int mirror_id;
    struct table_record *records; // that are to go
    size_t count;
    bool is_mirror; // all of it
    bool drops;
};

static bool
expect_answer(struct forgetting *forgetting, const char *doing, struct error *err)
{
    const struct settings *settings = &forgetting->config->settings;
    int64_t limit_s = (int64_t)settings->source.stall_s + settings->target.timeout_s;

    return startup_watch_expect(&forgetting->watch, ERROR_TARGET, doing, limit_s * 1000, err);
}

// The tables of the mirror of this schema; false in *found when there is none.
static bool
read_mirror(struct forgetting *forgetting, const char *schema, bool *found, struct error *err)
{
    struct observation observation;

    if (!observe_mirror(forgetting->target, &forgetting->arena, schema, &observation, err))
        return false;
    *found = observation.has_mirror;
    forgetting->schema = schema;
    forgetting->mirror_id = (int)observation.mirror_id;
    return !observation.has_mirror ||
           tracking_read(forgetting->target, &forgetting->arena, forgetting->mirror_id,
               &forgetting->records, &forgetting->count, err);
}

// Keeps of the records those of which the word is the name.
static void
keep_named(struct forgetting *forgetting, const char *word)
{
    struct table *tables = arena_calloc(&forgetting->arena, forgetting->count, sizeof *tables);
    struct table **list = arena_calloc(&forgetting->arena, forgetting->count, sizeof(void *));
    const struct name_space space = { list, forgetting->count, forgetting->schema };
    enum spelling spelling = SPELLING_SOURCE;
    size_t kept = 0;

    for (size_t i = 0; i < forgetting->count; i++) {
        tables[i].schema = forgetting->records[i].source_schema;
        tables[i].name = forgetting->records[i].source_table;
        tables[i].target_name = forgetting->records[i].target_table;
        list[i] = &tables[i];
    }
    for (int tries = 0; tries < 2 && kept == 0; tries++, spelling = SPELLING_MIRROR) {
        for (size_t i = 0; i < space.count; i++) {
            if (spelling_is_name(&space, spelling, word, list[i]))
                forgetting->records[kept++] = forgetting->records[i];
        }
    }
    forgetting->count = kept;
}

static bool
fail_unknown(const char *word, const char *schema, struct error *err)
{
    error_set(err, ERROR_USAGE,
        "\"%s\" is neither a table of the mirror in schema \"%s\" nor a schema with a mirror", word,
        schema);
    return error_hint(err, "oe2pg status names the tables; a pattern is no name here.");
}

// A table of the mirror that the configuration names, or else a mirror by its schema.
static bool
find_meant(struct forgetting *forgetting, struct error *err)
{
    const char *word = forgetting->config->operand;
    const char *own = forgetting->config->settings.target.schema;
    bool found;

    if (!read_mirror(forgetting, own, &found, err))
        return false;
    if (found)
        keep_named(forgetting, word);
    if (found && forgetting->count > 0)
        return true;
    forgetting->is_mirror = true;
    if (!read_mirror(forgetting, word, &found, err))
        return false;
    return found || fail_unknown(word, own, err);
}

// ---- asking ------------------------------------------------------------------------------------

// For as long as it takes: a signal, which the watch takes, ends it too.
static bool
wait_for_answer(struct forgetting *forgetting)
{
    struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };
    int ready = 0;

    while (ready == 0 && startup_watch_rest(&forgetting->watch, 0) == 0) {
        ready = poll(&terminal, 1, ASK_MS);
        if (ready < 0 && errno == EINTR)
            ready = 0;
    }
    return ready > 0;
}

static bool
is_answered_yes(struct forgetting *forgetting)
{
    char answer[ANSWER_MAX];

    return wait_for_answer(forgetting) && fgets(answer, sizeof answer, stdin) != NULL &&
           (strcmp(answer, "yes\n") == 0 || strcmp(answer, "y\n") == 0);
}

static bool
may_go_on(struct forgetting *forgetting, struct error *err)
{
    const char *fate = forgetting->drops ? "dropped, with all rows" : "left in place";

    if (forgetting->config->values[OPTION_YES].integer != 0)
        return true;
    if (isatty(STDIN_FILENO) == 0) {
        error_set(err, ERROR_USAGE, "nobody is there to be asked: nothing was forgotten");
        return error_hint(err, "Say --yes where that is meant.");
    }
    if (forgetting->is_mirror)
        (void)printf("The mirror in schema \"%s\" is forgotten: its %zu %s %s, history and "
                     "quarantine go. yes or no? ",
            forgetting->schema, forgetting->count,
            text_plural(forgetting->count, "table is", "tables are"), fate);
    else
        (void)printf(
            "Table \"%s\" of the mirror in schema \"%s\" is forgotten: what is mirrored is "
            "%s, history and quarantine go. yes or no? ",
            forgetting->records[0].target_table, forgetting->schema, fate);
    (void)fflush(stdout);
    return is_answered_yes(forgetting) || error_set(err, ERROR_CANCELLED, "nothing was forgotten");
}

// ---- forgetting --------------------------------------------------------------------------------

static bool
drop_table(struct forgetting *forgetting, const struct table_record *record, struct error *err)
{
    const char *statement;
    struct relation relation;

    if (!forgetting->drops || !record->is_loaded)
        return true;
    if (!ddl_find(forgetting->target, &forgetting->arena, forgetting->schema, record->target_table,
            &relation, err))
        return false;
    return typed_view_drop_of(forgetting->target, &forgetting->arena, forgetting->mirror_id,
               record->source_schema, record->source_table, err) &&
           (!relation.exists || relation.kind != 'r' ||
               ddl_drop_table(forgetting->target, &forgetting->arena, forgetting->schema,
                   record->target_table, &statement, err));
}

static bool
forget_all(struct forgetting *forgetting, struct error *err)
{
    for (size_t i = 0; i < forgetting->count; i++) {
        const struct table_record *record = &forgetting->records[i];

        if (!expect_answer(forgetting, "could not forget a table", err) ||
            !drop_table(forgetting, record, err) ||
            !forget_table(forgetting->target, forgetting->mirror_id, record, err))
            return error_within(err, "table \"%s\"", record->target_table);
    }
    return !forgetting->is_mirror ||
           (expect_answer(forgetting, "could not forget the mirror", err) &&
               forget_mirror(forgetting->target, forgetting->mirror_id, err));
}

// All of it, or nothing.
static bool
forget(struct forgetting *forgetting, struct error *err)
{
    if (!expect_answer(forgetting, "could not take the mirror over", err) ||
        !forget_hold(forgetting->target, forgetting->mirror_id, forgetting->schema, err))
        return false;
    if (target_begin(forgetting->target, err) && forget_all(forgetting, err) &&
        target_commit(forgetting->target, err))
        return true;
    target_rollback(forgetting->target);
    return false;
}

static void
tell(const struct forgetting *forgetting)
{
    const char *fate = forgetting->drops ? "dropped" : "left in place";

    if (forgetting->is_mirror)
        log_info("Forgotten: the mirror in schema \"%s\", its %zu %s %s", forgetting->schema,
            forgetting->count, text_plural(forgetting->count, "table was", "tables were"), fate);
    else
        log_info(
            "Forgotten: table \"%s\" of the mirror in schema \"%s\"; what was mirrored was %s. "
            "The next run mirrors it again, unless it is ignored",
            forgetting->records[0].target_table, forgetting->schema, fate);
}

static bool
run(struct forgetting *forgetting, struct error *err)
{
    const struct config *config = forgetting->config;

    return startup_watch_start(&forgetting->watch, &forgetting->signals, NULL, err) &&
           expect_answer(forgetting, "could not read the tracking tables", err) &&
           target_open(&config->settings.target, "oe2pg forget", &forgetting->target, err) &&
           find_meant(forgetting, err) && tracking_install(forgetting->target, err) &&
           may_go_on(forgetting, err) && forget(forgetting, err);
}

int
cmd_forget(const struct config *config)
{
    struct forgetting forgetting = { .config = config,
        .drops = config->values[OPTION_DROP_TABLES].integer != 0 };
    struct error err = { 0 };
    bool done;
    int signal;
    int result;

    arena_init(&forgetting.arena);
    startup_watch_block_signals(&forgetting.signals);
    done = run(&forgetting, &err);
    signal = startup_watch_stop(&forgetting.watch);
    if (done)
        tell(&forgetting);
    result = done ? EXIT_STATUS_DONE : ending_by_error(&err);
    if (!done && signal != 0)
        result = exit_status_of_signal(signal);
    target_close(forgetting.target);
    arena_release(&forgetting.arena);
    return result;
}
