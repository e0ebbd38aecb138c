#include "cli/command.h"

#include "base/exit_status.h"
#include "base/log.h"
#include "cli/arguments.h"
#include "cli/command_table.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/type_page.h"
#include "config/load.h"
#include "report/progress.h"

#include <stdio.h>

// Before the log is open: for the person at the keyboard.
static int
refuse(const struct error *err)
{
    (void)fprintf(stderr, "oe2pg: %s\n", err->message);
    if (err->hint[0] != '\0')
        (void)fprintf(stderr, "       %s\n", err->hint);
    return (int)exit_status_of(err->kind);
}

// True when the command line only asks about the program itself.
static bool
answer_questions(const struct arguments *arguments)
{
    const struct option_takers takers = command_takers();

    if (arguments_have(arguments, OPTION_HELP))
        help_print(stdout, arguments->names_command ? arguments->command : NULL);
    else if (arguments_have(arguments, OPTION_HELP_OPTIONS))
        option_print_reference(stdout, &takers);
    else if (arguments_have(arguments, OPTION_HELP_MAN))
        man_page_print(stdout);
    else if (arguments_have(arguments, OPTION_HELP_TYPES))
        type_page_print(stdout);
    else if (arguments_have(arguments, OPTION_HELP_COMPLETION))
        completion_print(stdout);
    else if (arguments_have(arguments, OPTION_VERSION))
        (void)printf("oe2pg %s\n", OE2PG_VERSION);
    else
        return false;
    return true;
}

static int
run(const struct command *command, const struct config *config, struct error *err)
{
    const char *log_file = command->writes_log_file ? config->settings.mirror.log_file : NULL;
    int status;

    if (!log_open(log_file, config->console_level, config->file_level, err))
        return refuse(err);
    if ((option_at(OPTION_PROGRESS)->verbs & command->verb) != 0 &&
        config->values[OPTION_PROGRESS].integer == PROGRESS_JSON)
        progress_log_as_json();
    for (size_t i = 0; i < config->warning_count; i++)
        log_warning("%s", config->warnings[i]);
    status = command->run(config);
    log_close();
    return status;
}

static int
load_and_run(const struct arguments *arguments, struct error *err)
{
    struct config config;
    int status;

    bool is_loaded = config_load(&config, arguments->flags, arguments->flag_count, err);

    config.operand = arguments->operand;
    if (is_loaded)
        status = run(arguments->command, &config, err);
    else
        status = refuse(err);
    config_release(&config);
    return status;
}

int
command_main(int argc, char **argv)
{
    struct arguments arguments;
    struct error err = { 0 };
    int status = EXIT_STATUS_DONE;

    if (!arguments_read(argc, argv, &arguments, &err)) {
        status = refuse(&err);
        if (err.kind == ERROR_USAGE)
            (void)fprintf(stderr, "       oe2pg --help shows all commands and flags.\n");
    } else if (!answer_questions(&arguments)) {
        status = load_and_run(&arguments, &err);
    }
    arguments_release(&arguments);
    // What a command flushed by itself and lost has left its mark too.
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_STATUS_DONE) {
        (void)fprintf(stderr, "oe2pg: could not write to standard output\n");
        status = EXIT_STATUS_PARTLY;
    }
    return status;
}
