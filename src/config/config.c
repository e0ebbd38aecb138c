#include "config/config.h"

#include <stdio.h>
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
        (void)snprintf(text, size, "%s:%d", value->where, value->line);
    else
        (void)snprintf(
            text, size, "...%s:%d", value->where + path_size + LINE_ROOM - size + 3, value->line);
}

void
config_describe_origin(const struct config_value *value, char *text, size_t size)
{
    switch (value->origin) {
    case CONFIG_UNSET:
        (void)snprintf(text, size, "not given");
        break;
    case CONFIG_DEFAULT:
        (void)snprintf(text, size, "default");
        break;
    case CONFIG_FILE:
        describe_line(value, text, size);
        break;
    case CONFIG_ENVIRONMENT:
        (void)snprintf(text, size, "environment %s", value->where);
        break;
    case CONFIG_FLAG:
        (void)snprintf(text, size, "flag %s", value->where);
        break;
    }
}
