#include "base/startup_watch.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/fault.h"
#include "base/log.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, END_AFTER_MS = 5000, CANCEL_GRACE_MS = 5000, STILL_MS = 5000 };

static _Noreturn void
end_process(int status, const char *why)
{
    log_error("%s: ending at once", why);
    log_close();
    _exit(status);
}

const char *
startup_watch_words(int signal)
{
    if (signal == SIGINT)
        return "interrupted by SIGINT";
    return signal == SIGHUP ? "asked to end by SIGHUP" : "asked to end by SIGTERM";
}

// A step that is interrupted has some seconds to come to its end by itself.
static void
take_signal(struct startup_watch *watch, int signal)
{
    if (watch->signal != 0)
        end_process(exit_status_of_signal(watch->signal), "second signal");
    watch->signal = signal;
    if (watch->deadline_ms == 0)
        return;
    watch->deadline_ms = clock_steady_ms() + END_AFTER_MS;
    log_warning("%s: ending; a second signal ends at once", startup_watch_words(signal));
}

static void
pass_deadline(struct startup_watch *watch)
{
    struct error why;

    if (watch->signal != 0)
        end_process(exit_status_of_signal(watch->signal), "no answer");
    error_set(&why, (enum error_kind)watch->side, "%s: no answer", watch->doing);
    error_hint(&why, watch->side == ERROR_SOURCE
                         ? "The source accepts connections and then says nothing: see whether it "
                           "is overloaded, stopped, or another service on that port."
                         : "PostgreSQL accepts connections and then says nothing: see whether it "
                           "is overloaded, stopped, or another service on that port.");
    if (watch->rescue.end != NULL)
        watch->rescue.end(watch->rescue.context, &why);
    log_failure(LOG_ERROR, &why);
    log_close();
    _exit((int)exit_status_of((enum error_kind)watch->side));
}

static void *
run_cancel(void *context)
{
    struct startup_watch *watch = context;

    watch->rescue.cancel(watch->rescue.context);
    return NULL;
}

static void
join_canceller(struct startup_watch *watch)
{
    if (watch->has_canceller)
        (void)pthread_join(watch->canceller, NULL);
    watch->has_canceller = false;
}

// False when there is nothing to try, or it has been tried.
static bool
try_cancel(struct startup_watch *watch)
{
    if (watch->rescue.cancel == NULL || watch->was_cancelled || watch->signal != 0)
        return false;
    watch->was_cancelled = true;
    watch->deadline_ms = clock_steady_ms() + CANCEL_GRACE_MS;
    // The one before has brought its step back, so it is at its end.
    join_canceller(watch);
    watch->has_canceller = pthread_create(&watch->canceller, NULL, run_cancel, watch) == 0;
    return watch->has_canceller;
}

// `told_ms`, steady clock, is the watch's own: when something was told last.
static void
tell_still_waiting(const struct startup_watch *watch, int64_t *told_ms)
{
    static const char failed[] = "could not ";
    int64_t now_ms = clock_steady_ms();
    int64_t began_ms = watch->began_ms;
    const char *doing = watch->doing;

    if (*told_ms < began_ms)
        *told_ms = began_ms;
    if (watch->deadline_ms == 0 || watch->signal != 0 ||
        now_ms - *told_ms < fault_setting("OE2PG_TEST_STILL_MS", STILL_MS))
        return;
    *told_ms = now_ms;
    if (strncmp(doing, failed, sizeof failed - 1) == 0)
        log_info("Still trying to %s, for %" PRId64 " s now", doing + sizeof failed - 1,
            (now_ms - began_ms) / 1000);
}

static void *
watch_startup(void *context)
{
    const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
    struct startup_watch *watch = context;
    int64_t told_ms = 0;

    while (!watch->is_over) {
        int signal = sigtimedwait(watch->signals, NULL, &tick);

        if (signal > 0 && signal != STARTUP_WATCH_WAKE)
            take_signal(watch, signal);
        if (!watch->is_over && watch->deadline_ms != 0 && clock_steady_ms() >= watch->deadline_ms &&
            !try_cancel(watch))
            pass_deadline(watch);
        if (!watch->is_over)
            tell_still_waiting(watch, &told_ms);
    }
    join_canceller(watch);
    return NULL;
}

// What was ignored when the process began is somebody's wish: nohup, a shell that started it in the
// background. A blocked signal is kept for sigtimedwait even where it is ignored, so it stays out.
static void
add_unless_ignored(sigset_t *signals, int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        return;
    (void)sigaddset(signals, number);
}

void
startup_watch_block_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    add_unless_ignored(signals, SIGINT);
    add_unless_ignored(signals, SIGTERM);
    add_unless_ignored(signals, SIGHUP);
    (void)sigaddset(signals, STARTUP_WATCH_WAKE);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
}

bool
startup_watch_start(struct startup_watch *watch, const sigset_t *signals,
    const struct startup_rescue *rescue, struct error *err)
{
    memset(watch, 0, sizeof *watch);
    watch->signals = signals;
    if (rescue != NULL)
        watch->rescue = *rescue;
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
    watch->was_cancelled = false;
    watch->began_ms = clock_steady_ms();
    watch->deadline_ms = clock_steady_ms() + limit_ms;
    return true;
}

bool
startup_watch_was_cancelled(const struct startup_watch *watch)
{
    return watch->was_cancelled;
}

int
startup_watch_rest(struct startup_watch *watch, int64_t rest_ms)
{
    int64_t end_ms = clock_steady_ms() + rest_ms;

    if (watch->signal == 0)
        watch->deadline_ms = 0;
    while (watch->signal == 0 && clock_steady_ms() < end_ms)
        clock_sleep_ms(TICK_MS);
    return watch->signal;
}

int
startup_watch_stop(struct startup_watch *watch)
{
    watch->is_over = true;
    if (watch->is_started) {
        (void)pthread_kill(watch->thread, STARTUP_WATCH_WAKE);
        (void)pthread_join(watch->thread, NULL);
    }
    watch->is_started = false;
    return watch->signal;
}
