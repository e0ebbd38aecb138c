// Watches the main thread while it connects, claims the mirror and reads the catalogue: calls that
// can hang in a driver, where no signal reaches them. Once the workers run, the main thread watches
// them itself (run.c).
#ifndef OE2PG_SYNC_STARTUP_WATCH_H
#define OE2PG_SYNC_STARTUP_WATCH_H

#include "base/error.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

struct startup_watch {
    pthread_t thread;
    const sigset_t *signals; // blocked in all threads; taken by the watch until it is stopped
    bool is_started;
    atomic_bool is_over;
    atomic_int signal;           // the first that came; 0: none
    atomic_int side;             // ERROR_SOURCE or ERROR_TARGET: who is waited for
    _Atomic(const char *) doing; // "could not ...", a constant
    _Atomic int64_t deadline_ms; // steady clock; 0: none
};

bool startup_watch_start(struct startup_watch *watch, const sigset_t *signals, struct error *err)
    __attribute__((warn_unused_result));
// The step that begins now: if it takes longer than limit_ms, the process ends with a message and
// status 3 or 4. False, with ERROR_CANCELLED, when a signal came meanwhile.
bool startup_watch_expect(struct startup_watch *watch, enum error_kind side, const char *doing,
    int64_t limit_ms, struct error *err) __attribute__((warn_unused_result));
// Ends the watch; returns the signal that came, or 0. May be called again.
int startup_watch_stop(struct startup_watch *watch);

#endif
