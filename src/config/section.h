// The sections of a configuration file: which key may stand where. Inside the room of config.
#ifndef OE2PG_CONFIG_SECTION_H
#define OE2PG_CONFIG_SECTION_H

#include "config/config.h"
#include "config/json.h"

enum { SECTION_TABLES_MAX = 10000 };

// Lays the values of one file over config->values and config->tables. `directory` is what its
// relative paths are relative to, NULL for the working directory. Fails with ERROR_CONFIG.
bool section_read(struct config *config, const char *file, const char *directory,
    const struct json_value *root, struct error *err) __attribute__((warn_unused_result));

// Adds a sentence, which lies in config's arena, to config->warnings.
void section_warn(struct config *config, const char *warning);

#endif
