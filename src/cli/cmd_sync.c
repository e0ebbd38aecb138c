// sync: brings the mirror up to date.
#include "cli/command_table.h"
#include "cli/ending.h"
#include "config/load.h"
#include "run/run.h"

int
cmd_sync(const struct config *config)
{
    struct run_end end;
    struct error err = { 0 };

    if (!config_check_source(config, &err))
        return ending_by_error(&err);
    run_sync(&config->settings, (enum progress_mode)config->values[OPTION_PROGRESS].integer, &end);
    return ending_of_run(&end);
}
