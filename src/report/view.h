// Everything about a run's progress that can be shown, computed once a tick for all who show it.
// Main thread.
#ifndef OE2PG_REPORT_VIEW_H
#define OE2PG_REPORT_VIEW_H

#include "report/progress.h"
#include "report/rate.h"

struct progress_view {
    int64_t now_ms; // steady clock
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

// What a view needs to know from the ones before. Begins as zeros.
struct view_memory {
    struct rate table_rate[PROGRESS_TABLES_MAX];
    int64_t table_since_ms[PROGRESS_TABLES_MAX]; // which table that is the rate of
    struct rate run_rate;
};

// `count` is PROGRESS_TABLES_MAX at most. The view borrows all it is given.
void view_look(struct view_memory *memory, const struct run_progress *run,
    const struct table_progress *tables, size_t count, struct progress_view *view);
// The estimate of a table that still holds: -1 when it was passed or never was.
int64_t view_of_rows(const struct table_progress *table);

#endif
