// What the user wants, from files, environment and flags, checked and laid over each other, with
// the place where each value was said. Loaded once by the program's start, read-only afterwards.
// Touches no database and prints nothing.
#ifndef OE2PG_CONFIG_CONFIG_H
#define OE2PG_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "config/option.h"
#include "model/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Later ones win.
enum config_origin {
    CONFIG_UNSET,
    CONFIG_DEFAULT,
    CONFIG_FILE,
    CONFIG_ENVIRONMENT,
    CONFIG_FLAG,
};

struct config_value {
    enum config_origin origin;
    const char *where;       // the file, the variable or the flag; NULL for a default
    int line;                // CONFIG_FILE: from 1
    const char *given;       // as spelled there; NULL when unset
    const char *text;        // the same, or the path that is meant; may be secret
    const char *shown;       // fit for people: secrets masked
    int64_t integer;         // OPTION_INTEGER; OPTION_WORD: the index; OPTION_SWITCH: 1
    const char *const *list; // OPTION_LIST, OPTION_PATHS; OPTION_PROPERTIES: name=value
    size_t list_count;
};

enum { CONFIG_TABLE_VALUES = OPTION_TABLE_TRUST - OPTION_TABLE_KEY + 1 };

// One object of mirror_settings.tables.
struct config_table {
    const char *pattern;
    const char *file; // where it was said last
    int line;
    struct config_value values[CONFIG_TABLE_VALUES]; // from OPTION_TABLE_KEY on
};

struct config {
    struct arena arena; // holds everything below
    struct settings settings;
    const char *file;      // the main file; NULL: none
    const char *overlay;   // settings.json beside it; NULL: none
    const char *directory; // of the main file; NULL: the working directory
    const char *operand;   // the word behind the command; NULL: the command takes none
    enum log_level console_level;
    enum log_level file_level;
    const char *const *warnings; // sentences to be logged once the log is open
    size_t warning_count;
    struct config_value values[OPTION_COUNT];
    struct config_table *tables;
    size_t table_count;
};

// Frees all that it holds; of zeros it does nothing.
void config_release(struct config *config);

// "config.json:4", "environment OE2PG_...", "flag --jobs", "default", "not given". `size` at
// least 64.
void config_describe_origin(const struct config_value *value, char *text, size_t size);

#endif
