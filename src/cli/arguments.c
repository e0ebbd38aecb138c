#include "cli/arguments.h"

#include "base/mem.h"
#include "base/text.h"
#include "config/message.h"

#include <stdlib.h>
#include <string.h>

struct argument_reader {
    char **argv;
    int argc;
    int at; // the argument being read
    struct arguments *arguments;
    const char *command_name; // NULL: none yet
    struct error *err;
};

static bool
fail_unknown_flag(const struct argument_reader *reader, const char *flag)
{
    const char *known[OPTION_COUNT];
    char quoted[MESSAGE_QUOTED_SIZE];
    const char *nearest;

    message_quote(flag, quoted);
    (void)error_set(reader->err, ERROR_USAGE, "unknown flag %s", quoted);
    nearest = text_nearest(flag, known, option_flags(OPTION_FOR_ALL, known));
    return nearest != NULL ? error_hint(reader->err, "Did you mean %s?", nearest) : false;
}

// The value after `=`, or the next argument; a next one with two dashes is rather a flag whose
// value was forgotten.
static bool
read_flag_value(struct argument_reader *reader, const struct option *option, const char *equals,
    const char **value)
{
    if (option->type == OPTION_SWITCH && equals != NULL)
        return error_set(reader->err, ERROR_USAGE, "flag %s takes no value", option->flag);
    *value = NULL;
    if (option->type == OPTION_SWITCH)
        return true;
    if (equals != NULL)
        *value = equals + 1;
    else if (reader->at + 1 < reader->argc && strncmp(reader->argv[reader->at + 1], "--", 2) != 0)
        *value = reader->argv[++reader->at];
    else
        return error_set(reader->err, ERROR_USAGE, "flag %s needs a value: %s %s", option->flag,
            option->flag, option->argument);
    if ((*value)[0] == '\0')
        return error_set(
            reader->err, ERROR_USAGE, "flag %s: an empty text is not allowed", option->flag);
    return true;
}

static bool
read_flag(struct argument_reader *reader)
{
    const char *argument = reader->argv[reader->at];
    const char *equals = strchr(argument, '=');
    size_t size = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    char flag[MESSAGE_QUOTED_SIZE];
    enum option_id id;
    struct config_flag *place;

    (void)text_print(
        flag, sizeof flag, "%.*s", (int)(size < sizeof flag ? size : sizeof flag), argument);
    id = option_find_flag(strcmp(flag, "-h") == 0 ? "--help" : flag);
    if (id == OPTION_COUNT)
        return fail_unknown_flag(reader, flag);
    if (arguments_have(reader->arguments, id) && !option_at(id)->is_repeatable &&
        option_at(id)->type != OPTION_SWITCH)
        return error_set(reader->err, ERROR_USAGE, "flag %s is given twice", flag);
    place = &reader->arguments->flags[reader->arguments->flag_count];
    place->id = id;
    if (!read_flag_value(reader, option_at(id), equals, &place->text))
        return false;
    reader->arguments->flag_count++;
    return true;
}

static bool
takes_operand(const char *command_name)
{
    const struct command *command = command_find(command_name);

    return command != NULL && command->operand != NULL;
}

static bool
takes_tables(const char *command_name)
{
    const struct command *command = command_find(command_name);

    return command != NULL && (option_at(OPTION_TABLE)->verbs & command->verb) != 0;
}

static bool
read_word(struct argument_reader *reader)
{
    const char *word = reader->argv[reader->at];
    char quoted[MESSAGE_QUOTED_SIZE];

    if (reader->command_name == NULL) {
        reader->command_name = word;
        return true;
    }
    if (takes_operand(reader->command_name) && reader->arguments->operand == NULL) {
        reader->arguments->operand = word;
        return true;
    }
    message_quote(word, quoted);
    (void)error_set(reader->err, ERROR_USAGE, "unexpected argument %s after the command %s", quoted,
        reader->command_name);
    return takes_tables(reader->command_name)
               ? error_hint(reader->err, "A table is named by a flag: --table %s", word)
               : false;
}

static bool
choose_command(struct argument_reader *reader)
{
    const char *name = reader->command_name;
    const char *known[16];
    size_t count;
    const struct command *commands = command_all(&count);
    char quoted[MESSAGE_QUOTED_SIZE];

    reader->arguments->command = command_find(name);
    reader->arguments->names_command = name != NULL;
    if (reader->arguments->command != NULL)
        return true;
    for (size_t i = 0; i < count; i++)
        known[i] = commands[i].name;
    message_quote(name, quoted);
    (void)error_set(reader->err, ERROR_USAGE, "unknown command %s", quoted);
    return message_near(reader->err, "commands", name, known, count);
}

static bool
check_flags(const struct argument_reader *reader)
{
    const struct arguments *arguments = reader->arguments;

    for (size_t i = 0; i < arguments->flag_count; i++) {
        const struct option *option = option_at(arguments->flags[i].id);

        if ((option->verbs & arguments->command->verb) != 0)
            continue;
        (void)error_set(reader->err, ERROR_USAGE, "flag %s is not one of the command %s",
            option->flag, arguments->command->name);
        return error_hint(
            reader->err, "oe2pg %s --help lists its flags.", arguments->command->name);
    }
    return true;
}

// Who asks for help need not know what is missing.
static bool
check_operand(const struct argument_reader *reader)
{
    const struct command *command = reader->arguments->command;

    if (command->operand == NULL || reader->arguments->operand != NULL ||
        arguments_have(reader->arguments, OPTION_HELP))
        return true;
    return error_set(reader->err, ERROR_USAGE, "the command %s needs a name: oe2pg %s %s",
        command->name, command->name, command->operand);
}

bool
arguments_read(int argc, char **argv, struct arguments *arguments, struct error *err)
{
    struct argument_reader reader = {
        .argv = argv, .argc = argc, .arguments = arguments, .err = err
    };
    bool has_ended = false; // by "--"

    memset(arguments, 0, sizeof *arguments);
    arguments->flags = mem_calloc((size_t)argc + 1, sizeof *arguments->flags);
    for (reader.at = 1; reader.at < argc; reader.at++) {
        const char *argument = argv[reader.at];
        bool is_flag = !has_ended && argument[0] == '-' && argument[1] != '\0';

        if (is_flag && strcmp(argument, "--") == 0)
            has_ended = true;
        else if (!(is_flag ? read_flag(&reader) : read_word(&reader)))
            return false;
    }
    return choose_command(&reader) && check_flags(&reader) && check_operand(&reader);
}

void
arguments_release(struct arguments *arguments)
{
    free(arguments->flags);
    memset(arguments, 0, sizeof *arguments);
}

bool
arguments_have(const struct arguments *arguments, enum option_id id)
{
    for (size_t i = 0; i < arguments->flag_count; i++) {
        if (arguments->flags[i].id == id)
            return true;
    }
    return false;
}
