// The housekeeping thread: its own PostgreSQL connection, which holds the mirror's advisory lock
// and tells the tracking tables once a second what the workers do. It waits for PostgreSQL so that
// the main thread never has to.
#ifndef OE2PG_RUN_HOUSEKEEPER_H
#define OE2PG_RUN_HOUSEKEEPER_H

#include "run/worker.h"

#include <pthread.h>
#include <stdatomic.h>

struct housekeeper {
    struct run_shared *shared;
    struct worker *workers;
    size_t worker_count;
    struct target *target; // given by housekeeper_start, taken back by housekeeper_stop
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_stopping;
    bool is_started;
    bool was_refused;               // PostgreSQL did not take what the last tick had to tell
    _Atomic int64_t last_answer_ms; // steady clock: when PostgreSQL last answered
    atomic_bool is_ended;
};

// Starts the thread; from now on `target` is its.
bool housekeeper_start(struct housekeeper *housekeeper, struct run_shared *shared,
    struct worker *workers, size_t worker_count, struct target *target, struct error *err)
    __attribute__((warn_unused_result));
// Asks the thread to end and waits for it up to `wait_ms`; returns the connection, or NULL when it
// is lost or the thread does not come back.
struct target *housekeeper_stop(struct housekeeper *housekeeper, int64_t wait_ms);
// True when the thread was asked to end and did not: what it uses must stay.
bool housekeeper_hangs(const struct housekeeper *housekeeper);

#endif
