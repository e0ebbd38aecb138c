#include "cli/command_table.h"

#include <assert.h>
#include <string.h>

static const struct command commands[] = {
    { "sync", "bring the mirror up to date", OPTION_FOR_SYNC, NULL, true, cmd_sync },
    { "plan", "show what a sync would do and what is in its way; changes nothing", OPTION_FOR_PLAN,
        NULL, false, cmd_plan },
    { "status", "show what is mirrored, how old it is, and what a run is doing", OPTION_FOR_STATUS,
        NULL, false, cmd_status },
    { "verify", "compare source and mirror row by row, write nothing", OPTION_FOR_VERIFY, NULL,
        true, cmd_verify },
    { "check", "check configuration, connections and rights, a line each", OPTION_FOR_CHECK, NULL,
        false, cmd_check },
    { "adopt", "compare tables that are there and of which nothing is recorded; removes nothing",
        OPTION_FOR_ADOPT, NULL, true, cmd_adopt },
    { "forget", "end the mirroring of a table, or of a whole mirror", OPTION_FOR_FORGET,
        "MIRROR|TABLE", true, cmd_forget },
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
