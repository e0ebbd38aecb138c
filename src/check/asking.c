// What is asked of the source in its own words: its clock, and letters beyond ASCII on their way
// through the driver. A product that is not in the table is asked nothing: that is said.
#include "base/clock.h"
#include "base/text.h"
#include "check/finding.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_WARNING_MS = 60000 };

#define LETTERS                                                                                    \
    "Gr\xC3\xB6\xC3\x9F"                                                                           \
    "e \xE2\x82\xAC \xE6\xBC\xA2"

// `clock` gives milliseconds since 1970 as a text, `letters` gives LETTERS.
static const struct asking {
    const char *product; // pattern
    const char *clock;
    const char *letters;
} askings[] = {
    { "PostgreSQL*",
        "SELECT CAST(CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS text)",
        "SELECT CAST('" LETTERS "' AS text)" },
    { "SQLite*", "SELECT CAST(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS TEXT)",
        "SELECT '" LETTERS "'" },
    { "MariaDB*", "SELECT CAST(CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS CHAR)",
        "SELECT '" LETTERS "'" },
    { "MySQL*", "SELECT CAST(CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS CHAR)",
        "SELECT '" LETTERS "'" },
    { "H2*",
        "SELECT CAST(DATEDIFF('MILLISECOND', TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00',"
        " CURRENT_TIMESTAMP) AS VARCHAR)",
        "SELECT '" LETTERS "'" },
    { "HSQL*", "VALUES(CAST(UNIX_MILLIS() AS VARCHAR(20)))", "VALUES('" LETTERS "')" },
};

static const struct asking *
find_asking(const char *product)
{
    for (size_t i = 0; i < sizeof askings / sizeof askings[0]; i++) {
        if (text_match(askings[i].product, product))
            return &askings[i];
    }
    return NULL;
}

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
check_clock(struct check *check, const struct asking *asking)
{
    int64_t asked_ms = clock_wall_ms();
    const char *text = asking != NULL ? source_ask(check->source, asking->clock) : "";
    int64_t clock_ms;

    if (asking == NULL)
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
check_letters(struct check *check, const struct asking *asking)
{
    if (asking == NULL)
        check_report(check, CHECK_SKIPPED, "letters", "",
            "not tried: no query for it is known for this product; names may tell (code page)");
    else if (strcmp(source_ask(check->source, asking->letters), LETTERS) == 0)
        check_report(
            check, CHECK_OK, "letters", "", "\"%s\" went to the source and came back", LETTERS);
    else
        check_report(check, CHECK_WARNING, "letters",
            "See the driver's option for its character set: UTF-8.",
            "\"%s\" went to the source and came back changed, or not at all", LETTERS);
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
check_asking(struct check *check, struct error *err)
{
    const struct source_identity *identity = source_identity(check->source);
    const struct asking *asking = find_asking(identity->product);
    struct source_limits limits;

    if (!check_expect_source(check, "could not ask the source about itself", 1, err))
        return false;
    source_read_limits(check->source, &limits);
    check_report(check, CHECK_OK, "isolation", "", "%s", identity->isolation);
    report_limits(check, &limits);
    check_clock(check, asking);
    check_letters(check, asking);
    return true;
}
