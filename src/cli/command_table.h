// The commands of the program: one line each in the table, one file cmd_NAME.c each.
#ifndef OE2PG_CLI_COMMAND_TABLE_H
#define OE2PG_CLI_COMMAND_TABLE_H

#include "config/config.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

struct command {
    const char *name;
    const char *summary;   // one line for --help, no period at the end
    enum option_verb verb; // which flags it takes
    const char *operand;   // the one word that must follow it; NULL: none may
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

int cmd_adopt(const struct config *config);
int cmd_check(const struct config *config);
int cmd_forget(const struct config *config);
int cmd_plan(const struct config *config);
int cmd_status(const struct config *config);
int cmd_sync(const struct config *config);
int cmd_verify(const struct config *config);

#endif
