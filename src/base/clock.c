#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
    struct timespec now;

    if (clock_gettime(id, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_steady_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

void
clock_format_local(int64_t wall_ms, char *text, size_t size)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;

    if (localtime_r(&seconds, &parts) == NULL ||
        strftime(text, size, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        (void)snprintf(text, size, "?");
}

void
clock_format_duration(int64_t duration_ms, char *text, size_t size)
{
    int64_t seconds = duration_ms / 1000;

    if (seconds >= 3600)
        (void)snprintf(
            text, size, "%" PRId64 " h %02" PRId64 " min", seconds / 3600, seconds / 60 % 60);
    else if (seconds >= 60)
        (void)snprintf(text, size, "%" PRId64 " min %02" PRId64 " s", seconds / 60, seconds % 60);
    else
        (void)snprintf(text, size, "%" PRId64 ".%" PRId64 " s", seconds, duration_ms % 1000 / 100);
}

void
clock_sleep_ms(int64_t duration_ms)
{
    struct timespec left = { .tv_sec = (time_t)(duration_ms / 1000),
        .tv_nsec = (long)(duration_ms % 1000) * 1000000 };

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}
