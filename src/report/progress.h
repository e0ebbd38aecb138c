// Telling how far a run is: lines in the log, at most one a second and at least one every five
// seconds for each table in flight. Called by the main thread only; never asks a database.
#ifndef OE2PG_REPORT_PROGRESS_H
#define OE2PG_REPORT_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

// A table in flight, as seen at one moment.
struct table_progress {
    const char *name;   // in the mirror
    const char *phase;  // a word, e.g. "reading"
    int64_t row_count;  // so far
    int64_t of_rows;    // the best estimate at hand; -1: unknown
    int64_t started_ms; // wall clock
    int64_t size_bytes; // so far
};

enum { PROGRESS_TABLES_MAX = 64 };

struct progress {
    int64_t last_line_ms; // steady clock
    struct {
        char name[64];
        int64_t row_count; // at its last line
        int64_t last_line_ms;
    } seen[PROGRESS_TABLES_MAX]; // one a worker
};

void progress_init(struct progress *progress);
// `tables[i]` is what worker i does; name NULL: nothing. Called about once a second.
void progress_tick(struct progress *progress, const struct table_progress *tables, size_t count);

// " of ~1200000 (~42.0%)" for an estimate; "" when nothing is known; never more than 100 %.
void progress_format_of(char *text, size_t size, int64_t row_count, int64_t of_rows);

#endif
