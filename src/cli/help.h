// --help, from the tables of commands and options.
#ifndef OE2PG_CLI_HELP_H
#define OE2PG_CLI_HELP_H

#include "cli/command_table.h"

#include <stdio.h>

// `command` NULL: the program as a whole, with the default command's flags.
void help_print(FILE *out, const struct command *command);

#endif
