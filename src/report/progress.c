#include "report/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TABLE_LINE_MS = 5000, ANY_LINE_MS = 1000 };

void
progress_init(struct progress *progress)
{
    memset(progress, 0, sizeof *progress);
}

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
write_line(const char *name, int64_t new_rows, const struct table_progress *table)
{
    char of[80];

    progress_format_of(of, sizeof of, table->row_count, table->of_rows);
    if (new_rows > 0)
        log_info("Synced %" PRId64 " rows for %s (total: %" PRId64 "%s)", new_rows, name,
            table->row_count, of);
    else
        log_info("Still %s %s (total: %" PRId64 "%s)", table->phase, name, table->row_count, of);
}

void
progress_tick(struct progress *progress, const struct table_progress *tables, size_t count)
{
    int64_t now = clock_steady_ms();
    size_t due = SIZE_MAX;

    for (size_t i = 0; i < count && i < PROGRESS_TABLES_MAX; i++) {
        if (tables[i].name == NULL) {
            progress->seen[i].name[0] = '\0';
            continue;
        }
        if (strncmp(progress->seen[i].name, tables[i].name, sizeof progress->seen[i].name - 1) !=
            0) {
            (void)snprintf(
                progress->seen[i].name, sizeof progress->seen[i].name, "%s", tables[i].name);
            progress->seen[i].row_count = 0;
            progress->seen[i].last_line_ms = now;
        }
        if (now - progress->seen[i].last_line_ms < TABLE_LINE_MS - ANY_LINE_MS / 2)
            continue;
        if (due == SIZE_MAX || progress->seen[i].last_line_ms < progress->seen[due].last_line_ms)
            due = i;
    }
    if (due == SIZE_MAX || now - progress->last_line_ms < ANY_LINE_MS - 100)
        return;
    write_line(progress->seen[due].name, tables[due].row_count - progress->seen[due].row_count,
        &tables[due]);
    progress->seen[due].row_count = tables[due].row_count;
    progress->seen[due].last_line_ms = now;
    progress->last_line_ms = now;
}
