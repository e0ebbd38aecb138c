#include "config/config.h"

#include "base/text.h"

#include <string.h>

void
config_release(struct config *config)
{
    arena_release(&config->arena);
    memset(config, 0, sizeof *config);
}

// A long path loses its beginning, never the line.
static void
describe_line(const struct config_value *value, char *text, size_t size)
{
    enum { LINE_ROOM = 16 };
    size_t path_size = strlen(value->where);

    if (path_size + LINE_ROOM <= size)
        (void)text_print(text, size, "%s:%d", value->where, value->line);
    else
        (void)text_print(text, size, "...%s:%d",
            text_utf8_ending(value->where, size - LINE_ROOM - strlen("...")), value->line);
}

void
config_describe_origin(const struct config_value *value, char *text, size_t size)
{
    switch (value->origin) {
    case CONFIG_UNSET:
        (void)text_print(text, size, "not given");
        break;
    case CONFIG_DEFAULT:
        (void)text_print(text, size, "default");
        break;
    case CONFIG_FILE:
        describe_line(value, text, size);
        break;
    case CONFIG_ENVIRONMENT:
        (void)text_print(text, size, "environment %s", value->where);
        break;
    case CONFIG_FLAG:
        (void)text_print(text, size, "flag %s", value->where);
        break;
    }
}
