// From the selected tables and what past runs recorded to jobs in order, each with its method and
// the reason in words. Pure: no I/O, nothing logged.
#ifndef OE2PG_PLAN_PLAN_H
#define OE2PG_PLAN_PLAN_H

#include "base/arena.h"
#include "model/method_kind.h"
#include "model/settings.h"
#include "model/state.h"
#include "plan/selection.h"

struct job_counters;
struct job_stamp;

struct job {
    const struct table *table;
    const struct table_record *record; // of an earlier run; NULL: none
    enum method_kind method;
    const char *reason;
    int64_t row_estimate; // -1: unknown
    bool is_estimate_exact;
    uint64_t fingerprint; // of the table's shape
    bool is_small;        // may be compared together with others (method/small.h)
    bool is_unchanged;    // the source says that its rows are those that were mirrored
    bool has_objects;     // indexes or the like are wanted, or were made
    bool are_objects_due; // and they are not as they should be
    bool is_suspect;      // is to be started when nothing else is in hand
    const struct job_counters *counters; // NULL: they tell nothing of the table
    const struct job_stamp *stamp;       // NULL: no column says when a row was written
};

// Jobs of one group that follow each other may be taken, and settled, together.
enum job_group { JOB_ALONE, JOB_SMALL, JOB_VOUCHED };
// By the source's counters the table is as it was: nothing of it is looked at (plan/witness.h).
static inline bool
job_is_vouched(const struct job *job)
{
    return job->is_unchanged && job->counters != NULL;
}

static inline enum job_group
job_group(const struct job *job)
{
    return job_is_vouched(job) ? JOB_VOUCHED : job->is_small ? JOB_SMALL : JOB_ALONE;
}

struct plan {
    struct job *jobs; // in the order in which they are to be started
    size_t job_count;
};

// A number that changes when the shape that is mirrored does: names, types, order, key, and whether
// time stamps that mean an instant are known to come in UTC.
uint64_t plan_fingerprint(const struct table *table);
// True when it was recorded for the same shape while these time stamps came in the source's zone.
bool plan_is_rezoned(const struct table *table, uint64_t recorded);

// Everything lives in `arena`; tables and records are borrowed. `small_rows`: tables with fewer
// rows in the mirror are small, if nothing is known of them that needs a closer look. Order: loads
// that were begun, then priority, then what was never mirrored, then the longest not mirrored,
// large before small; and behind all of them suspects.
void plan_make(struct arena *arena, const struct selection *selection,
    const struct table_record *records, size_t record_count, int small_rows, struct plan *plan);
// The method of a table that was never anything but refused, in its record. Nothing of it is in the
// mirror: for what a run does there is no such record.
#define PLAN_NO_METHOD "none"
bool plan_was_only_refused(const struct table_record *record);
// Takes those out; returns how many are left.
size_t plan_drop_refused(struct table_record *records, size_t count);

// Turns the jobs into comparisons that write nothing; with verify_repair, tables that were never
// mirrored are loaded all the same.
void plan_only_verify(const struct mirror_settings *settings, struct plan *plan);

#endif
