// What is asked of the source in its own words: its clock, and letters beyond ASCII on their way
// through the driver. A product of which no such query is known is asked nothing: that is said.
#include "base/clock.h"
#include "base/text.h"
#include "check/finding.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_WARNING_MS = 60000 };

static void
report_difference(struct check *check, int64_t ahead_ms)
{
    const char *than = check->has_clock ? "PostgreSQL's" : "this machine's";
    bool is_off = llabs(ahead_ms) > CLOCK_WARNING_MS;
    char duration[40];

    clock_format_duration(llabs(ahead_ms), duration, sizeof duration);
    check_report(check, is_off ? CHECK_WARNING : CHECK_OK, "source's clock",
        is_off ? "Set both machines' clocks by NTP: people compare times of both." : "", "%s %s %s",
        duration, ahead_ms < 0 ? "behind" : "ahead of", than);
}

static void
check_clock(struct check *check, const char *query)
{
    int64_t asked_ms = clock_wall_ms();
    const char *text = query != NULL ? source_ask(check->source, query) : "";
    int64_t clock_ms;

    if (query == NULL)
        check_report(check, CHECK_SKIPPED, "source's clock", "",
            "not compared: no query for it is known for this product");
    else if (!text_parse_integer(text, 0, INT64_MAX, &clock_ms))
        check_report(check, CHECK_SKIPPED, "source's clock", "",
            "not compared: the source did not answer the query for it");
    else
        report_difference(
            check, clock_ms - asked_ms - (clock_wall_ms() - asked_ms) / 2 - check->clock_ahead_ms);
}

static void
check_letters(struct check *check, const struct source_capabilities *source)
{
    if (source->letters == NULL)
        check_report(check, CHECK_SKIPPED, "letters", "",
            "not tried: no query for it is known for this product; names may tell (code page)");
    else if (strcmp(source_ask(check->source, source->letters), source->expected_letters) == 0)
        check_report(check, CHECK_OK, "letters", "", "\"%s\" went to the source and came back",
            source->expected_letters);
    else
        check_report(check, CHECK_WARNING, "letters",
            "See the driver's option for its character set: UTF-8.",
            "\"%s\" went to the source and came back changed, or not at all",
            source->expected_letters);
}

static void
append_limit(struct check *check, const char **text, const char *what, int64_t limit)
{
    if (limit > 0)
        *text = arena_printf(
            &check->arena, "%s%s%s %" PRId64, *text, (*text)[0] != '\0' ? ", " : "", what, limit);
}

static void
report_limits(struct check *check, const struct source_limits *limits)
{
    const char *text = "";

    append_limit(check, &text, "characters of a table's name", limits->name_length);
    append_limit(check, &text, "characters of a statement", limits->statement_bytes);
    append_limit(check, &text, "columns read at once", limits->columns);
    check_report(check, CHECK_OK, "driver's limits", "", "%s",
        text[0] != '\0' ? text : "the driver names none");
}

bool
check_probes(struct check *check, struct error *err)
{
    const struct source_identity *identity = source_identity(check->source);
    const struct source_capabilities capabilities = source_capabilities(check->source);
    struct source_limits limits;

    if (!check_expect_source(check, "could not ask the source about itself", 1, err))
        return false;
    source_read_limits(check->source, &limits);
    check_report(check, CHECK_OK, "isolation", "", "%s", identity->isolation);
    report_limits(check, &limits);
    check_clock(check, capabilities.clock);
    check_letters(check, &capabilities);
    return true;
}
