// A run, for run.c, run_wait.c and run_verdicts.c only. It is the main thread's.
#ifndef OE2PG_RUN_RUN_INTERNAL_H
#define OE2PG_RUN_RUN_INTERNAL_H

#include "plan/plan.h"
#include "plan/witness.h"
#include "report/progress.h"
#include "report/summary.h"
#include "run/housekeeper.h"
#include "run/queue.h"
#include "run/run.h"
#include "base/startup_watch.h"
#include "run/vanished.h"

#include <signal.h>
#include <stdatomic.h>

enum {
    JOBS_MAX = 64,
    END_AFTER_MS = 5000,
    HANG_GRACE_MS = 15000, // between cancelling a silent source and giving the run up
};

struct run {
    const struct settings *settings;
    struct run_end *end;
    struct arena arena; // of the run: catalogue, selection, plan
    struct source *source;
    struct target *target;
    struct selection selection;
    struct stuck_tables stuck;
    struct plan plan;
    struct source_counters counters; // as they were before anything was read
    struct witness_list witnesses;   // what is recorded of them
    struct witness_list stamps;      // what is recorded of stamps
    struct queue queue;
    struct run_shared shared;
    struct worker workers[JOBS_MAX];
    size_t started;
    struct housekeeper housekeeper;
    struct startup_watch watch;
    struct progress *progress;
    sigset_t signals;
    int64_t began_ms;    // steady clock
    int64_t stopping_ms; // steady clock: when the run began to end early; 0: it has not
    bool was_cancelled;  // statements were cancelled
    bool has_widths;     // the source declares some that its data may exceed
    atomic_bool is_claimed;
};

// Tables that failed before any worker had them.
size_t run_failed_early(const struct run *run);
// Until every worker has ended; or ends the process, where one cannot be made to.
void run_wait(struct run *run);
// Why the process ends at once, for who looks at the tracking tables; on a connection of its own,
// in at most a few seconds. Nothing where it cannot be had.
void run_leave_last_word(struct run *run, const char *why);
// What verify found, table by table, on standard output as JSON. Behind the last worker.
void run_write_verdicts(struct run *run);
// run_counters.c: which tables need not be read; and what the run proved of the counters. A source
// without counters has none of it.
bool run_ask_counters(struct run *run, struct catalog *catalog, struct error *err)
    __attribute__((warn_unused_result));
void run_plan_by_counters(struct run *run);
// The same file: which are read by their stamps.
void run_plan_by_stamps(struct run *run);
void run_judge_counters(struct run *run);
void run_describe(struct run *run, struct run_progress *progress);

#endif
