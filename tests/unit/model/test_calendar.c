#include "model/calendar.h"

#include "../cmocka_all.h"

#include <inttypes.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static void
days_are_counted_from_2000_to_the_ends_of_postgresqls_calendar(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
    } cases[] = {
        { "2000-01-01", 0 },
        { "1999-12-31", -1 },
        { "2000-02-29", 59 },
        { "2000-03-01", 60 },
        { "1970-01-01", -10957 },
        { "1900-03-01", -36465 },
        { "0001-01-01", -730119 },
        { "0001-12-31 BC", -730120 },
        { "0001-02-29 BC", -730426 }, // 1 BC is a leap year
        { "0044-03-15 BC", -746117 },
        { "4714-11-24 BC", -2451545 },
        { "5874897-12-31", 2145031948 },
        { "infinity", INT32_MAX },
        { "-infinity", INT32_MIN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t days = 1;

        assert_true(calendar_read_date(cases[i].text, strlen(cases[i].text), &days));
        if (days != cases[i].days)
            fail_msg("%s: %" PRId32, cases[i].text, days);
    }
}

static void
what_postgresql_would_not_print_is_no_date(void **state)
{
    static const char *const texts[] = { "", "2000", "2000-01", "2000-1-1", "2000-01-1",
        "2000-01-01 ", " 2000-01-01", "2000-01-01x", "0000-00-00", "0000-01-01", "2000-00-01",
        "2000-13-01", "2000-01-00", "2000-01-32", "2000-04-31", "1900-02-29", "2023-02-29",
        "0002-02-29 BC", "999-01-01", "02000-01-01", "5874898-01-01", "12345678-01-01",
        "4714-11-23 BC", "2000-01-01 AD", "2000/01/01", "Infinity", "infinit", "-2000-01-01" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int32_t days;

        if (calendar_read_date(texts[i], strlen(texts[i]), &days))
            fail_msg("%s is a date", texts[i]);
    }
}

struct time_case {
    const char *text;
    int decimals;
    int64_t microseconds; // -1: it is none
};

static void
times_are_counted_from_midnight_to_midnight(void **state)
{
    static const struct time_case cases[] = {
        { "00:00:00", 6, 0 },
        { "00:00:00.000001", 6, 1 },
        { "10:34:17.12", 6, INT64_C(38057120000) },
        { "23:59:59.999999", 6, DAY - 1 },
        { "24:00:00", 6, DAY },
        { "10:34:17.12", 2, INT64_C(38057120000) },
        { "10:34:17.12", 1, -1 },
        { "10:34:17.120", 6, -1 },
        { "10:34:17.", 6, -1 },
        { "10:34:17.1234567", 6, -1 },
        { "24:00:00.000001", 6, -1 },
        { "24:00:01", 6, -1 },
        { "25:00:00", 6, -1 },
        { "10:60:00", 6, -1 },
        { "10:00:60", 6, -1 },
        { "10:34", 6, -1 },
        { "1:34:17", 6, -1 },
        { "-01:00:00", 6, -1 },
        { "838:59:59", 6, -1 },
        { "", 6, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = -1;
        bool is_read =
            calendar_read_time(cases[i].text, strlen(cases[i].text), cases[i].decimals, &found);

        if (is_read != (cases[i].microseconds >= 0) || (is_read && found != cases[i].microseconds))
            fail_msg("%s: %d, %" PRId64, cases[i].text, is_read, found);
    }
}

#define NO_STAMP INT64_C(1)

static void
stamps_are_microseconds_since_2000(void **state)
{
    static const struct time_case cases[] = {
        { "2000-01-01 00:00:00", 6, 0 },
        { "1999-12-31 23:59:59.999999", 6, -1 },
        { "2000-01-02 00:00:00.5", 3, DAY + SECOND / 2 },
        { "0001-12-31 23:59:59 BC", 6, INT64_C(-730119) * DAY - SECOND },
        { "4714-11-24 00:00:00 BC", 6, INT64_C(-2451545) * DAY },
        { "294276-12-31 23:59:59.999999", 6, INT64_C(9223371331199999999) },
        { "infinity", 6, INT64_MAX },
        { "-infinity", 0, INT64_MIN },
        { "2000-01-02 00:00:00.0005", 3, NO_STAMP },
        { "2000-01-01 24:00:00", 6, NO_STAMP },
        { "2000-01-01T00:00:00", 6, NO_STAMP },
        { "2000-01-01 00:00:00+00", 6, NO_STAMP },
        { "2000-01-01", 6, NO_STAMP },
        { "4714-11-23 23:59:59.999999 BC", 6, NO_STAMP },
        { "294277-01-01 00:00:00", 6, NO_STAMP },
        { "0000-00-00 00:00:00", 6, NO_STAMP },
        { "20222-13-01 00:00:00", 6, NO_STAMP },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = NO_STAMP;
        bool is_read =
            calendar_read_stamp(cases[i].text, strlen(cases[i].text), cases[i].decimals, &found);

        if (is_read != (cases[i].microseconds != NO_STAMP) ||
            (is_read && found != cases[i].microseconds))
            fail_msg("%s: %d, %" PRId64, cases[i].text, is_read, found);
    }
}

static void
stamps_of_one_instant_are_one_number_whatever_their_offset(void **state)
{
    static const struct time_case cases[] = {
        { "2000-01-01 00:00:00+00", 6, 0 },
        { "2000-01-01 05:30:00+05:30", 6, 0 },
        { "1999-12-31 18:30:00-05:30", 6, 0 },
        { "2000-01-01 15:59:59+15:59:59", 6, 0 },
        { "1999-12-31 23:59:59.5-00", 6, -SECOND / 2 },
        { "4714-11-24 01:00:00+01 BC", 6, INT64_C(-2451545) * DAY },
        { "4714-11-23 23:00:00-01 BC", 6, INT64_C(-2451545) * DAY },
        { "infinity", 6, INT64_MAX },
        { "4714-11-24 00:00:00+01 BC", 6, NO_STAMP },
        { "294276-12-31 23:59:59-01", 6, NO_STAMP },
        { "2000-01-01 00:00:00", 6, NO_STAMP },
        { "2000-01-01 00:00:00Z", 6, NO_STAMP },
        { "2000-01-01 00:00:00 +00", 6, NO_STAMP },
        { "2000-01-01 00:00:00+16", 6, NO_STAMP },
        { "2000-01-01 00:00:00+1", 6, NO_STAMP },
        { "2000-01-01 00:00:00+01:60", 6, NO_STAMP },
        { "2000-01-01 00:00:00+01:00:00:00", 6, NO_STAMP },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found = NO_STAMP;
        bool is_read =
            calendar_read_zoned(cases[i].text, strlen(cases[i].text), cases[i].decimals, &found);

        if (is_read != (cases[i].microseconds != NO_STAMP) ||
            (is_read && found != cases[i].microseconds))
            fail_msg("%s: %d, %" PRId64, cases[i].text, is_read, found);
    }
}

static void
an_instant_is_printed_as_it_is_read(void **state)
{
    static const struct {
        int64_t microseconds;
        const char *text;
    } cases[] = {
        { 0, "2000-01-01 00:00:00+00" },
        { -1, "1999-12-31 23:59:59.999999+00" },
        { 120000, "2000-01-01 00:00:00.12+00" },
        { 59 * DAY, "2000-02-29 00:00:00+00" },
        { INT64_C(-730120) * DAY, "0001-12-31 00:00:00+00 BC" },
        { INT64_C(-2451545) * DAY, "4714-11-24 00:00:00+00 BC" },
        { INT64_C(9223371331199999999), "294276-12-31 23:59:59.999999+00" },
        { INT64_MAX, "infinity" },
        { INT64_MIN, "-infinity" },
    };
    char text[CALENDAR_STAMP_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t again = NO_STAMP;
        size_t size = calendar_write_zoned(cases[i].microseconds, text);

        assert_string_equal(text, cases[i].text);
        assert_int_equal(size, strlen(text));
        assert_true(calendar_read_zoned(text, size, 6, &again));
        assert_true(again == cases[i].microseconds);
    }
    // Every day of eight hundred years on either side of the year 1.
    for (int64_t day = -1022305; day < -437935; day++) {
        int64_t again = NO_STAMP;
        size_t size = calendar_write_zoned(day * DAY + 7, text);

        if (!calendar_read_zoned(text, size, 6, &again) || again != day * DAY + 7)
            fail_msg("day %" PRId64 " is printed as %s", day, text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_from_2000_to_the_ends_of_postgresqls_calendar),
        cmocka_unit_test(what_postgresql_would_not_print_is_no_date),
        cmocka_unit_test(times_are_counted_from_midnight_to_midnight),
        cmocka_unit_test(stamps_are_microseconds_since_2000),
        cmocka_unit_test(stamps_of_one_instant_are_one_number_whatever_their_offset),
        cmocka_unit_test(an_instant_is_printed_as_it_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
