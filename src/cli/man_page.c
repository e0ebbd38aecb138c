#include "cli/man_page.h"

#include "cli/command_table.h"
#include "base/exit_status.h"
#include "config/option.h"

#include <string.h>

// Text as troff takes it: its own signs escaped, and none of them at the beginning of a line.
static void
put_text(FILE *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        (void)fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            (void)fputs("\\e", out);
        else if (*text == '-')
            (void)fputs("\\-", out);
        else
            (void)putc(*text, out);
    }
}

static void
put_capital(FILE *out, const char *text)
{
    bool is_lower = text[0] >= 'a' && text[0] <= 'z';

    if (is_lower)
        (void)putc(text[0] - 'a' + 'A', out);
    put_text(out, text + is_lower);
}

// A paragraph with a bold tag and, in italics, what follows it.
static void
put_tag(FILE *out, const char *tag, const char *argument)
{
    (void)fputs(".TP\n\\fB", out);
    put_text(out, tag);
    (void)fputs("\\fR", out);
    if (argument != NULL) {
        (void)fputs(" \\fI", out);
        put_text(out, argument);
        (void)fputs("\\fR", out);
    }
    (void)putc('\n', out);
}

static void
put_help(FILE *out, const struct option *option)
{
    put_capital(out, option->help);
    (void)fputs(".\n", out);
}

static void
put_default(FILE *out, const struct option *option)
{
    const char *text = option->default_text != NULL ? option->default_text : option->default_words;

    if (text == NULL)
        return;
    (void)fputs("Default: ", out);
    put_text(out, text);
    (void)fputs(".\n", out);
}

static void
put_allowed(FILE *out, const struct option *option)
{
    char allowed[128];

    if (option->type != OPTION_INTEGER && option->type != OPTION_WORD)
        return;
    option_describe(option, allowed, sizeof allowed);
    if (option->type == OPTION_WORD) {
        (void)fputs("One of ", out); // words are meant as they are spelled
        put_text(out, allowed);
    } else {
        put_capital(out, allowed);
    }
    (void)fputs(".\n", out);
}

// ---- the sections of the page ------------------------------------------------------------------

static void
put_head(FILE *out)
{
    (void)fputs(".\\\" Printed by oe2pg --help-man; do not edit.\n"
                ".TH OE2PG 1 \"\" \"oe2pg ",
        out);
    put_text(out, OE2PG_VERSION);
    (void)fputs(
        "\" \"User Commands\"\n"
        ".SH NAME\n"
        "oe2pg \\- mirror an OpenEdge database, or any other by ODBC or JDBC, into PostgreSQL\n"
        ".SH SYNOPSIS\n",
        out);
}

static void
put_synopsis(FILE *out)
{
    size_t count;
    const struct command *commands = command_all(&count);

    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s\\fBoe2pg\\fR %s\\fB", i > 0 ? ".br\n" : "", i == 0 ? "[" : "");
        put_text(out, commands[i].name);
        (void)fprintf(out, "\\fR%s [\\fIoptions\\fR]\n", i == 0 ? "]" : "");
    }
}

static const char description[] =
    ".SH DESCRIPTION\n"
    "Reads the tables of a source through ODBC, makes them in PostgreSQL and keeps them current.\n"
    "The source is only read.\n"
    "Readers of the mirror find each table as it was before a run or after it, never in between.\n"
    ".PP\n"
    "A run may be ended at any time, in any way: the next one goes on from what was committed.\n"
    "What a run did, and how far each table is, stands in the schema \\fBoe2pg\\fR of the target.\n"
    "A row or value that PostgreSQL cannot hold is kept there too, in \\fBoe2pg.quarantine\\fR.\n";

static void
put_commands(FILE *out)
{
    size_t count;
    const struct command *commands = command_all(&count);

    (void)fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < count; i++) {
        put_tag(out, commands[i].name, commands[i].operand);
        put_capital(out, commands[i].summary);
        (void)fputs(i == 0 ? "; this is meant when no command is named.\n" : ".\n", out);
    }
}

// Only where not every command takes the flag.
static void
put_takers(FILE *out, const struct option *option)
{
    size_t count;
    const struct command *commands = command_all(&count);
    size_t takers = 0;
    const char *gap = "";

    for (size_t i = 0; i < count; i++)
        takers += (option->verbs & commands[i].verb) != 0;
    if (takers == count)
        return;
    (void)fputs("For ", out);
    for (size_t i = 0; i < count; i++) {
        if ((option->verbs & commands[i].verb) == 0)
            continue;
        (void)fputs(gap, out);
        put_text(out, commands[i].name);
        gap = ", ";
    }
    (void)fputs(".\n", out);
}

static void
put_options(FILE *out)
{
    (void)fputs(".SH OPTIONS\n"
                "A value follows its flag as the next word or after \\fB=\\fR.\n"
                "Names of tables match without case, with or without schema;\n"
                "\\fB*\\fR and \\fB?\\fR are wildcards.\n",
        out);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->flag == NULL)
            continue;
        put_tag(out, option->flag, option->argument);
        put_help(out, option);
        put_allowed(out, option);
        put_default(out, option);
        if (option->is_repeatable)
            (void)fputs("May be given several times.\n", out);
        put_takers(out, option);
    }
}

static const char configuration[] =
    ".SH CONFIGURATION\n"
    "The file is the one named by \\fB\\-\\-config\\fR or \\fBOE2PG_CONFIG\\fR, else\n"
    "\\fIconfig.json\\fR or \\fIsettings.json\\fR in the working directory, else\n"
    "\\fI/etc/oe2pg/config.json\\fR.\n"
    "A \\fIsettings.json\\fR beside a \\fIconfig.json\\fR is laid over it.\n"
    "A flag beats the environment, the environment beats the files, those beat the defaults.\n"
    ".PP\n"
    "The files are JSON: an object of the sections below.\n"
    "A key that starts with \\fB_\\fR is a comment; an unknown one is an error.\n"
    "Relative paths are relative to the file.\n"
    "Files that others may write are refused, and those that others may read are warned about.\n";

static void
put_section(FILE *out, const char *section, const char *text)
{
    (void)fputs(".SS ", out);
    put_text(out, section);
    (void)fprintf(out, "\n%s\n", text);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->section == NULL || strcmp(option->section, section) != 0)
            continue;
        put_tag(out, option->key, NULL);
        put_help(out, option);
        put_allowed(out, option);
        put_default(out, option);
        if (option->secrecy == OPTION_SECRET)
            (void)fputs("A secret: never shown.\n", out);
        if (option->secrecy == OPTION_HOLDS_SECRET)
            (void)fputs("Passwords in it are never shown.\n", out);
    }
}

static void
put_environment(FILE *out)
{
    (void)fputs(".SH ENVIRONMENT\n", out);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->section != NULL || option->environment == NULL)
            continue;
        put_tag(out, option->environment, NULL);
        (void)fputs("As the flag \\fB", out);
        put_text(out, option->flag);
        (void)fputs("\\fR.\n", out);
    }
    (void)fputs(".TP\n"
                "\\fBOE2PG_\\fISECTION\\fB_\\fIKEY\\fR\n"
                "Any key of the sections \\fBprogress_db\\fR, \\fBpostgres_db\\fR and\n"
                "\\fBmirror_settings\\fR that holds one value, in capitals: for instance\n"
                "\\fBOE2PG_PROGRESS_DB_PASSWORD\\fR.\n"
                "One that is no such key is an error.\n"
                ".TP\n"
                "\\fBPGHOST\\fR, \\fBPGPASSWORD\\fR, \\fBPGSERVICE\\fR and so on\n"
                "libpq's own variables fill in what \\fBpostgres_db.conn_string\\fR leaves open.\n",
        out);
}

static const char files[] =
    ".SH FILES\n"
    ".TP\n\\fIconfig.json\\fR, \\fIsettings.json\\fR, \\fI/etc/oe2pg/config.json\\fR\n"
    "The configuration; right are the modes 0400 and 0600.\n"
    ".TP\n\\fIignored_tables.txt\\fR\n"
    "Names or patterns of tables never to be read, one a line; \\fB#\\fR begins a comment.\n"
    "Beside the configuration, or where \\fBmirror_settings.ignore_file\\fR says.\n"
    ".TP\n\\fI/etc/odbcinst.ini\\fR, \\fI/etc/odbc.ini\\fR, \\fI~/.odbc.ini\\fR\n"
    "The ODBC drivers and data sources of this machine.\n"
    ".TP\n\\fI~/.pgpass\\fR, \\fI~/.pg_service.conf\\fR\n"
    "Passwords and services of libpq.\n";

static void
put_statuses(FILE *out)
{
    size_t count;
    const struct exit_meaning *statuses = exit_status_all(&count);

    (void)fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, ".TP\n\\fB%d\\fR\n", (int)statuses[i].status);
        put_text(out, statuses[i].meaning);
        (void)putc('\n', out);
    }
    (void)fputs("After any of them the same command can be started again.\n", out);
}

static const char examples[] =
    ".SH EXAMPLES\n"
    "A configuration for OpenEdge:\n"
    ".PP\n.EX\n"
    "{\n"
    "  \"progress_db\": {\n"
    "    \"host\": \"erp\", \"port\": 2030, \"db_name\": \"sports\", \"schema\": \"PUB\",\n"
    "    \"user\": \"reader\", \"password\": \"...\", \"odbc_driver\": \"Progress OpenEdge\"\n"
    "  },\n"
    "  \"postgres_db\": { \"conn_string\": \"host=pg dbname=mirror user=mirror\" },\n"
    "  \"mirror_settings\": { \"jobs\": 4, \"log_file\": \"sync.log\" }\n"
    "}\n"
    ".EE\n.PP\n"
    "See whether all is in place, then mirror:\n"
    ".PP\n.EX\n"
    "oe2pg check\n"
    "oe2pg\n"
    ".EE\n.PP\n"
    "Every night, by cron, whose PATH lacks /usr/local/bin:\n"
    ".PP\n.EX\n"
    "15 2 * * * /usr/local/bin/oe2pg \\-\\-quiet \\-\\-config /etc/oe2pg/config.json\n"
    ".EE\n.PP\n"
    "Two tables only, each compared as a whole:\n"
    ".PP\n.EX\n"
    "oe2pg \\-\\-full\\-sync \\-\\-table customer \\-\\-table \\(aqorder*\\(aq\n"
    ".EE\n.PP\n"
    "The source lost many rows, and rightly so:\n"
    ".PP\n.EX\n"
    "oe2pg \\-\\-allow\\-delete old_orders\n"
    ".EE\n"
    ".SH SEE ALSO\n"
    ".BR psql (1),\n"
    ".BR isql (1),\n"
    ".BR odbcinst (1)\n";

void
man_page_print(FILE *out)
{
    put_head(out);
    put_synopsis(out);
    (void)fputs(description, out);
    put_commands(out);
    put_options(out);
    (void)fputs(configuration, out);
    put_section(out, "progress_db", "The source.");
    put_section(out, "postgres_db", "The target.");
    put_section(out, "mirror_settings", "How to mirror.");
    put_section(out, option_table_section,
        "Each key of \\fBtables\\fR is a table\\(aqs name or a pattern, its value an object of "
        "these keys.");
    put_environment(out);
    (void)fputs(files, out);
    put_statuses(out);
    (void)fputs(examples, out);
}
