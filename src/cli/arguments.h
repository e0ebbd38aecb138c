// The command line as flags and a command's name. Knows nothing of what they mean.
#ifndef OE2PG_CLI_ARGUMENTS_H
#define OE2PG_CLI_ARGUMENTS_H

#include "base/error.h"
#include "cli/command_table.h"
#include "config/load.h"

#include <stdbool.h>
#include <stddef.h>

struct arguments {
    const struct command *command;
    bool names_command;        // false: the default one
    const char *operand;       // the word behind it; NULL: none
    struct config_flag *flags; // in their order; texts borrowed from argv
    size_t flag_count;
};

// Fails with ERROR_USAGE, naming what was not understood and what is near. `arguments` needs
// arguments_release in either case.
bool arguments_read(int argc, char **argv, struct arguments *arguments, struct error *err)
    __attribute__((warn_unused_result));
void arguments_release(struct arguments *arguments);
// True when the flag was given.
bool arguments_have(const struct arguments *arguments, enum option_id id);

#endif
