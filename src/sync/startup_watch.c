#include "sync/startup_watch.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, END_AFTER_MS = 5000 };

static _Noreturn void
end_process(int status, const char *why)
{
    log_error("%s: ending at once", why);
    log_close();
    _exit(status);
}

// A step that is interrupted has some seconds to come to its end by itself.
static void
take_signal(struct startup_watch *watch, int signal)
{
    if (watch->signal != 0)
        end_process(128 + watch->signal, "second signal");
    watch->signal = signal;
    watch->deadline_ms = clock_steady_ms() + END_AFTER_MS;
    log_warning("%s: ending; a second signal ends at once",
        signal == SIGINT ? "interrupted" : "asked to end");
}

static void
pass_deadline(struct startup_watch *watch)
{
    struct error why;

    if (watch->signal != 0)
        end_process(128 + watch->signal, "no answer");
    error_set(&why, (enum error_kind)watch->side, "%s: no answer", watch->doing);
    error_hint(&why, watch->side == ERROR_SOURCE
                         ? "The source accepts connections and then says nothing: see whether it "
                           "is overloaded, stopped, or another service on that port."
                         : "PostgreSQL accepts connections and then says nothing: see whether it "
                           "is overloaded, stopped, or another service on that port.");
    log_failure(LOG_ERROR, &why);
    log_close();
    _exit(watch->side == ERROR_SOURCE ? 3 : 4);
}

static void *
watch_startup(void *context)
{
    const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
    struct startup_watch *watch = context;

    while (!watch->is_over) {
        int signal = sigtimedwait(watch->signals, NULL, &tick);

        if (signal > 0)
            take_signal(watch, signal);
        if (!watch->is_over && watch->deadline_ms != 0 && clock_steady_ms() >= watch->deadline_ms)
            pass_deadline(watch);
    }
    return NULL;
}

bool
startup_watch_start(struct startup_watch *watch, const sigset_t *signals, struct error *err)
{
    memset(watch, 0, sizeof *watch);
    watch->signals = signals;
    if (pthread_create(&watch->thread, NULL, watch_startup, watch) != 0)
        return error_set(err, ERROR_SYSTEM, "could not start a thread");
    watch->is_started = true;
    return true;
}

bool
startup_watch_expect(struct startup_watch *watch, enum error_kind side, const char *doing,
    int64_t limit_ms, struct error *err)
{
    if (watch->signal != 0)
        return error_set(err, ERROR_CANCELLED, "the run was stopped");
    watch->side = side;
    watch->doing = doing;
    watch->deadline_ms = clock_steady_ms() + limit_ms;
    return true;
}

int
startup_watch_stop(struct startup_watch *watch)
{
    watch->is_over = true;
    if (watch->is_started)
        (void)pthread_join(watch->thread, NULL);
    watch->is_started = false;
    return watch->signal;
}
