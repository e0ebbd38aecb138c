#include "run/retry.h"

// Gives the job once what it did not have: an attempt that had less does not count.
static enum retry_step
give(struct effort *effort, bool *what)
{
    if (*what)
        return RETRY_STEP_GIVE_UP;
    *what = true;
    effort->attempts--;
    return RETRY_STEP_AT_ONCE;
}

static enum retry_step
repeat(struct effort *effort)
{
    if (effort->repeats >= RETRY_REPEATS)
        return RETRY_STEP_GIVE_UP;
    effort->repeats++;
    effort->attempts--;
    return RETRY_STEP_AT_ONCE;
}

// Of the part in hand, if one is.
static int *
failures(const struct effort *effort, int *of_job)
{
    return effort->part > 0 ? &effort->parts[effort->part - 1].failures : of_job;
}

int
retry_failures(const struct effort *effort)
{
    int of_job = effort->failures;

    return *failures(effort, &of_job);
}

static enum retry_step
wait(struct effort *effort)
{
    int *count = failures(effort, &effort->failures);

    if (*count + 1 >= RETRY_ATTEMPTS)
        return RETRY_STEP_GIVE_UP;
    (*count)++;
    return RETRY_STEP_LATER;
}

enum retry_step
retry_choose(struct effort *effort, const struct error *err, bool is_row)
{
    if (is_row && !effort->is_careful)
        return give(effort, &effort->is_careful);
    switch (err->retry) {
    case RETRY_NEVER:
        return RETRY_STEP_GIVE_UP;
    case RETRY_LATER:
        return wait(effort);
    case RETRY_WITH_ROOM:
        return give(effort, &effort->has_room);
    case RETRY_IN_ORDER:
        return give(effort, &effort->is_ordered);
    case RETRY_AT_ONCE:
    case RETRY_BY_OTHER_KEY:
    case RETRY_BY_OTHER_WAY:
    case RETRY_WITH_LESS:
        return repeat(effort);
    }
    return RETRY_STEP_GIVE_UP;
}

bool
retry_ends_run(const struct error *err, bool has_source)
{
    return err->kind == ERROR_BUSY || err->kind == ERROR_SYSTEM || err->kind == ERROR_TARGET ||
           (err->kind == ERROR_SOURCE && !has_source);
}
