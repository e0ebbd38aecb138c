// Watches the main thread while it connects, claims the mirror and reads the catalogue: calls that
// can hang in a driver, where no signal reaches them. Once the workers run, the main thread watches
// them itself (run.c). The commands that only look (plan, check, status) are watched by it all
// along.
#ifndef OE2PG_BASE_STARTUP_WATCH_H
#define OE2PG_BASE_STARTUP_WATCH_H

#include "base/error.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

// What a command wants done about a step that takes too long. Either may be NULL. Both are called
// from threads of the watch, while the step goes on.
struct startup_rescue {
    void (*cancel)(void *context); // may make the step fail; may itself take any time
    void (*end)(void *context, const struct error *why); // the last words before the process ends
    void *context;
};

struct startup_watch {
    pthread_t thread;
    const sigset_t *signals; // blocked in all threads; taken by the watch until it is stopped
    bool is_started;
    atomic_bool is_over;
    atomic_int signal;           // the first that came; 0: none
    atomic_int side;             // ERROR_SOURCE or ERROR_TARGET: who is waited for
    _Atomic(const char *) doing; // "could not ...", a constant
    _Atomic int64_t deadline_ms; // steady clock; 0: none
    _Atomic int64_t began_ms;    // the same: the step that goes on
    struct startup_rescue rescue;
    pthread_t canceller; // while has_canceller; the watch's own
    bool has_canceller;
    atomic_bool was_cancelled; // the step that goes on
};

// Ends a thread's wait for signals before its time, and means nothing else.
#define STARTUP_WATCH_WAKE SIGUSR1
// The signals that end a run, unless they were ignored from the start, and the one that wakes,
// blocked in this thread and in those it starts.
void startup_watch_block_signals(sigset_t *signals);
// `signals` are blocked already. `rescue` NULL: nobody wants to help.
bool startup_watch_start(struct startup_watch *watch, const sigset_t *signals,
    const struct startup_rescue *rescue, struct error *err) __attribute__((warn_unused_result));
// The step that begins now: if it takes longer than limit_ms, it is cancelled where somebody can;
// if that does not help, the process ends with a message and status 3 or 4. False, with
// ERROR_CANCELLED, when a signal came meanwhile. Every few seconds the log is told what is waited
// for.
bool startup_watch_expect(struct startup_watch *watch, enum error_kind side, const char *doing,
    int64_t limit_ms, struct error *err) __attribute__((warn_unused_result));
// True when the step that just ended had been cancelled for taking too long.
bool startup_watch_was_cancelled(const struct startup_watch *watch);
// Nothing is waited for until the next step: sleeps, and returns early with the signal if one
// comes. 0: none.
int startup_watch_rest(struct startup_watch *watch, int64_t rest_ms);
// What a signal that ends a run did, in words.
const char *startup_watch_words(int signal);
// Ends the watch; returns the signal that came, or 0. May be called again.
int startup_watch_stop(struct startup_watch *watch);

#endif
