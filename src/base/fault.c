#include "base/fault.h"

#ifdef OE2PG_FAULT_POINTS
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum fault_mode {
    FAULT_NONE,
    FAULT_COUNT,
    FAULT_KILL,
    FAULT_STOP,
    FAULT_ONCE,
    FAULT_ALWAYS,
    FAULT_PACE,
    FAULT_EACH,
};

// This thread stands still before it goes on: a signal to the process may be taken by another.
static void
stop_here(void)
{
    (void)raise(SIGSTOP);
}

// Counted in the order of the calls, whichever thread makes them.
static struct {
    pthread_once_t once;
    enum fault_mode mode;
    long wanted;
    const char *name; // NULL: all
    atomic_long passed;
} faults = { .once = PTHREAD_ONCE_INIT };

static void
print_count(void)
{
    (void)fprintf(stderr, "fault points: %ld\n", (long)faults.passed);
}

static void
read_environment(void)
{
    static const char *const words[] = { "kill", "stop", "once", "always", "pace", "each" };
    // Nothing here changes the environment.
    const char *given = getenv("OE2PG_FAULT"); // NOLINT(concurrency-mt-unsafe)
    char *end;

    faults.name = getenv("OE2PG_FAULT_NAME"); // NOLINT(concurrency-mt-unsafe)
    if (given == NULL)
        return;
    if (strcmp(given, "count") == 0) {
        faults.mode = FAULT_COUNT;
        (void)atexit(print_count);
        return;
    }
    faults.wanted = strtol(given, &end, 10);
    for (size_t i = 0; *end == ':' && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(end + 1, words[i]) == 0)
            faults.mode = (enum fault_mode)((int)FAULT_KILL + (int)i);
    }
    if (faults.mode == FAULT_NONE || faults.wanted < 1) {
        (void)fprintf(stderr, "OE2PG_FAULT is neither \"count\" nor N and a mode\n");
        abort();
    }
}

static bool
is_due(long number)
{
    switch (faults.mode) {
    case FAULT_NONE:
    case FAULT_COUNT:
        return false;
    case FAULT_KILL:
    case FAULT_STOP:
    case FAULT_ONCE:
        return number == faults.wanted;
    case FAULT_ALWAYS:
    case FAULT_PACE:
        return number >= faults.wanted;
    case FAULT_EACH:
        return number % faults.wanted == 0;
    }
    return false;
}

bool
fault_point(const char *name)
{
    long number;

    (void)pthread_once(&faults.once, read_environment);
    if (faults.name != NULL && strcmp(name, faults.name) != 0)
        return false;
    number = atomic_fetch_add(&faults.passed, 1) + 1;
    if (!is_due(number))
        return false;
    if (faults.mode == FAULT_PACE) {
        stop_here();
        return false;
    }
    if (number == faults.wanted)
        (void)fprintf(stderr, "fault point %ld: %s\n", number, name);
    if (faults.mode == FAULT_KILL)
        (void)kill(getpid(), SIGKILL);
    if (faults.mode == FAULT_STOP)
        stop_here();
    return faults.mode != FAULT_STOP;
}

int64_t
fault_setting(const char *name, int64_t usual)
{
    const char *given = getenv(name); // NOLINT(concurrency-mt-unsafe): nothing changes it

    return given != NULL ? strtoll(given, NULL, 10) : usual;
}
#else
// ISO C wants something in every file.
typedef int fault_points_are_not_built;
#endif
