// sync: brings the mirror up to date.
#include "cli/command.h"
#include "cli/exit_status.h"
#include "sync/run.h"

int
command_end_of_run(const struct run_end *end)
{
    if (end->signal != 0)
        return exit_status_of_signal(end->signal);
    if (end->error.kind != ERROR_NONE)
        return command_fail(&end->error);
    return end->is_complete ? EXIT_STATUS_DONE : EXIT_STATUS_PARTLY;
}

int
cmd_sync(const struct config *config)
{
    struct run_end end;
    struct error err = { 0 };

    if (!config_check_source(config, &err))
        return command_fail(&err);
    run_sync(&config->settings, (enum progress_mode)config->values[OPTION_PROGRESS].integer, &end);
    return command_end_of_run(&end);
}
