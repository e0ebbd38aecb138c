#include "cli/command.h"

#include "base/log.h"
#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "config/option.h"
#include "report/progress.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    { "sync", "bring the mirror up to date", OPTION_FOR_SYNC, true, cmd_sync },
    { "plan", "show what a sync would do and what is in its way; changes nothing", OPTION_FOR_PLAN,
        false, cmd_plan },
    { "status", "show what is mirrored, how old it is, and what a run is doing", OPTION_FOR_STATUS,
        false, cmd_status },
    { "verify", "compare source and mirror row by row, write nothing", OPTION_FOR_VERIFY, true,
        cmd_verify },
    { "check", "check configuration, connections and rights, a line each", OPTION_FOR_CHECK, false,
        cmd_check },
};

const struct command *
command_all(size_t *count)
{
    *count = sizeof commands / sizeof commands[0];
    return commands;
}

static_assert(sizeof commands / sizeof commands[0] <= OPTION_TAKERS_MAX, "no room");

struct option_takers
command_takers(void)
{
    struct option_takers takers = { .count = sizeof commands / sizeof commands[0] };

    for (size_t i = 0; i < takers.count; i++) {
        takers.names[i] = commands[i].name;
        takers.verbs[i] = commands[i].verb;
    }
    return takers;
}

const struct command *
command_find(const char *name)
{
    if (name == NULL)
        return &commands[0];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    }
    return NULL;
}

int
command_fail(const struct error *err)
{
    log_failure(LOG_ERROR, err);
    return (int)exit_status_of(err->kind);
}

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

    if (!log_open(log_file, config->log_level, err))
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

    if (config_load(&config, arguments->flags, arguments->flag_count, err))
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
