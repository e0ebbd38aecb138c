// docs/options.md, from the table.
#include "config/option.h"

#include <stdio.h>
#include <string.h>

static void
print_default(FILE *out, const struct option *option)
{
    if (option->default_text != NULL)
        (void)fprintf(out, "- Default: `%s`\n", option->default_text);
    else if (option->default_words != NULL)
        (void)fprintf(out, "- Default: %s\n", option->default_words);
    else if (option->section != NULL)
        (void)fprintf(out, "- Default: none\n");
}

static void
print_commands(FILE *out, const struct option_takers *takers, unsigned verbs)
{
    const char *gap = "";

    (void)fprintf(out, "- Commands: ");
    for (size_t i = 0; i < takers->count; i++) {
        if ((verbs & takers->verbs[i]) == 0)
            continue;
        (void)fprintf(out, "%s`%s`", gap, takers->names[i]);
        gap = ", ";
    }
    (void)fprintf(out, "\n");
}

static void
print_option(FILE *out, const struct option_takers *takers, const struct option *option)
{
    char allowed[128];
    size_t first = option->help[0] >= 'a' && option->help[0] <= 'z';

    option_describe(option, allowed, sizeof allowed);
    if (first == 1)
        (void)fprintf(out, "%c", option->help[0] - 'a' + 'A');
    (void)fprintf(out, "%s.\n\n", option->help + first);
    // What follows a flag has its name in the heading.
    if (option->section != NULL || option->type == OPTION_WORD)
        (void)fprintf(out, "- Value: %s\n", allowed);
    print_default(out, option);
    if (option->section != NULL && option->flag != NULL)
        (void)fprintf(out, "- Flag: `%s %s`\n", option->flag, option->argument);
    if (option->environment != NULL)
        (void)fprintf(out, "- Environment: `%s`\n", option->environment);
    if (option->section == NULL)
        print_commands(out, takers, option->verbs);
    if (option->is_repeatable)
        (void)fprintf(out, "- May be given several times\n");
    if (option->secrecy == OPTION_SECRET)
        (void)fprintf(out, "- Secret: never shown, and without a flag, because others can read the "
                           "command line\n");
    if (option->secrecy == OPTION_HOLDS_SECRET)
        (void)fprintf(out, "- May hold a password: it is masked wherever this is shown; without a "
                           "flag, because others can read the command line\n");
    (void)fprintf(out, "\n");
}

// `section` NULL: what only the command line has.
static bool
is_in_section(const struct option *option, const char *section)
{
    if (section == NULL || option->section == NULL)
        return section == option->section;
    return strcmp(section, option->section) == 0;
}

static void
print_section(FILE *out, const struct option_takers *takers, const char *section, const char *title,
    const char *text)
{
    (void)fprintf(out, "## %s\n\n%s\n\n", title, text);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (!is_in_section(option, section))
            continue;
        if (section != NULL)
            (void)fprintf(out, "### `%s`\n\n", option->key);
        else
            (void)fprintf(out, "### `%s%s%s`\n\n", option->flag, option->argument ? " " : "",
                option->argument ? option->argument : "");
        print_option(out, takers, option);
    }
}

static const char introduction[] =
    "# Options\n\n"
    "Every option of oe2pg. This page is printed by `oe2pg --help-options`.\n\n"
    "## Where options come from\n\n"
    "The configuration file is the one named by `--config`, else by `OE2PG_CONFIG`, else "
    "`config.json`, else `settings.json`, both in the working directory, else "
    "`/etc/oe2pg/config.json`. A file `settings.json` beside a `config.json` is laid over it, key "
    "by key, so that tunables and credentials can have different owners. Without any file, options "
    "may come from the environment alone.\n\n"
    "A flag beats the environment, the environment beats `settings.json`, that beats "
    "`config.json`, that beats the default. `oe2pg check --config-only` shows every value and "
    "where it comes from.\n\n"
    "The files are JSON in UTF-8: an object of the sections below. A key that starts with `_` is a "
    "comment. An unknown key, a key given twice, a wrong type or a value out of range is an error "
    "that names file, line and key, and nothing is started (exit status 2). An environment "
    "variable "
    "of a section that is no option is an error too. An empty text means \"not given\" wherever "
    "this page does not say otherwise.\n\n"
    "A relative path in a file is relative to the directory of that file, one from the environment "
    "to the working directory.\n\n"
    "## Who may read and write the files\n\n"
    "The configuration holds passwords. Right are the modes 0400, 0500 and 0600, and 0640 or 0440 "
    "for a file of root's, who may hand it to a group on purpose. If others may read it, oe2pg "
    "warns and names the chmod. If the group or others may write it, or a jar that it names, oe2pg "
    "refuses to run.\n\n"
    "## The ignore file\n\n"
    "One name or pattern a line, with or without schema; `*` stands for any run of characters, `?` "
    "for one; case does not matter. A `#` at the beginning of a line or after a blank begins a "
    "comment (write `?` for a blank before a `#` that is part of a name). A missing file is fine "
    "under the default name and an error under any other. A file that was there in the last run "
    "must not vanish, under whatever name: runs would read what was to be ignored, so they stop "
    "(exit status 2) until it is there again, if only as an empty file.\n\n";

void
option_print_reference(FILE *out, const struct option_takers *takers)
{
    (void)fputs(introduction, out);
    print_section(out, takers, "progress_db", "Section `progress_db`", "The source.");
    print_section(out, takers, "postgres_db", "Section `postgres_db`",
        "The target. Variables of libpq (`PGHOST`, `PGPASSWORD`, `PGSERVICE` ...), its service "
        "file and `.pgpass` fill in what `conn_string` leaves open.");
    print_section(out, takers, "mirror_settings", "Section `mirror_settings`", "How to mirror.");
    print_section(out, takers, option_table_section, "Objects in `mirror_settings.tables`",
        "Each key of `tables` is a table's name or a pattern, its value an object of these keys. "
        "An object in `settings.json` is laid over the one of the same name in `config.json`, key "
        "by key.");
    print_section(out, takers, NULL, "Command line",
        "Besides the flags named above. A value follows its flag as the next word or after `=`.");
}
