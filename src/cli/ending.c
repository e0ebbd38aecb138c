#include "cli/ending.h"

#include "base/exit_status.h"
#include "base/log.h"
#include "run/run.h"

int
ending_by_error(const struct error *err)
{
    log_failure(LOG_ERROR, err);
    return (int)exit_status_of(err->kind);
}

int
ending_of_run(const struct run_end *end)
{
    if (end->signal != 0) {
        if (end->error.kind != ERROR_NONE && end->error.kind != ERROR_CANCELLED)
            log_failure(LOG_ERROR, &end->error);
        return exit_status_of_signal(end->signal);
    }
    if (end->error.kind != ERROR_NONE)
        return ending_by_error(&end->error);
    return end->is_complete ? EXIT_STATUS_DONE : EXIT_STATUS_PARTLY;
}
