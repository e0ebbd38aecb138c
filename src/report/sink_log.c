#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_LINE_MS = 5000, ANY_LINE_MS = 1000 };

// A table in the hands of a worker, as it was at its last line.
struct told_table {
    char name[64];
    int64_t row_count;
    int64_t last_line_ms; // or when the worker took it
};

struct lines {
    bool is_for_console;                         // not only for the file
    int64_t last_line_ms;                        // steady clock; of any table
    struct told_table told[PROGRESS_TABLES_MAX]; // one a worker
};

void
progress_format_of(char *text, size_t size, int64_t row_count, int64_t of_rows)
{
    double percent;

    text[0] = '\0';
    // An estimate that was passed is no estimate any more.
    if (of_rows <= 0 || row_count > of_rows)
        return;
    percent = 100.0 * (double)row_count / (double)of_rows;
    (void)text_print(text, size, " of ~%" PRId64 " (~%.1f%%)", of_rows, percent);
}

static void
write_line(
    const char *name, int64_t new_rows, const struct table_progress *table, bool is_for_console)
{
    char of[80];
    char line[320];

    progress_format_of(of, sizeof of, table->row_count, table->of_rows);
    if (new_rows > 0)
        (void)text_print(line, sizeof line, "%s %" PRId64 " rows for %s (total: %" PRId64 "%s)",
            table->is_compared ? "Compared" : "Synced", new_rows, name, table->row_count, of);
    else
        (void)text_print(line, sizeof line, "Still %s %s (total: %" PRId64 "%s)", table->phase,
            name, table->row_count, of);
    if (is_for_console)
        log_info("%s", line);
    else
        log_file_info("%s", line);
}

// A line, if one is due.
static void
tick(void *state, const struct progress_view *view)
{
    struct lines *lines = state;
    const struct table_progress *tables = view->tables;
    int64_t now_ms = view->now_ms;
    size_t due = SIZE_MAX;

    for (size_t i = 0; i < view->count; i++) {
        if (tables[i].name == NULL) {
            lines->told[i].name[0] = '\0';
            continue;
        }
        if (strncmp(lines->told[i].name, tables[i].name, sizeof lines->told[i].name - 1) != 0) {
            (void)text_print(lines->told[i].name, sizeof lines->told[i].name, "%s", tables[i].name);
            lines->told[i].row_count = 0;
            lines->told[i].last_line_ms = now_ms;
        }
        if (now_ms - lines->told[i].last_line_ms < TABLE_LINE_MS - ANY_LINE_MS / 2)
            continue;
        if (due == SIZE_MAX || lines->told[i].last_line_ms < lines->told[due].last_line_ms)
            due = i;
    }
    if (due == SIZE_MAX || now_ms - lines->last_line_ms < ANY_LINE_MS - 100)
        return;
    write_line(lines->told[due].name, tables[due].row_count - lines->told[due].row_count,
        &tables[due], lines->is_for_console);
    lines->told[due].row_count = tables[due].row_count;
    lines->told[due].last_line_ms = now_ms;
    lines->last_line_ms = now_ms;
}

static void *
open_lines(bool is_for_console)
{
    struct lines *lines = mem_calloc(1, sizeof *lines);

    lines->is_for_console = is_for_console;
    return lines;
}

static void *
open_log(void)
{
    return open_lines(true);
}

static void *
open_file(void)
{
    return open_lines(false);
}

const struct sink sink_log = { .open = open_log, .tick = tick, .close = free };
const struct sink sink_file = { .open = open_file, .tick = tick, .close = free };
