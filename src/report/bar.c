#include "report/bar.h"

#include "base/text.h"
#include "report/figures.h"

#include <inttypes.h>
#include <string.h>

#define COLOUR_FILL "\033[32m"
#define COLOUR_ALARM "\033[31m"
#define COLOUR_OFF "\033[0m"

enum {
    WIDE_FROM = 140,
    NAME_MIN = 8,
    NAME_MAX = 40,
    BAR_MIN = 8,
    BAR_MAX = 62,
    COLUMN_COUNT = 8,
};

static size_t
add_columns(const struct bar_layout *layout)
{
    const size_t widths[COLUMN_COUNT] = { layout->name, layout->bar, layout->percent, layout->rows,
        layout->rate, layout->bytes, layout->left, layout->phase };
    size_t sum = 0;

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (widths[i] > 0)
            sum += widths[i] + 1;
    }
    return sum > 0 ? sum - 1 : 0;
}

// The least needed goes first.
static void
drop_columns(struct bar_layout *layout, size_t width)
{
    size_t *const by_need[] = { &layout->bytes, &layout->bar, &layout->left, &layout->rate,
        &layout->phase, &layout->rows, &layout->percent };

    for (size_t i = 0; i < sizeof by_need / sizeof by_need[0]; i++) {
        if (add_columns(layout) <= width)
            return;
        *by_need[i] = 0;
    }
    if (layout->name > width)
        layout->name = width;
}

void
bar_layout_choose(struct bar_layout *layout, size_t terminal_width)
{
    size_t width = terminal_width > 1 ? terminal_width - 1 : 1;
    size_t spare;

    *layout = (struct bar_layout){ NAME_MIN, BAR_MIN, 6, 10, 6, 7, 6, 10, false };
    if (terminal_width >= WIDE_FROM)
        *layout = (struct bar_layout){ NAME_MIN, BAR_MIN, 6, 26, 14, 9, 10, 19, true };
    drop_columns(layout, width);
    spare = width - add_columns(layout);
    if (layout->bar == 0) {
        layout->name += spare < NAME_MAX - NAME_MIN ? spare : NAME_MAX - NAME_MIN;
        return;
    }
    layout->name += spare * 7 / 10;
    if (layout->name > NAME_MAX)
        layout->name = NAME_MAX;
    spare = width - add_columns(layout);
    layout->bar = layout->bar + spare < BAR_MAX ? layout->bar + spare : BAR_MAX;
}

static void
append_bar(struct buffer *out, size_t width, double fraction, bool has_colour)
{
    size_t cells = width - 2;
    size_t full = 0;

    if (fraction > 0)
        full = fraction < 1 ? (size_t)(fraction * (double)cells) : cells;
    buffer_append_byte(out, '[');
    if (has_colour && full > 0)
        buffer_append_text(out, COLOUR_FILL);
    for (size_t i = 0; i < full; i++)
        buffer_append_byte(out, '#');
    if (has_colour && full > 0)
        buffer_append_text(out, COLOUR_OFF);
    for (size_t i = full; i < cells; i++)
        buffer_append_byte(out, fraction < 0 ? ' ' : '-');
    buffer_append_byte(out, ']');
}

static void
format_rows(char text[FIGURE_SIZE], const struct bar_line *line, bool is_wide)
{
    char count[FIGURE_SIZE];
    char of[FIGURE_SIZE];

    // An estimate that was passed is no estimate any more.
    bool has_estimate = line->of_rows > 0 && line->row_count <= line->of_rows;

    if (is_wide && has_estimate)
        (void)text_print(
            text, FIGURE_SIZE, "%" PRId64 " of ~%" PRId64, line->row_count, line->of_rows);
    if (is_wide && !has_estimate)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 " rows", line->row_count);
    if (is_wide && strlen(text) <= 26)
        return;
    figure_count(count, line->row_count);
    figure_count(of, line->of_rows);
    (void)text_print(
        text, FIGURE_SIZE, "%.20s%s%.20s", count, has_estimate ? "/~" : "", has_estimate ? of : "");
}

static void
format_rate(char text[FIGURE_SIZE], double per_s, bool is_wide)
{
    char count[FIGURE_SIZE];

    text[0] = '\0';
    if (per_s < 0)
        return;
    figure_count(count, (int64_t)per_s);
    if (is_wide && per_s < 1e8)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 " rows/s", (int64_t)per_s);
    else
        (void)text_print(text, FIGURE_SIZE, "%.20s/s", count);
}

static void
format_bytes(char text[FIGURE_SIZE], double per_s, bool is_wide)
{
    char size[FIGURE_SIZE];
    char *gap;

    text[0] = '\0';
    if (per_s < 0)
        return;
    figure_bytes(size, (int64_t)per_s);
    gap = strchr(size, ' ');
    if (!is_wide && gap != NULL)
        memmove(gap, gap + 1, strlen(gap));
    (void)text_print(text, FIGURE_SIZE, "%.20s/s", size);
}

static void
format_left(char text[FIGURE_SIZE], int64_t left_ms, bool is_wide)
{
    char clock[FIGURE_SIZE];

    text[0] = '\0';
    if (left_ms < 0)
        return;
    figure_clock(clock, left_ms);
    (void)text_print(text, FIGURE_SIZE, "%s~%.20s", is_wide ? "ETA " : "", clock);
}

static void
append_phase(struct buffer *out, const struct bar_line *line, size_t width, bool has_colour)
{
    char text[FIGURE_SIZE];

    (void)text_print(text, sizeof text, "%s", line->phase);
    for (char *blank; figure_width(text) > width && (blank = strrchr(text, ' ')) != NULL;)
        *blank = '\0';
    if (line->is_alarming && has_colour)
        buffer_append_text(out, COLOUR_ALARM);
    figure_fit(out, text, width);
    if (line->is_alarming && has_colour)
        buffer_append_text(out, COLOUR_OFF);
}

static void
append_figure(struct buffer *out, const char *text, size_t width)
{
    if (width == 0)
        return;
    buffer_append_byte(out, ' ');
    figure_fit_right(out, text, width);
}

size_t
bar_append(struct buffer *out, const struct bar_layout *layout, const struct bar_line *line,
    bool has_colour)
{
    char percent[FIGURE_SIZE];
    char text[FIGURE_SIZE];

    figure_fit(out, line->name, layout->name);
    if (layout->bar > 0) {
        buffer_append_byte(out, ' ');
        append_bar(out, layout->bar, line->fraction, has_colour);
    }
    figure_percent(percent, (int64_t)(line->fraction * 10000), 10000);
    append_figure(out, line->fraction >= 0 ? percent : "", layout->percent);
    format_rows(text, line, layout->is_wide);
    append_figure(out, text, layout->rows);
    format_rate(text, line->rows_per_s, layout->is_wide);
    append_figure(out, text, layout->rate);
    format_bytes(text, line->bytes_per_s, layout->is_wide);
    append_figure(out, text, layout->bytes);
    format_left(text, line->left_ms, layout->is_wide);
    append_figure(out, text, layout->left);
    if (layout->phase > 0) {
        buffer_append_byte(out, ' ');
        append_phase(out, line, layout->phase, has_colour);
    }
    return add_columns(layout);
}
