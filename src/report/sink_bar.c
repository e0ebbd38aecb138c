// Bars at the bottom of a terminal. Two threads meet here: the main thread paints, and any thread
// that logs takes the bars away, writes its line and has them painted again; `lock` keeps them
// apart. Order of locks: the log's, then ours; so nothing here may log while it holds ours.
//
// The bars are the last `line_count` lines above the cursor, each ended by a newline. To take them
// away the cursor goes up as many lines as they take now: a terminal that was made narrower since
// has wrapped them.
#include "report/sink.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/bar.h"
#include "report/figures.h"
#include "report/terminal.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SCREEN_CAP = 256 * 1024,
    REPAINT_MS = 100, // at least between two compositions
    LINES_MAX = PROGRESS_TABLES_MAX + 1,
    KEPT_FOR_THE_LOG = 4, // lines of the terminal, if it has so many
};

struct screen {
    pthread_mutex_t lock;
    bool has_colour;
    struct buffer frame;      // the bars as last composed
    size_t widths[LINES_MAX]; // columns of each of its lines
    size_t line_count;
    struct buffer out;   // what is written next
    bool is_painted;     // the frame stands on the screen
    int64_t composed_ms; // steady clock
};

static void
write_out(struct screen *screen)
{
    const char *bytes = screen->out.bytes;
    size_t left = screen->out.failed ? 0 : screen->out.size;

    while (left > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, left);

        if (written <= 0)
            break;
        bytes += written;
        left -= (size_t)written;
    }
    buffer_clear(&screen->out);
}

static void
add_erasure(struct screen *screen)
{
    size_t width;
    size_t height;
    size_t rows = 0;

    if (!screen->is_painted)
        return;
    terminal_size(STDERR_FILENO, &width, &height);
    for (size_t i = 0; i < screen->line_count; i++)
        rows += screen->widths[i] > width ? (screen->widths[i] + width - 1) / width : 1;
    if (rows >= height)
        rows = height - 1;
    buffer_append_byte(&screen->out, '\r');
    if (rows > 0)
        buffer_printf(&screen->out, "\033[%zuA", rows);
    buffer_append_text(&screen->out, "\033[J");
    screen->is_painted = false;
}

static void
add_frame(struct screen *screen)
{
    if (screen->line_count == 0)
        return;
    buffer_append(&screen->out, screen->frame.bytes, screen->frame.size);
    screen->is_painted = true;
}

// ---- around the log's lines --------------------------------------------------------------------

static void
step_aside(void *context)
{
    struct screen *screen = context;

    (void)pthread_mutex_lock(&screen->lock);
    add_erasure(screen);
    write_out(screen);
}

// At once, even while lines pour in: the next line would take them away before they were seen.
static void
step_back(void *context)
{
    struct screen *screen = context;

    add_frame(screen);
    write_out(screen);
    (void)pthread_mutex_unlock(&screen->lock);
}

static void *
open_screen(void)
{
    struct screen *screen = mem_calloc(1, sizeof *screen);
    const struct log_console_hook hook = {
        .before = step_aside, .after = step_back, .context = screen
    };

    (void)pthread_mutex_init(&screen->lock, NULL);
    buffer_init(&screen->frame, SCREEN_CAP);
    buffer_init(&screen->out, SCREEN_CAP);
    screen->has_colour = terminal_has_colour(STDERR_FILENO);
    log_set_console_hook(&hook);
    return screen;
}

static void
close_screen(void *state)
{
    struct screen *screen = state;

    log_set_console_hook(NULL);
    add_erasure(screen);
    write_out(screen);
    (void)pthread_mutex_destroy(&screen->lock);
    buffer_release(&screen->frame);
    buffer_release(&screen->out);
    free(screen);
}

// ---- composing ---------------------------------------------------------------------------------

static void
add_line(struct screen *screen, const struct bar_layout *layout, const struct bar_line *line)
{
    screen->widths[screen->line_count++] =
        bar_append(&screen->frame, layout, line, screen->has_colour);
    buffer_append_byte(&screen->frame, '\n');
}

static void
add_table(struct screen *screen, const struct bar_layout *layout,
    const struct table_progress *table, const struct rate *rate)
{
    int64_t of_rows = view_of_rows(table);
    const struct bar_line line = {
        .name = table->name,
        .phase = table->phase,
        .row_count = table->row_count,
        .of_rows = of_rows,
        .fraction = of_rows > 0 ? (double)table->row_count / (double)of_rows : -1,
        .rows_per_s = rate->is_known ? rate->rows_per_s : -1,
        .bytes_per_s = rate->is_known ? rate->bytes_per_s : -1,
        .left_ms = of_rows > 0 ? rate_time_left_ms(rate, of_rows - table->row_count) : -1,
    };

    add_line(screen, layout, &line);
}

static void
add_run(struct screen *screen, const struct bar_layout *layout, const struct progress_view *view)
{
    const struct run_progress *run = view->run;
    size_t ended = run->tables_done + run->tables_failed;
    char name[64];
    char phase[64];
    char elapsed[FIGURE_SIZE];
    const struct bar_line line = {
        .name = name,
        .phase = phase,
        .row_count = view->row_count,
        .of_rows = view->of_rows,
        .fraction = view->fraction,
        .rows_per_s = view->run_rate->is_known ? view->run_rate->rows_per_s : -1,
        .bytes_per_s = view->run_rate->is_known ? view->run_rate->bytes_per_s : -1,
        .left_ms = view->left_ms,
        .is_alarming = run->tables_failed > 0,
    };

    (void)text_print(name, sizeof name,
        layout->is_wide ? "all: %zu of %zu tables" : "%zu/%zu tables", ended, run->tables_total);
    figure_clock(elapsed, run->elapsed_ms);
    if (run->tables_failed > 0)
        (void)text_print(phase, sizeof phase, "%zu failed", run->tables_failed);
    else
        (void)text_print(phase, sizeof phase, "since %.20s", elapsed);
    add_line(screen, layout, &line);
}

static void
compose(struct screen *screen, const struct progress_view *view)
{
    struct bar_layout layout;
    size_t width;
    size_t height;

    terminal_size(STDERR_FILENO, &width, &height);
    bar_layout_choose(&layout, width);
    buffer_clear(&screen->frame);
    screen->line_count = 0;
    for (size_t i = 0; i < view->count; i++) {
        if (view->tables[i].name != NULL && screen->line_count + 1 + KEPT_FOR_THE_LOG < height)
            add_table(screen, &layout, &view->tables[i], &view->table_rate[i]);
    }
    add_run(screen, &layout, view);
}

static void
show(void *state, const struct progress_view *view)
{
    struct screen *screen = state;

    (void)pthread_mutex_lock(&screen->lock);
    if (clock_steady_ms() - screen->composed_ms >= REPAINT_MS) {
        screen->composed_ms = clock_steady_ms();
        add_erasure(screen); // by the widths of what stands there, before they are composed anew
        compose(screen, view);
        add_frame(screen);
        write_out(screen);
    }
    (void)pthread_mutex_unlock(&screen->lock);
}

const struct sink sink_bar = { .open = open_screen, .tick = show, .close = close_screen };
