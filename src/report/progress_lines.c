#include "report/progress_internal.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TABLE_LINE_MS = 5000, ANY_LINE_MS = 1000 };

void
progress_format_of(char *text, size_t size, int64_t row_count, int64_t of_rows)
{
    double percent;

    text[0] = '\0';
    // An estimate that was passed is no estimate any more.
    if (of_rows <= 0 || row_count > of_rows)
        return;
    percent = 100.0 * (double)row_count / (double)of_rows;
    (void)snprintf(text, size, " of ~%" PRId64 " (~%.1f%%)", of_rows, percent);
}

static void
write_line(
    const char *name, int64_t new_rows, const struct table_progress *table, bool is_for_console)
{
    char of[80];
    char line[320];

    progress_format_of(of, sizeof of, table->row_count, table->of_rows);
    if (new_rows > 0)
        (void)snprintf(line, sizeof line, "%s %" PRId64 " rows for %s (total: %" PRId64 "%s)",
            table->is_compared ? "Compared" : "Synced", new_rows, name, table->row_count, of);
    else
        (void)snprintf(line, sizeof line, "Still %s %s (total: %" PRId64 "%s)", table->phase, name,
            table->row_count, of);
    if (is_for_console)
        log_info("%s", line);
    else
        log_file_info("%s", line);
}

void
progress_lines_tick(struct progress_lines *lines, const struct table_progress *tables, size_t count,
    int64_t now_ms, bool is_for_console)
{
    size_t due = SIZE_MAX;

    for (size_t i = 0; i < count && i < PROGRESS_TABLES_MAX; i++) {
        if (tables[i].name == NULL) {
            lines->seen[i].name[0] = '\0';
            continue;
        }
        if (strncmp(lines->seen[i].name, tables[i].name, sizeof lines->seen[i].name - 1) != 0) {
            (void)snprintf(lines->seen[i].name, sizeof lines->seen[i].name, "%s", tables[i].name);
            lines->seen[i].row_count = 0;
            lines->seen[i].last_line_ms = now_ms;
        }
        if (now_ms - lines->seen[i].last_line_ms < TABLE_LINE_MS - ANY_LINE_MS / 2)
            continue;
        if (due == SIZE_MAX || lines->seen[i].last_line_ms < lines->seen[due].last_line_ms)
            due = i;
    }
    if (due == SIZE_MAX || now_ms - lines->last_line_ms < ANY_LINE_MS - 100)
        return;
    write_line(lines->seen[due].name, tables[due].row_count - lines->seen[due].row_count,
        &tables[due], is_for_console);
    lines->seen[due].row_count = tables[due].row_count;
    lines->seen[due].last_line_ms = now_ms;
    lines->last_line_ms = now_ms;
}
