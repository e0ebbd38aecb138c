// What `oe2pg status` says, from what was read of the tracking tables: as text for people, as JSON
// for programs (docs/status-json.md). Pure but for the FILE; values of the source are shown only
// where they were asked for.
#ifndef OE2PG_REPORT_STATUS_H
#define OE2PG_REPORT_STATUS_H

#include "model/observation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct status_view {
    const struct observation *observed;
    const struct observed_table *const *tables; // those to be shown, of observed->tables
    size_t table_count;
    const struct observed_story *stories; // one a table of --table; NULL: none asked for
    size_t story_count;
    int64_t max_age_ms; // 0: not asked for
    bool with_quarantine;
    bool with_values;
    size_t width;  // lines are cut there; 0: whole
    size_t height; // lines to be used at most; 0: as many as there are
};

void status_write_text(FILE *out, const struct status_view *view);
void status_write_json(FILE *out, const struct status_view *view);

// ---- judgements --------------------------------------------------------------------------------

// A worker that gave no sign of life for so long is called stale.
enum { STATUS_STALE_MS = 60 * 1000 };

enum status_life {
    STATUS_NO_RUN,
    STATUS_ALIVE,
    STATUS_LOCK_LOST, // its sessions are there, its lock is not: it is reconnecting, or ending
    STATUS_DEAD,      // says that it runs, and nobody does
    STATUS_ENDED,
};
enum status_life status_life_of(const struct observed_run *run);
// "running", "dead", "lost its lock", or what was recorded.
const char *status_life_name(const struct observed_run *run);

// Whether there is an error that still stands.
bool status_is_failed(const struct observed_table *table);
// Not expected to be brought up to date: ignored by the configuration, or gone from the source.
bool status_is_left_out(const struct observed_table *table);
// Age of the content; -1: there is none.
int64_t status_age_ms(const struct observed_table *table, int64_t now_ms);
// Failed, never mirrored, or older than max_age_ms.
bool status_is_late(const struct observed_table *table, int64_t now_ms, int64_t max_age_ms);
// How many of the view's tables are.
size_t status_count_late(const struct status_view *view);
// Whether the last run ended otherwise than well: it failed, was interrupted, died. One that goes
// on has not.
bool status_ended_badly(const struct observed_run *run);
// The worker that has the table in hand, in a run that is alive; NULL: none.
const struct observed_worker *status_worker_of(
    const struct observation *observed, const struct observed_table *table);
bool status_is_stale(const struct observed_worker *worker, int64_t now_ms);
// Milliseconds a worker still needs for its table; -1: nobody can tell.
int64_t status_worker_left_ms(const struct observed_worker *worker, int64_t now_ms);

struct status_totals {
    size_t tables; // left out ones too
    size_t done;
    size_t failed;
    size_t never; // without content yet
    size_t left_out;
    int64_t rows;
    int64_t bytes;
    int64_t quarantined; // open entries; -1: may not be seen
    size_t stale_columns;
    const struct observed_table *oldest; // NULL: none has content
    int64_t read_to_ms;                  // all content was read from the oldest's beginning to here
};
void status_sum(const struct status_view *view, struct status_totals *totals);

// A run that is alive: how far and how fast.
struct status_outlook {
    int64_t rows; // read so far, tables in flight included
    int64_t bytes;
    int64_t of_rows; // -1: unknown, as some table left was never read
    double rows_per_s;
    double bytes_per_s;
    double fraction; // by rows if known, else by tables; an estimate
    int64_t left_ms; // -1: unknown
};
void status_look_ahead(const struct observation *observed, struct status_outlook *outlook);

// The quarantine's list, as text.
void status_write_quarantine(FILE *out, const struct status_view *view);

#endif
