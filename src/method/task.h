// All that a method may touch: both sides, the job's memory, what is known of its table, and what
// it shows of itself. No thread and no queue: who runs tasks, and how many at a time, is not its
// business. One thread at a time.
#ifndef OE2PG_METHOD_TASK_H
#define OE2PG_METHOD_TASK_H

#include "base/arena.h"
#include "model/digest.h"
#include "model/state.h"
#include "plan/plan.h"
#include "source/source.h"
#include "method/altered.h"
#include "read/hunt/hunt.h"
#include "method/effort.h"
#include "write/full_width.h"
#include "method/memory_share.h"
#include "target/mirror.h"
#include "target/stamp.h"
#include "write/row_sender.h"

#include <stdatomic.h>

// What a task shows of itself: written by it alone, read by anybody.
struct task_counters {
    _Atomic(const struct table *) table; // NULL: idle
    atomic_int phase;
    _Atomic int64_t phase_since_ms; // wall clock
    _Atomic int64_t table_since_ms;
    _Atomic int64_t heartbeat_ms; // of the last sign of life
    _Atomic int64_t row_count;    // of the table in hand, by the pass over it
    _Atomic int64_t size_bytes;
    _Atomic int64_t of_rows; // -1: unknown
};

// What all tasks of a run know of those who might see a part of a first load (into_place.h).
struct reader_watch {
    _Atomic int64_t wait_left_ms; // for readers to leave, in the whole run
    atomic_bool has_standby;      // one was seen: it stays so
};

struct task;

// Called after the part in hand failed, in the source, for a reason that passes by itself: true
// when it is to be read again. Then task->source is another connection. False with the failure that
// counts in `err`.
typedef bool task_try_part(struct task *task, struct error *err);

// Of the attempt in hand.
struct task_stamps {
    size_t odd; // of the parts that were read: stamps with zone in a form that is not known
    // Of a table that a column of stamps is known of (method/stamped.h).
    bool is_watched; // the window is known
    bool is_open_known;
    struct stamp_window window;
    struct stamp_findings findings; // of a whole comparison
    const char *condition;          // of the window, in the source's SQL
    struct table rows;              // the table with the window for its condition
};

struct task {
    const struct settings *settings;
    const struct mirror_claim *claim;
    const struct digest_kind *digest; // of this run
    const atomic_bool *is_cancelled;  // the run is to stop
    struct reader_watch *readers;
    task_try_part *try_part; // NULL: whatever fails fails the attempt
    struct source *source;   // both are open while a method runs
    struct target *target;
    struct arena job_arena; // of the job in hand, through its attempts
    struct table table;     // the job's own, for its key may become another one (other_key.h)
    struct job job;
    struct arena arena;           // of the attempt in hand
    struct effort effort;         // of the job
    struct hunt *hunt;            // the same: for values that cannot be read
    struct altered altered;       // the same
    struct full_width full_width; // of the attempt in hand: its parts' together
    struct memory_share share;
    struct reader_limits reading; // of the table in hand, by task_begin_reading
    struct task_stamps stamps;
    struct task_counters counters;
};

// The table in hand, for those who watch.
void task_take_table(struct task *task, const struct job *job);
void task_set_phase(struct task *task, enum phase phase);
// From here on the table is counted anew: a pass over it begins, behind so many rows that are there
// already.
void task_begin_count(struct task *task, int64_t row_count, int64_t size_bytes);
// A sign of life, with what was read since the last one.
void task_add_progress(struct task *task, size_t rows, size_t bytes);
// True, with ERROR_CANCELLED in err, when the run is to stop.
bool task_is_cancelled(struct task *task, struct error *err);
// Around reading a table: where memory is tight, or a value turned out large, tables with values of
// no declared length are read by one task at a time, which then may use most of the memory. Waits
// for that; fails when the run is to stop.
bool task_begin_reading(struct task *task, const struct table *table, struct error *err)
    __attribute__((warn_unused_result));
void task_end_reading(struct task *task);
// True when a table that was read within so many milliseconds before has to be read in key order,
// where the source's transaction can be ended after max_transaction_s.
bool task_reads_in_order(const struct task *task, const struct table *table, int64_t duration_ms);
// Begins to read the part, once more or for the first time: what comes of it counts in its outcome,
// by way of the sender too. From here on a failure is the part's.
void task_begin_part(struct task *task, struct part *part, struct row_sender *sender);
// It was read to its end.
void task_end_part(struct task *task, const struct part *part);
// True when the part in hand, whose read failed, is to be read again by itself; what its former
// read did the caller takes back. No cursor and no transaction is open.
bool task_tries_part_again(struct task *task, struct error *err);
// Rows of the table on their way into what `open` opens (write/row_sender.h).
void task_init_sender(struct task *task, struct row_sender *sender, const struct table *table,
    row_sender_open *open, void *context);
// The table of the job is from here on altered.table: what is known of others' columns is
// forgotten.
void task_see_altered(struct task *task);

#endif
