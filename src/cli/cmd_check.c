// check: what the program understood, and from where; a line each.
#include "base/log.h"
#include "cli/command.h"
#include "cli/exit_status.h"
#include "config/option.h"

#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 42, VALUE_COLUMN = 40 };

// Control characters of a hostile file do not reach the terminal.
static void
print_text(const char *text, int width)
{
    int printed = 0;

    for (; *text != '\0'; text++, printed++)
        (void)putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
    for (; printed < width; printed++)
        (void)putchar(' ');
}

static void
print_value(const char *name, const struct config_value *value)
{
    char where[512];

    config_describe_origin(value, where, sizeof where);
    print_text(name, NAME_COLUMN);
    (void)printf(" = ");
    print_text(value->shown, VALUE_COLUMN);
    (void)printf("  # %s\n", where);
}

static void
print_option(const struct option *option, const struct config_value *value)
{
    char name[128];

    if (value->origin == CONFIG_UNSET || option->type == OPTION_SWITCH)
        return;
    if (option->section != NULL)
        (void)snprintf(name, sizeof name, "%s.%s", option->section, option->key);
    else
        (void)snprintf(name, sizeof name, "%s", option->flag);
    print_value(name, value);
}

static void
print_table(const struct config_table *table)
{
    for (size_t i = 0; i < CONFIG_TABLE_VALUES; i++) {
        const struct option *option = option_at((enum option_id)(OPTION_TABLE_KEY + i));
        char name[256];

        if (table->values[i].origin == CONFIG_UNSET)
            continue;
        (void)snprintf(
            name, sizeof name, "mirror_settings.tables.%s.%s", table->pattern, option->key);
        print_value(name, &table->values[i]);
    }
}

static void
print_ignored(const struct mirror_settings *mirror)
{
    for (size_t i = 0; i < mirror->ignored_count; i++) {
        const struct name_pattern *name = &mirror->ignored[i];

        (void)printf("ignored: ");
        print_text(name->pattern, 0);
        if (name->line > 0)
            (void)printf("  # %s:%d\n", name->file, name->line);
        else
            (void)printf("  # %s\n", name->file);
    }
}

static void
print_config(const struct config *config)
{
    (void)printf("configuration: %s\n", config->file != NULL ? config->file : "none");
    if (config->overlay != NULL)
        (void)printf("laid over it: %s\n", config->overlay);
    for (size_t id = 0; id < OPTION_COUNT; id++)
        print_option(option_at((enum option_id)id), &config->values[id]);
    for (size_t i = 0; i < config->table_count; i++)
        print_table(&config->tables[i]);
    if (!config->settings.mirror.ignore_file_found)
        (void)printf("no ignore file\n");
    print_ignored(&config->settings.mirror);
}

int
cmd_check(const struct config *config)
{
    struct error err = { 0 };

    if (config->values[OPTION_CONFIG_ONLY].integer == 0) {
        if (!config_check_source(config, &err))
            return command_fail(&err);
        (void)error_set(&err, ERROR_USAGE, "check needs --config-only");
        return command_fail(&err);
    }
    print_config(config);
    (void)printf("The configuration is valid.\n");
    if (!config_check_source(config, &err))
        (void)printf("But a sync would stop: %s. %s\n", err.message, err.hint);
    return EXIT_STATUS_DONE;
}
