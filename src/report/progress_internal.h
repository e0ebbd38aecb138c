// Inside the room of progress: the ways of showing it.
#ifndef OE2PG_REPORT_PROGRESS_INTERNAL_H
#define OE2PG_REPORT_PROGRESS_INTERNAL_H

#include "report/progress.h"
#include "report/rate.h"

#include <stdbool.h>

// Everything to be shown, computed once a tick.
struct progress_view {
    const struct run_progress *run;
    const struct table_progress *tables;
    size_t count;                  // of workers, idle ones too
    const struct rate *table_rate; // one a worker
    const struct rate *run_rate;
    int64_t row_count; // of the whole run so far
    int64_t size_bytes;
    int64_t of_rows; // of the whole run; -1: unknown
    double fraction; // by rows if known for all, else by tables; 0 to 1
    int64_t left_ms; // -1: unknown
};
// The estimate of a table that still holds: -1 when it was passed or never was.
int64_t progress_of_rows(const struct table_progress *table);

struct progress_lines {
    int64_t last_line_ms; // steady clock
    struct {
        char name[64];
        int64_t row_count; // at its last line
        int64_t last_line_ms;
    } seen[PROGRESS_TABLES_MAX]; // one a worker
};
// A line into the log, if one is due; `is_for_console`: not only into its file.
void progress_lines_tick(struct progress_lines *lines, const struct table_progress *tables,
    size_t count, int64_t now_ms, bool is_for_console);

struct progress_screen;
struct progress_screen *progress_screen_open(void);
void progress_screen_show(struct progress_screen *screen, const struct progress_view *view);
void progress_screen_close(struct progress_screen *screen);

// One line of JSON to stderr; `type` is "progress" or "end".
void progress_json_show(const char *type, const struct progress_view *view);

#endif
