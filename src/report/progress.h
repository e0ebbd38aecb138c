// Telling how far a run is, on the console and in the log file. The file always gets lines: at most
// one a second and at least one every five seconds for each table in flight. What the console gets
// is a choice: bars on a terminal, those lines, JSON lines (docs/progress.md), or nothing.
//
// The main thread calls; never asks a database. Log lines of other threads scroll above the bars.
// Nothing of the terminal is changed but what stands on it, so nothing needs to be restored: no
// mode, no hidden cursor, no scroll region, and the cursor rests at the beginning of the line below
// the bars, where a shell's prompt may appear at any moment.
#ifndef OE2PG_REPORT_PROGRESS_H
#define OE2PG_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// In the order of the words of --progress.
enum progress_mode {
    PROGRESS_AUTO, // bars where they can be, else lines
    PROGRESS_BAR,  // the same
    PROGRESS_LOG,
    PROGRESS_JSON,
    PROGRESS_NONE,
};

// A table in flight, as seen at one moment.
struct table_progress {
    const char *name;   // in the mirror
    const char *phase;  // a word, e.g. "reading"
    int64_t row_count;  // so far
    int64_t of_rows;    // the best estimate at hand; -1: unknown
    int64_t started_ms; // wall clock
    int64_t size_bytes; // so far
    bool is_compared;   // by verify: nothing is written
};

// The run, as seen at one moment.
struct run_progress {
    int64_t run_id;
    int64_t elapsed_ms;
    size_t tables_total;
    size_t tables_done;
    size_t tables_failed;
    int64_t ended_rows; // read of the tables that ended
    int64_t ended_bytes;
    int64_t waiting_rows; // estimate of the tables not begun; -1: unknown for some of them
};

enum { PROGRESS_TABLES_MAX = 64 };

struct progress;

// Never NULL. PROGRESS_JSON expects that progress_log_as_json was called.
struct progress *progress_open(enum progress_mode mode);
// `tables[i]` is what worker i does; name NULL: nothing. Called a few times a second.
void progress_tick(struct progress *progress, const struct run_progress *run,
    const struct table_progress *tables, size_t count);
// The last word, in JSON: every table has ended, one way or the other.
void progress_end(struct progress *progress, const struct run_progress *run);
// Takes the bars off the screen, and leaves the console to the log. NULL is fine.
void progress_close(struct progress *progress);

// From now on the log's lines reach the console as JSON objects, one a line. Stays so.
void progress_log_as_json(void);

// " of ~1200000 (~42.0%)" for an estimate; "" when nothing is known; never more than 100 %.
void progress_format_of(char *text, size_t size, int64_t row_count, int64_t of_rows);

#endif
