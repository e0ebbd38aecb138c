#include "model/canonical.h"

#include "../cmocka_all.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct canonical_case {
    const char *given;
    const char *expected;
};

static void
check(enum value_kind kind, int scale, const char *given, const char *expected)
{
    char text[2048];
    size_t size = strlen(given);

    assert_true(size + CANONICAL_SLACK <= sizeof text);
    memset(text, '#', sizeof text);
    memcpy(text, given, size);
    if (canonical_is_plain(kind, scale, text, size))
        assert_string_equal(given, expected);
    size = canonical_text(kind, scale, text, size, size + CANONICAL_SLACK);
    assert_true(size < sizeof text);
    for (size_t i = strlen(given) + CANONICAL_SLACK; i < sizeof text; i++)
        assert_int_equal(text[i], '#');
    text[size] = '\0';
    assert_string_equal(text, expected);
    // What is canonical stays as it is.
    assert_int_equal(canonical_text(kind, scale, text, size, size + CANONICAL_SLACK), size);
    text[size] = '\0';
    assert_string_equal(text, expected);
}

static void
check_all(enum value_kind kind, int scale, const struct canonical_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(kind, scale, cases[i].given, cases[i].expected);
}

#define CHECK_ALL(kind, scale, cases)                                                              \
    check_all(kind, scale, cases, sizeof(cases) / sizeof((cases)[0]))

static void
what_is_canonical_is_known_as_such(void **state)
{
    (void)state;
    assert_true(canonical_is_plain(VALUE_INTEGER, -1, "0", 1));
    assert_true(canonical_is_plain(VALUE_INTEGER, -1, "-120", 4));
    assert_true(canonical_is_plain(VALUE_DECIMAL, 2, "0.50", 4));
    assert_true(canonical_is_plain(VALUE_DECIMAL, -1, "12", 2));
    assert_false(canonical_is_plain(VALUE_DECIMAL, 2, "12", 2));
    assert_false(canonical_is_plain(VALUE_DECIMAL, 2, "0.5", 3));
    assert_false(canonical_is_plain(VALUE_DECIMAL, 0, "-0", 2));
    assert_false(canonical_is_plain(VALUE_INTEGER, 0, "", 0));
}

static void
integers_lose_signs_and_zeros_that_say_nothing(void **state)
{
    static const struct canonical_case cases[] = {
        { "0", "0" },
        { "+7", "7" },
        { "-7", "-7" },
        { "007", "7" },
        { "-007", "-7" },
        { "-0", "0" },
        { "-000", "0" },
        { "+0", "0" },
        { "98765432109876543210987654321", "98765432109876543210987654321" },
        { "", "" },
        { "-", "-" },
        { "1.0", "1.0" },
        { "1e3", "1e3" },
        { " 1", " 1" },
        { "12a", "12a" },
        { "0x10", "0x10" },
        { "--1", "--1" },
    };

    (void)state;
    CHECK_ALL(VALUE_INTEGER, -1, cases);
}

static void
decimals_are_plain_and_padded(void **state)
{
    static const struct canonical_case cases[] = {
        { "1", "1.00" },
        { "1.", "1.00" },
        { ".25", "0.25" },
        { "-.5", "-0.50" },
        { "+1.5", "1.50" },
        { "0001.5", "1.50" },
        { "-0", "0.00" },
        { "-0.000", "0.000" },
        { "1.2345", "1.2345" },
        { "1.2300", "1.2300" },
        { "1E+3", "1000.00" },
        { "1.5e-3", "0.0015" },
        { "12345.678e-2", "123.45678" },
        { "1.23456789012346e+19", "12345678901234600000.00" },
        { "0.001e5", "100.00" },
        { "0e5", "0.00" },
        { "1e60", "1000000000000000000000000000000000000000000000000000000000000.00" },
        { "1e999999999999999999999", "1e999999999999999999999" },
        { "1e-999999999999999999999", "1e-999999999999999999999" },
        { "1e100", "1e100" },
        { "", "" },
        { ".", "." },
        { "-", "-" },
        { "e5", "e5" },
        { "1e", "1e" },
        { "1e+", "1e+" },
        { "NaN", "NaN" },
        { "1,5", "1,5" },
        { "1.2.3", "1.2.3" },
        { "$5", "$5" },
    };

    (void)state;
    CHECK_ALL(VALUE_DECIMAL, 2, cases);
}

static void
decimals_without_scale_keep_their_decimals(void **state)
{
    static const struct canonical_case cases[] = {
        { "1", "1" },
        { "1.", "1" },
        { "1.50", "1.50" },
        { "1.230e2", "123.0" },
        { "-00.0", "0.0" },
    };

    (void)state;
    CHECK_ALL(VALUE_DECIMAL, -1, cases);
    CHECK_ALL(VALUE_DECIMAL, 0, cases);
    check(VALUE_DECIMAL, 2147483647, "1", "1"); // an absurd claim of a driver
}

static void
floats_have_the_shortest_form(void **state)
{
    static const struct canonical_case cases[] = {
        { "0.1", "0.1" },
        { "0.10000000000000001", "0.1" },
        { "1.0", "1" },
        { "1e5", "100000" },
        { "100000000000000", "100000000000000" },
        { "1000000000000000", "1e+15" },
        { "123456789012345680", "1.2345678901234568e+17" },
        { "123456789012345678", "123456789012345678" }, // no double says that
        { "0.0001", "0.0001" },
        { "0.00001", "1e-05" },
        { "1e23", "9.999999999999999e+22" }, // in the middle of two doubles
        { "5e-324", "5e-324" },
        { "4.9406564584124654e-324", "5e-324" },
        { "5.6843418860808015e-14", "5.684341886080802e-14" }, // a power of two
        { "2.2250738585072014E-308", "2.2250738585072014e-308" },
        { "1.7976931348623157e308", "1.7976931348623157e+308" },
        { "-0.0", "-0" },
        { "+0", "0" },
        { "00012.50", "12.5" },
        { "inf", "Infinity" },
        { "-INF", "-Infinity" },
        { "nan", "NaN" },
        { "1e400", "1e400" },
        { "1e-400", "1e-400" },
        { "0.1234567890123456789", "0.1234567890123456789" }, // more than a double can say
        { "0x1p3", "0x1p3" },
        { "abc", "abc" },
        { "", "" },
        { "1,5", "1,5" },
    };

    (void)state;
    CHECK_ALL(VALUE_FLOAT, -1, cases);
}

static void
single_floats_have_their_own_shortest_form(void **state)
{
    static const struct canonical_case cases[] = {
        { "0.1", "0.1" },
        { "0.100000001", "0.1" },
        { "0.10000000149011612", "0.1" }, // widened to a double
        { "0.1000000014901161193847656250", "0.1" },
        { "0.123456789012", "0.123456789012" }, // no single says that
        { "1000000", "1e+06" },
        { "16777216", "1.6777216e+07" },
        { "3.4028235e38", "3.4028235e+38" },
        { "1e39", "1e39" },
        { "1e-45", "1e-45" },
        { "6.310887241768095e-30", "6.3108872e-30" },
    };

    (void)state;
    CHECK_ALL(VALUE_FLOAT4, -1, cases);
}

static void
float_values_are_printed_like_their_texts(void **state)
{
    char out[32];

    (void)state;
    assert_int_equal(canonical_float(-0.0, false, out), 2);
    assert_memory_equal(out, "-0", 2);
    assert_int_equal(canonical_float((double)INFINITY, false, out), 8);
    assert_int_equal(canonical_float(-(double)INFINITY, true, out), 9);
    assert_memory_equal(out, "-Infinity", 9);
    assert_int_equal(canonical_float((double)NAN, false, out), 3);
    assert_int_equal(canonical_float(-DBL_MAX, false, out), 24);
    assert_memory_equal(out, "-1.7976931348623157e+308", 24);
    assert_int_equal(canonical_float((double)FLT_MIN, true, out), 13);
    assert_memory_equal(out, "1.1754944e-38", 13);
}

static void
booleans_are_true_and_false(void **state)
{
    static const struct canonical_case cases[] = {
        { "1", "true" },
        { "0", "false" },
        { "t", "true" },
        { "F", "false" },
        { "TRUE", "true" },
        { "False", "false" },
        { "yes", "true" },
        { "NO", "false" },
        { "2", "2" },
        { "-1", "-1" },
        { "", "" },
        { "tru", "tru" },
        { "?", "?" },
    };

    (void)state;
    CHECK_ALL(VALUE_BOOLEAN, -1, cases);
}

static void
stamps_have_a_blank_and_no_idle_zeros(void **state)
{
    static const struct canonical_case cases[] = {
        { "2025-04-26 10:34:17", "2025-04-26 10:34:17" },
        { "2025-04-26T10:34:17", "2025-04-26 10:34:17" },
        { "2025-04-26 10:34:17.120", "2025-04-26 10:34:17.12" },
        { "2025-04-26 10:34:17.000000", "2025-04-26 10:34:17" },
        { "2025-04-26 10:34:17.123456789", "2025-04-26 10:34:17.123456789" },
        { "2025-04-26 10:34:17.", "2025-04-26 10:34:17." },
        { "2025-04-26 10:34", "2025-04-26 10:34" },
        { "2025-04-26", "2025-04-26" },
        { "2025-04-26T10:34:17Z", "2025-04-26T10:34:17Z" },
        { "2025-04-26T10:34:17 ", "2025-04-26T10:34:17 " },
        { "0000-00-00 00:00:00", "0000-00-00 00:00:00" },
        { "infinity", "infinity" },
        { "12025-04-26T10:34:17", "12025-04-26T10:34:17" },
        { "", "" },
    };

    (void)state;
    CHECK_ALL(VALUE_TIMESTAMP, -1, cases);
}

static void
stamps_with_zone_keep_their_offset(void **state)
{
    static const struct canonical_case cases[] = {
        { "2025-04-26 10:34:17.120+02:00", "2025-04-26 10:34:17.12+02" },
        { "2025-04-26T10:34:17Z", "2025-04-26 10:34:17+00" },
        { "2025-04-26T10:34:17.000-0530", "2025-04-26 10:34:17-05:30" },
        { "2025-04-26 10:34:17 +02:00", "2025-04-26 10:34:17+02" },
        { "2025-07-22 05:29:48.197-07:00", "2025-07-22 05:29:48.197-07" },
        { "2025-07-22 05:29:48:197 - 07:00", "2025-07-22 05:29:48.197-07" },
        { "2025-07-22 05:29:48:000 + 05:30", "2025-07-22 05:29:48+05:30" },
        { "2025-07-22 05:29:48:", "2025-07-22 05:29:48:" },
        { "2025-04-26 10:34:17-00:00", "2025-04-26 10:34:17+00" },
        { "2025-04-26 10:34:17-00:30", "2025-04-26 10:34:17-00:30" },
        { "2025-04-26 10:34:17.5", "2025-04-26 10:34:17.5" },
        { "2025-04-26T10:34:17+2", "2025-04-26T10:34:17+2" },
        { "2025-04-26T10:34:17 Europe/Berlin", "2025-04-26T10:34:17 Europe/Berlin" },
        { "2025-04-26T10:34:17+02:0x", "2025-04-26T10:34:17+02:0x" },
    };

    (void)state;
    CHECK_ALL(VALUE_TIMESTAMP_TZ, -1, cases);
}

static void
times_lose_idle_zeros_and_dates_nothing(void **state)
{
    static const struct canonical_case times[] = {
        { "10:34:17.100", "10:34:17.1" },
        { "10:34:17.0", "10:34:17" },
        { "10:34", "10:34" },
        { "10:34:17+02", "10:34:17+02" },
    };
    static const struct canonical_case dates[] = {
        { "2025-04-26", "2025-04-26" },
        { "2025-04-26 00:00:00", "2025-04-26 00:00:00" },
        { "26.04.2025", "26.04.2025" },
    };

    (void)state;
    CHECK_ALL(VALUE_TIME, -1, times);
    CHECK_ALL(VALUE_DATE, -1, dates);
}

static void
text_and_binary_are_never_touched(void **state)
{
    (void)state;
    check(VALUE_TEXT, 2, "+007.50", "+007.50");
    check(VALUE_BINARY, 2, "1E+3", "1E+3");
}

static void
without_the_slack_nothing_is_touched(void **state)
{
    char text[] = "007";

    (void)state;
    assert_int_equal(canonical_text(VALUE_INTEGER, -1, text, 3, 3), 3);
    assert_string_equal(text, "007");
}

static void
numbers_of_a_thousand_digits_survive(void **state)
{
    char given[1201];
    char expected[1204];

    (void)state;
    memset(given, '9', sizeof given - 1);
    given[sizeof given - 1] = '\0';
    check(VALUE_INTEGER, -1, given, given);
    check(VALUE_FLOAT, -1, given, given);
    (void)snprintf(expected, sizeof expected, "%s.00", given);
    check(VALUE_DECIMAL, 2, given, expected);
    memset(given, '0', 1199);
    check(VALUE_DECIMAL, 2, given, "9.00");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_canonical_is_known_as_such),
        cmocka_unit_test(integers_lose_signs_and_zeros_that_say_nothing),
        cmocka_unit_test(decimals_are_plain_and_padded),
        cmocka_unit_test(decimals_without_scale_keep_their_decimals),
        cmocka_unit_test(floats_have_the_shortest_form),
        cmocka_unit_test(single_floats_have_their_own_shortest_form),
        cmocka_unit_test(float_values_are_printed_like_their_texts),
        cmocka_unit_test(booleans_are_true_and_false),
        cmocka_unit_test(stamps_have_a_blank_and_no_idle_zeros),
        cmocka_unit_test(stamps_with_zone_keep_their_offset),
        cmocka_unit_test(times_lose_idle_zeros_and_dates_nothing),
        cmocka_unit_test(text_and_binary_are_never_touched),
        cmocka_unit_test(without_the_slack_nothing_is_touched),
        cmocka_unit_test(numbers_of_a_thousand_digits_survive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
