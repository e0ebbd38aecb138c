// The commands of the program: one line each in the table of command.c, one file cmd_NAME.c each.
#ifndef OE2PG_CLI_COMMAND_H
#define OE2PG_CLI_COMMAND_H

#include "base/error.h"
#include "config/config.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

struct command {
    const char *name;
    const char *summary;   // one line for --help, no period at the end
    enum option_verb verb; // which flags it takes
    bool writes_log_file;  // else its log goes to the console alone
    // Returns the exit status. The log is open, the configuration's warnings are logged.
    int (*run)(const struct config *config);
};

// All of them, in the order of --help; the first is meant when the command line names none.
const struct command *command_all(size_t *count);
// The same as the option table knows them.
struct option_takers command_takers(void);
// NULL when there is none of that name; `name` NULL: the first, which is the default.
const struct command *command_find(const char *name);

// The whole program: reads the command line, loads the configuration, runs one command. Returns
// the exit status.
int command_main(int argc, char **argv);

// For a command: logs the error that ends it, with its remedy. Returns the exit status.
int command_fail(const struct error *err);

// The exit status for how a run ended; an error that ended it is told. Of sync and verify.
struct run_end;
int command_end_of_run(const struct run_end *end);

int cmd_check(const struct config *config);
int cmd_plan(const struct config *config);
int cmd_status(const struct config *config);
int cmd_sync(const struct config *config);
int cmd_verify(const struct config *config);

#endif
