// adopt: takes tables that are there for mirrored ones, after the tracking tables were lost.
#include "cli/command_table.h"
#include "cli/ending.h"
#include "config/load.h"
#include "run/run.h"

int
cmd_adopt(const struct config *config)
{
    struct settings settings = config->settings;
    struct run_end end;
    struct error err = { 0 };

    if (!config_check_source(config, &err))
        return ending_by_error(&err);
    settings.mirror.adopt = true;
    run_sync(&settings, (enum progress_mode)config->values[OPTION_PROGRESS].integer, &end);
    return ending_of_run(&end);
}
