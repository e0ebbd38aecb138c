#include "report/progress.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "report/json_writer.h"
#include "report/sink.h"
#include "report/terminal.h"
#include "report/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SINKS_MAX = 2 };

// Where progress goes in each mode. The log file gets its lines in all of them.
static const struct sink *const sinks[][SINKS_MAX] = {
    [PROGRESS_BAR] = { &sink_file, &sink_bar },
    [PROGRESS_LOG] = { &sink_log },
    [PROGRESS_JSON] = { &sink_file, &sink_json },
    [PROGRESS_NONE] = { &sink_file },
};

struct progress {
    const struct sink *const *sinks;
    void *states[SINKS_MAX]; // of the sinks
    struct view_memory memory;
};

struct progress *
progress_open(enum progress_mode mode)
{
    struct progress *progress = mem_calloc(1, sizeof *progress);

    // Who wants to hear of nothing but trouble does not want to see bars either.
    if (mode == PROGRESS_AUTO && !log_console_is_enabled(LOG_INFO))
        mode = PROGRESS_NONE;
    if (mode == PROGRESS_AUTO || mode == PROGRESS_BAR)
        mode = terminal_can_move(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_LOG;
    progress->sinks = sinks[mode];
    for (size_t i = 0; i < SINKS_MAX && progress->sinks[i] != NULL; i++)
        progress->states[i] = progress->sinks[i]->open();
    return progress;
}

void
progress_tick(struct progress *progress, const struct run_progress *run,
    const struct table_progress *tables, size_t count)
{
    struct progress_view view;

    if (count > PROGRESS_TABLES_MAX)
        count = PROGRESS_TABLES_MAX;
    view_look(&progress->memory, run, tables, count, &view);
    for (size_t i = 0; i < SINKS_MAX && progress->sinks[i] != NULL; i++)
        progress->sinks[i]->tick(progress->states[i], &view);
}

void
progress_end(struct progress *progress, const struct run_progress *run)
{
    struct progress_view view;

    view_look(&progress->memory, run, NULL, 0, &view);
    view.left_ms = 0;
    for (size_t i = 0; i < SINKS_MAX && progress->sinks[i] != NULL; i++) {
        if (progress->sinks[i]->end != NULL)
            progress->sinks[i]->end(progress->states[i], &view);
    }
}

void
progress_close(struct progress *progress)
{
    if (progress == NULL)
        return;
    for (size_t i = 0; i < SINKS_MAX && progress->sinks[i] != NULL; i++)
        progress->sinks[i]->close(progress->states[i]);
    free(progress);
}

static void
write_json_log(void *context, enum log_level level, const char *message)
{
    (void)context;
    json_write_log(stderr, clock_wall_ms(), log_level_name(level), message);
    (void)fflush(stderr);
}

void
progress_log_as_json(void)
{
    const struct log_console_hook hook = { .write = write_json_log };

    log_set_console_hook(&hook);
}
