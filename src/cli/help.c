#include "cli/help.h"

#include "base/text.h"
#include "config/option.h"

#include <string.h>

enum { HELP_COLUMN = 24 };

static void
print_usage(FILE *out, const struct command *command)
{
    bool is_default = command == command_find(NULL);

    (void)fprintf(out, "usage: oe2pg %s%s%s%s%s [options]\n\n%c%s.\n\nOptions:\n",
        is_default ? "[" : "", command->name, is_default ? "]" : "",
        command->operand != NULL ? " " : "", command->operand != NULL ? command->operand : "",
        command->summary[0] - 'a' + 'A', command->summary + 1);
}

static void
print_commands(FILE *out)
{
    size_t count;
    const struct command *commands = command_all(&count);

    (void)fprintf(out,
        "usage: oe2pg [command] [options]\n\n"
        "Mirrors an OpenEdge database, or any other by ODBC or JDBC, into PostgreSQL.\n\n"
        "Commands:\n");
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "  %-*s%s%s\n", HELP_COLUMN, commands[i].name, commands[i].summary,
            i == 0 ? " (when no command is named)" : "");
    (void)fprintf(out, "\noe2pg COMMAND --help shows the options of a command. Those of %s:\n",
        commands[0].name);
}

static void
print_flag(FILE *out, const struct option *option)
{
    char left[64];

    (void)text_print(left, sizeof left, "%s%s%s", option->flag, option->argument != NULL ? " " : "",
        option->argument != NULL ? option->argument : "");
    (void)fprintf(out, "  %-*s%s", HELP_COLUMN, left, option->help);
    if (option->type == OPTION_WORD || option->type == OPTION_INTEGER) {
        char allowed[128];

        option_describe(option, allowed, sizeof allowed);
        (void)fprintf(out, "\n  %-*s(%s; default %s)", HELP_COLUMN, "", allowed,
            option->default_text != NULL    ? option->default_text
            : option->default_words != NULL ? option->default_words
                                            : "none");
    }
    if (option->is_repeatable)
        (void)fprintf(out, " (may be repeated)");
    (void)fprintf(out, "\n");
}

static void
print_flags(FILE *out, unsigned verbs)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->flag != NULL && (option->verbs & verbs) != 0)
            print_flag(out, option);
    }
}

void
help_print(FILE *out, const struct command *command)
{
    if (command != NULL)
        print_usage(out, command);
    else
        print_commands(out);
    print_flags(out, command != NULL ? command->verb : command_find(NULL)->verb);
    (void)fprintf(out,
        "\nEverything else is said in the configuration file: config.json, "
        "settings.json\nbeside it, or the environment (OE2PG_SECTION_KEY); see "
        "--help-options.\n"
        "Names match without case, with or without schema; * and ? are wildcards.\n"
        "\nExit status: 0 done, 1 not all is well, 2 usage or configuration, 3 source,"
        "\n4 target, 5 another run holds the mirror, 70 a bug, 129, 130 or 143 "
        "interrupted.\n");
}
