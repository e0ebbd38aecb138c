// check: whether everything is as a run needs it, a line each with its remedy; with --config-only
// what the program understood, and from where.
#include "base/log.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "base/exit_status.h"
#include "config/load.h"
#include "config/file.h"
#include "config/option.h"
#include "check/check.h"
#include "check/widths.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_COLUMN = 42, VALUE_COLUMN = 40, LEVEL_COLUMN = 9, SUBJECT_COLUMN = 23 };

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
        (void)text_print(name, sizeof name, "%s.%s", option->section, option->key);
    else
        (void)text_print(name, sizeof name, "%s", option->flag);
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
        (void)text_print(
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

// ---- both sides --------------------------------------------------------------------------------

struct check_report {
    size_t wrong_count;
    size_t warning_count;
};

static void
print_finding(void *context, const struct check_finding *finding)
{
    static const char *const words[] = { "ok", "warning", "WRONG", "skipped" };
    struct check_report *report = context;

    report->wrong_count += finding->level == CHECK_WRONG;
    report->warning_count += finding->level == CHECK_WARNING;
    print_text(words[finding->level], LEVEL_COLUMN);
    print_text(finding->subject, SUBJECT_COLUMN);
    print_text(finding->text, 0);
    if (finding->remedy[0] != '\0') {
        (void)printf("  -> ");
        print_text(finding->remedy, 0);
    }
    (void)putchar('\n');
    (void)fflush(stdout); // the next one may take a while
}

static void
report(struct check_report *report, enum check_level level, const char *subject, const char *text,
    const char *remedy)
{
    const struct check_finding finding = { level, subject, text, remedy };

    print_finding(report, &finding);
}

static void
report_file(struct check_report *to, const char *path)
{
    struct stat attributes;
    char text[512];

    if (path == NULL || stat(path, &attributes) != 0)
        return;
    (void)text_print(
        text, sizeof text, "%s, mode %04o", path, (unsigned)attributes.st_mode & 07777);
    report(to, CHECK_OK, "configuration", text, "");
}

// Whether somebody reads it shows only when it is opened, and its reader would take the end of that
// for the end of the log.
static void
report_fifo(struct check_report *to, const char *path)
{
    char text[512];

    (void)text_print(text, sizeof text,
        "%s is a FIFO: a run does not start while nobody reads it, and what its reader does not "
        "take at once is dropped",
        path);
    report(to, CHECK_WARNING, "log file", text,
        "Start the reader before each run, or set mirror_settings.log_file to a plain file.");
}

// A run that cannot write its log does not start.
static void
report_log_file(struct check_report *to, const char *path)
{
    struct error err = { 0 };
    struct stat attributes;

    if (path == NULL)
        report(to, CHECK_OK, "log file", "none: the console alone", "");
    else if (stat(path, &attributes) == 0 && S_ISFIFO(attributes.st_mode))
        report_fifo(to, path);
    else if (file_check_appendable(path, &err))
        report(to, CHECK_OK, "log file", path, "");
    else
        report(to, CHECK_WRONG, "log file", err.message, err.hint);
}

static void
report_config(struct check_report *to, const struct config *config)
{
    if (config->file == NULL)
        report(to, CHECK_OK, "configuration", "from the environment alone", "");
    report_file(to, config->file);
    report_file(to, config->overlay);
    for (size_t i = 0; i < config->warning_count; i++)
        report(to, CHECK_WARNING, "configuration", config->warnings[i], "");
    // Whether there may be none is the mirror's to say.
    if (config->settings.mirror.ignore_file_found)
        report(to, CHECK_OK, "ignore file", config->settings.mirror.ignore_file, "");
    report_log_file(to, config->settings.mirror.log_file);
}

static void
print_count(void *context)
{
    const struct check_report *report = context;

    (void)printf("wrong: %zu, warnings: %zu\n", report->wrong_count, report->warning_count);
    (void)fflush(stdout);
}

static int
status_of(const struct check_report *report, const struct check_end *end)
{
    if (end->signal != 0)
        return exit_status_of_signal(end->signal);
    if (end->source.kind != ERROR_NONE)
        return (int)exit_status_of(end->source.kind);
    if (end->target.kind != ERROR_NONE)
        return (int)exit_status_of(end->target.kind);
    return report->wrong_count > 0 ? EXIT_STATUS_PARTLY : EXIT_STATUS_DONE;
}

static int
check_all(const struct config *config)
{
    struct check_report report = { 0 };
    const struct check_listener listener = {
        .found = print_finding, .end = print_count, .context = &report
    };
    struct error source_error = { 0 };
    struct check_end end;

    report_config(&report, config);
    if (config_check_source(config, &source_error))
        error_clear(&source_error);
    check_both_sides(&config->settings, &source_error, &listener, &end);
    print_count(&report);
    if (report.wrong_count > 0)
        log_error("the check found things wrong: %zu", report.wrong_count);
    return status_of(&report, &end);
}

// ---- a report to be sent back ------------------------------------------------------------------

// The texts of findings may name anything: of those that are not well the subjects are enough.
static void
print_subject(void *context, const struct check_finding *finding)
{
    (void)context;
    if (finding->level == CHECK_WARNING || finding->level == CHECK_WRONG)
        (void)printf(
            "%s: %s\n", finding->level == CHECK_WRONG ? "wrong" : "warning", finding->subject);
}

static void
print_server_line(void *context, const char *line)
{
    (void)context;
    print_text(line, 0);
    (void)putchar('\n');
}

static void
flush(void *context)
{
    (void)context;
    (void)fflush(stdout);
}

static int
write_report(const struct config *config)
{
    const struct check_report nothing = { 0 };
    const struct check_listener listener = {
        .found = print_subject, .server_line = print_server_line, .end = flush
    };
    struct error source_error = { 0 };
    struct check_end end;

    (void)printf("oe2pg %s: what was seen of the server. No data, no names of hosts, databases, "
                 "users, tables or columns.\n",
        OE2PG_VERSION);
    if (config_check_source(config, &source_error))
        error_clear(&source_error);
    check_both_sides(&config->settings, &source_error, &listener, &end);
    return status_of(&nothing, &end);
}

// ---- values wider than their columns -----------------------------------------------------------

static void
print_widths(const struct width_report *report)
{
    widths_write(stdout, report);
}

// What cannot be looked at is an error like that of any other command: the script goes elsewhere.
static void
log_finding(void *context, const struct check_finding *finding)
{
    (void)context;
    log_error("%s: %s%s%s", finding->subject, finding->text,
        finding->remedy[0] != '\0' ? " - " : "", finding->remedy);
}

static int
write_widths(const struct config *config)
{
    const struct check_report nothing = { 0 };
    const struct check_listener listener = { .found = log_finding, .end = flush };
    struct check_end end = { .signal = 0 };

    if (config_check_source(config, &end.source)) {
        error_clear(&end.source);
        check_widths(&config->settings, &listener, print_widths, &end);
    }
    if (end.signal == 0 && end.source.kind != ERROR_NONE)
        log_failure(LOG_ERROR, &end.source);
    if (end.signal == 0 && end.target.kind != ERROR_NONE)
        log_failure(LOG_ERROR, &end.target);
    return status_of(&nothing, &end);
}

int
cmd_check(const struct config *config)
{
    struct error err = { 0 };

    if (config->values[OPTION_WIDTHS].integer != 0)
        return write_widths(config);
    if (config->values[OPTION_REPORT].integer != 0)
        return write_report(config);
    if (config->values[OPTION_CONFIG_ONLY].integer == 0)
        return check_all(config);
    print_config(config);
    (void)printf("The configuration is valid.\n");
    if (!config_check_source(config, &err))
        (void)printf("But a sync would stop: %s. %s\n", err.message, err.hint);
    return EXIT_STATUS_DONE;
}
