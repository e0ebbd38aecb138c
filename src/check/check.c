#include "base/text.h"
#include "check/finding.h"

#include <stdarg.h>
#include <string.h>

void
check_report(struct check *check, enum check_level level, const char *subject, const char *remedy,
    const char *format, ...)
{
    char text[1600];
    struct check_finding finding = { level, subject, text, remedy };
    va_list arguments;

    va_start(arguments, format);
    (void)text_vprint(text, sizeof text, format, arguments);
    va_end(arguments);
    check->listener->found(check->listener->context, &finding);
}

void
check_report_error(
    struct check *check, enum check_level level, const char *subject, const struct error *err)
{
    check_report(check, level, subject, err->hint, "%s", err->message);
}

static void
append(struct check_names *names, const char *text)
{
    names->size +=
        text_print(names->text + names->size, sizeof names->text - names->size, "%s", text);
}

void
check_names_add(struct check_names *names, const char *name)
{
    if (names->count++ >= CHECK_NAMES_WANTED)
        return;
    if (names->size > 0)
        append(names, ", ");
    append(names, name);
}

const char *
check_names_end(struct check_names *names)
{
    char more[40];

    if (names->count > CHECK_NAMES_WANTED) {
        (void)text_print(more, sizeof more, " and %zu more", names->count - CHECK_NAMES_WANTED);
        // The count matters more than the end of the fifth name.
        if (names->size + strlen(more) >= sizeof names->text)
            names->size = text_utf8_prefix(names->text, sizeof names->text - strlen(more) - 1);
        append(names, more);
    }
    return names->text;
}

// ---- in time -----------------------------------------------------------------------------------

bool
check_expect_target(struct check *check, const char *doing, struct error *err)
{
    const struct settings *settings = check->settings;
    int64_t limit_s = (int64_t)settings->source.stall_s + settings->target.timeout_s;

    return startup_watch_expect(&check->watch, ERROR_TARGET, doing, limit_s * 1000, err);
}

bool
check_expect_source(struct check *check, const char *doing, int times, struct error *err)
{
    const struct source_settings *source = &check->settings->source;
    int64_t limit_s = (int64_t)source->stall_s * times + source->connect_timeout_s;

    return startup_watch_expect(&check->watch, ERROR_SOURCE, doing, limit_s * 1000, err);
}

static void
cancel_source(void *context)
{
    struct check *check = context;

    // The source is closed after the watch has ended.
    if (check->source != NULL)
        source_cancel(check->source);
}

static void
end_hanging(void *context, const struct error *why)
{
    struct check *check = context;

    check_report_error(
        check, CHECK_WRONG, why->kind == ERROR_SOURCE ? "source" : "PostgreSQL", why);
    check->listener->end(check->listener->context);
}

// ---- both sides --------------------------------------------------------------------------------

// An interruption is nobody's fault.
static void
report_failure(struct check *check, const char *subject, const struct error *err)
{
    if (err->kind != ERROR_CANCELLED)
        check_report_error(check, CHECK_WRONG, subject, err);
}

static void
try_both_sides(struct check *check, struct check_end *end)
{
    if (!check_target(check, &end->target))
        report_failure(check, "PostgreSQL", &end->target);
    if (end->source.kind != ERROR_NONE || !check_source(check, &end->source))
        report_failure(check, "source", &end->source);
    if (end->target.kind == ERROR_NONE && !check_mirror(check, &end->target))
        report_failure(check, "mirror", &end->target);
    if (end->target.kind != ERROR_NONE || !check->has_selection)
        check_report(check, CHECK_SKIPPED, "mirrored tables", "",
            "needs both PostgreSQL and the source's list of tables");
    else if (!check_mirrored_tables(check, &end->target))
        report_failure(check, "mirrored tables", &end->target);
    check_describe_server(check);
}

bool
check_begin(struct check *check, const struct settings *settings,
    const struct check_listener *listener, struct error *err)
{
    const struct startup_rescue rescue = { cancel_source, end_hanging, check };

    *check = (struct check){ .settings = settings, .listener = listener };
    arena_init(&check->arena);
    startup_watch_block_signals(&check->signals);
    return startup_watch_start(&check->watch, &check->signals, &rescue, err);
}

int
check_finish(struct check *check)
{
    int signal = startup_watch_stop(&check->watch);

    source_close(check->source);
    target_close(check->target);
    arena_release(&check->arena);
    return signal;
}

void
check_both_sides(const struct settings *settings, const struct error *source_error,
    const struct check_listener *listener, struct check_end *end)
{
    struct check check;

    *end = (struct check_end){ .source = *source_error };
    if (check_begin(&check, settings, listener, &end->target))
        try_both_sides(&check, end);
    end->signal = check_finish(&check);
}
