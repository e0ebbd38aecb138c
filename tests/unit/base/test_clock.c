#include "base/clock.h"

#include "../cmocka_all.h"

#include <stdlib.h>
#include <time.h>

static void
local_time_is_written_as_in_the_log(void **state)
{
    char text[32];

    (void)state;
    assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
    tzset();
    clock_format_local(INT64_C(1745656457000), text, sizeof text);
    assert_string_equal(text, "2025-04-26 10:34:17");
    clock_format_local(INT64_C(1735689599999), text, 20);
    assert_string_equal(text, "2025-01-01 00:59:59");
    clock_format_local(0, text, 5); // no room: better nothing than half a date
    assert_string_equal(text, "?");
}

static void
durations_are_written_for_people(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        { 0, "0.0 s" },
        { 99, "0.0 s" },
        { 12345, "12.3 s" },
        { 59999, "59.9 s" },
        { 60000, "1 min 00 s" },
        { 187000, "3 min 07 s" },
        { 3600000, "1 h 00 min" },
        { 3720000, "1 h 02 min" },
        { 360000000, "100 h 00 min" },
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clock_format_duration(cases[i].ms, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void
the_steady_clock_counts_a_sleep(void **state)
{
    int64_t before = clock_steady_ms();

    (void)state;
    clock_sleep_ms(20);
    assert_true(clock_steady_ms() - before >= 19);
    clock_sleep_ms(0);
    assert_true(clock_wall_ms() > INT64_C(1700000000000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_is_written_as_in_the_log),
        cmocka_unit_test(durations_are_written_for_people),
        cmocka_unit_test(the_steady_clock_counts_a_sleep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
