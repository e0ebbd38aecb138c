#include "report/widths_text.h"

#include "base/buffer.h"
#include "base/text.h"
#include "report/figures.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_CAP = 16 * 1024, CELL_SIZE = 700 };
enum { TABLE, COLUMN, WIDTH, LONGEST, ROWS, MIRRORED, CELL_COUNT };

struct cells {
    char texts[CELL_COUNT][CELL_SIZE];
};

// By the word of oe2pg.column_way.
static const struct {
    const char *way;
    const char *words;
} ways[] = {
    { "slices", "whole, read in slices" },
    { "cast", "whole, read by CAST" },
    { "elements", "whole, read by elements" },
    { "cut", "NULL in these rows; shorter ones whole" },
    { "short", "NULL from the width on; shorter ones whole" },
    { "left_out", "NULL in every row" },
    { "dumped", "whole, as long as it comes from the dump" },
};

static const char *
describe_way(const char *way)
{
    for (size_t i = 0; way != NULL && i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(ways[i].way, way) == 0)
            return ways[i].words;
    }
    return "NULL, or cut, in these rows";
}

// -1 is not known.
static void
print_number(char *text, bool is_exact, int64_t number)
{
    if (number < 0)
        (void)text_print(text, CELL_SIZE, "?");
    else
        (void)text_print(text, CELL_SIZE, "%s%" PRId64, is_exact ? "" : "at least ", number);
}

static void
fill_cells(struct cells *cells, const struct width_line *line)
{
    const struct too_wide_column *seen = line->seen;
    bool has_schema = seen->schema[0] != '\0';

    (void)text_print(
        cells->texts[TABLE], CELL_SIZE, "%s%s%s", seen->schema, has_schema ? "." : "", seen->table);
    (void)text_print(cells->texts[COLUMN], CELL_SIZE, "%s", seen->column);
    print_number(cells->texts[WIDTH], true, line->width > 0 ? line->width : -1);
    print_number(
        cells->texts[LONGEST], seen->is_longest_exact, seen->longest > 0 ? seen->longest : -1);
    print_number(cells->texts[ROWS], seen->is_row_count_exact, seen->row_count);
    (void)text_print(cells->texts[MIRRORED], CELL_SIZE, "%s", describe_way(seen->way));
}

static void
widen(size_t *widths, const struct cells *cells)
{
    for (size_t i = 0; i < CELL_COUNT; i++) {
        size_t width = figure_width(cells->texts[i]);

        widths[i] = width > widths[i] ? width : widths[i];
    }
}

static void
print_cells(FILE *out, struct buffer *text, const size_t *widths, const struct cells *cells)
{
    buffer_clear(text);
    (void)buffer_append_text(text, "--   ");
    for (size_t i = 0; i + 1 < CELL_COUNT; i++) {
        figure_fit(text, cells->texts[i], widths[i]);
        (void)buffer_append_text(text, "  ");
    }
    figure_append(text, cells->texts[MIRRORED]);
    (void)fprintf(out, "%s\n", buffer_text(text));
}

static void
print_table(FILE *out, struct buffer *text, const struct width_report *report)
{
    struct cells head = { { "table", "column", "width", "longest", "rows", "in the mirror" } };
    size_t widths[CELL_COUNT] = { 0 };
    struct cells cells;

    widen(widths, &head);
    for (size_t i = 0; i < report->count; i++) {
        fill_cells(&cells, &report->lines[i]);
        widen(widths, &cells);
    }
    print_cells(out, text, widths, &head);
    for (size_t i = 0; i < report->count; i++) {
        fill_cells(&cells, &report->lines[i]);
        print_cells(out, text, widths, &cells);
    }
}

// A name in it cannot end the comment.
static void
print_name(FILE *out, struct buffer *text, const char *name)
{
    buffer_clear(text);
    figure_append(text, name);
    (void)fprintf(out, "%s", buffer_text(text));
}

static void
print_remedies(FILE *out, struct buffer *text, const struct width_report *report)
{
    const struct source_widths *widths = report->widths;

    (void)fprintf(out,
        "--\n"
        "-- These columns have to be declared wider at the source; none of its data changes by\n"
        "-- that. Either a DBA runs the program that looks at every record and sets all widths:\n"
        "--\n"
        "--     %s ",
        widths->tool);
    print_name(out, text, report->source->db_name);
    (void)fprintf(out,
        "    and there: %s\n"
        "--\n"
        "-- or a DBA runs the statements below; check against your release's SQL Reference how it\n"
        "-- writes ALTER COLUMN ... %s. A width is the longest value and half\n"
        "-- as much again (twice as much as the \"at least\", where no more is known), rounded up "
        "to\n"
        "-- tens; %" PRId64 " at most, and %" PRId64 " for decimals.\n"
        "-- The next run reads the columns as any other, and closes what quarantine has of them.\n",
        widths->choice, widths->clause, widths->most, widths->most_digits);
}

static void
print_statements(FILE *out, struct buffer *text, const struct width_report *report)
{
    bool has_any = false;

    for (size_t i = 0; i < report->count; i++) {
        const struct width_line *line = &report->lines[i];

        if (line->statement != NULL) {
            (void)fprintf(out, "%s\n", line->statement);
            has_any = true;
            continue;
        }
        (void)fprintf(out, "-- ");
        print_name(out, text, line->seen->table);
        (void)fprintf(out, ".");
        print_name(out, text, line->seen->column);
        (void)fprintf(out, ": %s\n", line->remark);
    }
    if (has_any)
        (void)fprintf(out, "COMMIT;\n");
}

static void
print_head(FILE *out, struct buffer *text, const struct width_report *report)
{
    (void)fprintf(out, "-- ");
    print_name(out, text, report->source->product);
    (void)fprintf(out, " \"");
    print_name(out, text, report->source->db_name);
    (void)fprintf(out, "\": ");
}

void
widths_write(FILE *out, const struct width_report *report)
{
    struct buffer text;

    buffer_init(&text, LINE_CAP);
    print_head(out, &text, report);
    if (report->widths == NULL) {
        (void)fprintf(out, "no value of this source is wider than its column is declared, so there "
                           "is no width to set.\n-- What could not be mirrored for other reasons: "
                           "oe2pg status --quarantine\n");
    } else if (report->count == 0) {
        (void)fprintf(out, "%s a value wider than its column is declared.\n",
            report->is_counted ? "there is nowhere" : "no run has met");
    } else {
        (void)fprintf(out, "columns with values wider than they are declared, %s\n--\n",
            report->is_counted ? "in all rows" : "as far as runs met them");
        print_table(out, &text, report);
        print_remedies(out, &text, report);
        print_statements(out, &text, report);
    }
    buffer_release(&text);
}
