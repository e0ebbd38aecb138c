// One worker: a thread with its own source connection, its own PostgreSQL connection and its own
// arena. It takes jobs from the queue until none is left or somebody cancels. The only retry loop
// and the only place below the commands where a table's error is logged.
#ifndef OE2PG_SYNC_WORKER_H
#define OE2PG_SYNC_WORKER_H

#include "base/arena.h"
#include "model/digest.h"
#include "model/state.h"
#include "plan/plan.h"
#include "source/source.h"
#include "sync/altered.h"
#include "sync/full_width.h"
#include "sync/reader.h"
#include "sync/retry.h"
#include "target/mirror.h"

#include <pthread.h>
#include <stdatomic.h>

// What a worker shows of itself: written by it alone, read by anybody.
struct worker_counters {
    _Atomic(const struct table *) table; // NULL: idle
    atomic_int phase;
    _Atomic int64_t phase_since_ms; // wall clock
    _Atomic int64_t table_since_ms;
    _Atomic int64_t heartbeat_ms; // of the last sign of life
    _Atomic int64_t row_count;    // read of the table in hand
    _Atomic int64_t size_bytes;
    _Atomic int64_t of_rows; // -1: unknown
};

struct queue;

// What all workers of a run share; read-only but for the queue and the atomics.
struct run_shared {
    const struct settings *settings;
    struct mirror_claim claim;
    struct queue *queue;
    atomic_bool is_cancelled;
    _Atomic int64_t reader_wait_left_ms; // for the rename, in the whole run
    atomic_bool has_standby;             // one was seen in this run
    size_t worker_count;
    pthread_t waiter;           // told by STARTUP_WATCH_WAKE when a worker ends
    struct digest_kind digest;  // of this run
    pthread_mutex_t large_gate; // one worker at a time reads large values
    atomic_bool has_remarked;   // on how the source's driver reads
    atomic_size_t held_count;   // tables that the delete brake held
    int refused_count;          // tables that failed before they could become jobs
};

struct worker {
    int number; // from 1
    struct run_shared *shared;
    struct source *source; // changed under `lock` only, so that others can cancel it
    struct target *target;
    bool had_target; // another one, before
    pthread_mutex_t lock;
    struct arena arena;     // of the attempt in hand
    struct arena job_arena; // of the job in hand
    struct job job;         // in hand, by the key of `table` (sync/other_key.h)
    struct table table;
    struct effort effort;         // of the job in hand, through its attempts
    struct around around;         // of the job in hand, through its attempts
    struct altered altered;       // the same
    struct full_width full_width; // of the attempt in hand
    struct worker_counters counters;
    struct reader_limits limits;
    struct reader_limits reading; // of the table in hand, by worker_begin_reading
    size_t value_budget;          // bytes for a value in all its copies
    size_t large_budget;          // the same for the one worker that holds the gate
    size_t map_bytes;             // for the digests of a mirrored table
    pthread_t thread;
    atomic_bool is_finished;
    pthread_t canceller; // while has_canceller; the main thread's
    bool has_canceller;
    bool cancels_source; // what the canceller is to do
    bool cancels_target;
    atomic_bool is_cancelling;
    bool is_tight;          // its share of memory is too small for large values
    bool has_gate;          // this worker is the one that may hold large values
    bool waited_for_source; // the main thread's: when it last looked
    int64_t heard_ms;       // the main thread's: the heartbeat it saw last,
    int64_t heard_at_ms;    // and when, by the steady clock
    bool is_stalled;        // the main thread's: its statement was cancelled for silence
};

// `source` is a connection that is open already, or NULL.
void worker_init(
    struct worker *worker, int number, struct run_shared *shared, struct source *source);
void worker_release(struct worker *worker);
// The thread's function; `context` is the worker.
void *worker_run(void *context);
// Makes what the worker waits for on these sides fail; returns at once. Main thread.
void worker_cancel(struct worker *worker, bool source, bool target);
// For how long it has shown no sign of life. Main thread.
int64_t worker_silent_ms(struct worker *worker);
// True when what it waits for is the source, false when it is PostgreSQL. Main thread.
bool worker_waits_for_source(struct worker *worker);

// Opens what is not open and names the session after the work. Fails like source_open, target_open,
// or with ERROR_BUSY when another run has the mirror.
bool worker_open(struct worker *worker, const char *work, struct error *err)
    __attribute__((warn_unused_result));
// The table in hand, for those who watch.
void worker_take_table(struct worker *worker, const struct job *job);
void worker_set_phase(struct worker *worker, enum phase phase);
// A sign of life, with what was read since the last one.
void worker_add_progress(struct worker *worker, size_t rows, size_t bytes);
// The jobs that memory_mb has room for, at least one: each takes some, whatever it reads.
size_t worker_jobs_within(int memory_mb);
// The memory_mb that so many need at least.
int worker_memory_for(size_t jobs);
// By worker_init: shares memory_mb out.
void worker_set_limits(struct worker *worker);
// Around reading a table: where memory is tight, or a value turned out large, tables with values of
// no declared length are read by one worker at a time, which then may use most of the memory.
bool worker_begin_reading(struct worker *worker, const struct table *table, struct error *err)
    __attribute__((warn_unused_result));
void worker_end_reading(struct worker *worker);
// True when a table that was read within so many milliseconds before has to be read in key order,
// where the source's transaction can be ended after max_transaction_s.
bool worker_reads_in_order(
    const struct worker *worker, const struct table *table, int64_t duration_ms);
// The table of the job is from here on altered.table: what is known of others' columns is
// forgotten.
void worker_see_altered(struct worker *worker);
// True, with ERROR_CANCELLED in err, when the run is to stop.
bool worker_is_cancelled(struct worker *worker, struct error *err);

#endif
