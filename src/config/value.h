// One value of one option, from wherever it comes. Inside the room of config.
#ifndef OE2PG_CONFIG_VALUE_H
#define OE2PG_CONFIG_VALUE_H

#include "config/config.h"
#include "config/json.h"

// From a file: `name` is the key in full ("mirror_settings.jobs") for messages, `directory` what
// relative paths are relative to (NULL: the working directory). Replaces what *value held.
struct value_place {
    struct arena *arena;
    const char *file;
    const char *directory;
    const char *name;
};
bool value_from_json(const struct value_place *place, const struct option *option,
    const struct json_value *json, struct config_value *value, struct error *err)
    __attribute__((warn_unused_result));

// From the environment, a flag (a repeatable one adds to the list), or the table's default.
bool value_from_environment(struct arena *arena, const struct option *option, const char *text,
    struct config_value *value, struct error *err) __attribute__((warn_unused_result));
bool value_from_flag(struct arena *arena, const struct option *option, const char *text,
    struct config_value *value, struct error *err) __attribute__((warn_unused_result));
void value_from_default(struct arena *arena, const struct option *option, const char *directory,
    struct config_value *value);

// `path` as seen from `directory`.
const char *value_resolve_path(struct arena *arena, const char *directory, const char *path);

#endif
