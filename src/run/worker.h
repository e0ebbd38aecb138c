// One worker: a thread with its own source connection, its own PostgreSQL connection and its own
// arena. It takes jobs from the queue until none is left or somebody cancels. The only retry loop
// and the only place below the commands where a table's error is logged.
#ifndef OE2PG_RUN_WORKER_H
#define OE2PG_RUN_WORKER_H

#include "model/digest.h"
#include "method/task.h"
#include "target/mirror.h"

#include <pthread.h>
#include <stdatomic.h>

struct queue;

// What all workers of a run share; read-only but for the queue and the atomics.
struct run_shared {
    const struct settings *settings;
    struct mirror_claim claim;
    struct queue *queue;
    atomic_bool is_cancelled;
    struct reader_watch readers;
    size_t worker_count;
    pthread_t waiter;          // told by STARTUP_WATCH_WAKE when a worker ends
    struct digest_kind digest; // of this run
    struct memory_gate large_gate;
    atomic_bool has_remarked;   // on how the source's driver reads
    atomic_bool has_told_fewer; // that the source gives no further connection
    atomic_size_t held_count;   // tables that the delete brake held
    int refused_count;          // tables that failed before they could become jobs
};

struct worker {
    int number; // from 1
    struct run_shared *shared;
    struct task task;     // its connections are changed under `lock` only, so that others can
    pthread_mutex_t lock; // cancel what they wait for
    bool had_target;      // another one, before
    struct error told;    // why the job in hand was tried again, as the log has it
    pthread_t thread;
    atomic_bool is_finished;
    pthread_t canceller; // while has_canceller; the main thread's
    bool has_canceller;
    bool cancels_source; // what the canceller is to do
    bool cancels_target;
    atomic_bool is_cancelling;
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
// What it is doing just now; activity->table NULL: nothing. Any thread.
void worker_describe(const struct worker *worker, struct activity *activity);
// For how long it has shown no sign of life. Main thread.
int64_t worker_silent_ms(struct worker *worker);
// True when what it waits for is the source, false when it is PostgreSQL. Main thread.
bool worker_waits_for_source(struct worker *worker);

#endif
