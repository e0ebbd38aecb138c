#include "report/progress.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "report/json_writer.h"
#include "report/progress_internal.h"
#include "report/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JSON_MS = 1000, TRUST_AFTER_MS = 3000 };

struct progress {
    enum progress_mode mode; // never PROGRESS_AUTO
    struct progress_lines lines;
    struct progress_screen *screen; // PROGRESS_BAR
    struct rate table_rate[PROGRESS_TABLES_MAX];
    int64_t table_since_ms[PROGRESS_TABLES_MAX]; // which table that is the rate of
    struct rate run_rate;
    int64_t last_json_ms;
};

struct progress *
progress_open(enum progress_mode mode)
{
    struct progress *progress = mem_calloc(1, sizeof *progress);

    if (mode == PROGRESS_AUTO || mode == PROGRESS_BAR)
        mode = terminal_can_move(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_LOG;
    progress->mode = mode;
    if (mode == PROGRESS_BAR)
        progress->screen = progress_screen_open();
    return progress;
}

int64_t
progress_of_rows(const struct table_progress *table)
{
    return table->of_rows > 0 && table->row_count <= table->of_rows ? table->of_rows : -1;
}

static void
sum_up(struct progress_view *view)
{
    const struct run_progress *run = view->run;

    view->row_count = run->ended_rows;
    view->size_bytes = run->ended_bytes;
    view->of_rows = run->waiting_rows >= 0 ? run->ended_rows + run->waiting_rows : -1;
    for (size_t i = 0; i < view->count; i++) {
        const struct table_progress *table = &view->tables[i];

        if (table->name == NULL)
            continue;
        view->row_count += table->row_count;
        view->size_bytes += table->size_bytes;
        if (table->of_rows < 0)
            view->of_rows = -1;
        else if (view->of_rows >= 0)
            view->of_rows += table->of_rows > table->row_count ? table->of_rows : table->row_count;
    }
}

static void
judge(struct progress_view *view)
{
    const struct run_progress *run = view->run;
    size_t ended = run->tables_done + run->tables_failed;

    view->left_ms = -1;
    if (view->of_rows > 0) {
        view->fraction = (double)view->row_count / (double)view->of_rows;
        view->left_ms = rate_time_left_ms(view->run_rate, view->of_rows - view->row_count);
        return;
    }
    view->fraction = run->tables_total > 0 ? (double)ended / (double)run->tables_total : 0;
    if (ended > 0 && run->elapsed_ms >= TRUST_AFTER_MS)
        view->left_ms = (int64_t)((double)run->elapsed_ms * (double)(run->tables_total - ended) /
                                  (double)ended);
}

static void
look(struct progress *progress, const struct run_progress *run, const struct table_progress *tables,
    size_t count, struct progress_view *view)
{
    int64_t now = clock_steady_ms();

    *view = (struct progress_view){ .run = run,
        .tables = tables,
        .count = count,
        .table_rate = progress->table_rate,
        .run_rate = &progress->run_rate };
    sum_up(view);
    for (size_t i = 0; i < count; i++) {
        if (tables[i].name == NULL || tables[i].started_ms != progress->table_since_ms[i])
            progress->table_rate[i].at_ms = 0;
        progress->table_since_ms[i] = tables[i].started_ms;
        if (tables[i].name != NULL)
            rate_add(&progress->table_rate[i], now, tables[i].row_count, tables[i].size_bytes);
    }
    // A table that ends is counted nowhere for a moment.
    if (view->row_count >= progress->run_rate.row_count &&
        view->size_bytes >= progress->run_rate.size_bytes)
        rate_add(&progress->run_rate, now, view->row_count, view->size_bytes);
    judge(view);
}

void
progress_tick(struct progress *progress, const struct run_progress *run,
    const struct table_progress *tables, size_t count)
{
    int64_t now = clock_steady_ms();
    struct progress_view view;

    if (count > PROGRESS_TABLES_MAX)
        count = PROGRESS_TABLES_MAX;
    progress_lines_tick(&progress->lines, tables, count, now, progress->mode == PROGRESS_LOG);
    if (progress->mode != PROGRESS_BAR && progress->mode != PROGRESS_JSON)
        return;
    look(progress, run, tables, count, &view);
    if (progress->mode == PROGRESS_BAR) {
        progress_screen_show(progress->screen, &view);
    } else if (now - progress->last_json_ms >= JSON_MS) {
        progress->last_json_ms = now;
        progress_json_show("progress", &view);
    }
}

void
progress_end(struct progress *progress, const struct run_progress *run)
{
    struct progress_view view;

    if (progress->mode != PROGRESS_JSON)
        return;
    look(progress, run, NULL, 0, &view);
    view.left_ms = 0;
    progress_json_show("end", &view);
}

void
progress_close(struct progress *progress)
{
    if (progress == NULL)
        return;
    progress_screen_close(progress->screen);
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
