#include "source/odbc/odbc_value.h"

#include "../cmocka_all.h"
#include "base/text.h"
#include "model/canonical.h"

#include <stdio.h>
#include <string.h>

static void
check_utf16(const uint16_t *units, size_t count, const char *expected)
{
    struct buffer value;

    buffer_init(&value, 100);
    assert_true(buffer_append_text(&value, "<"));
    assert_true(odbc_value_append_utf16(&value, (const char *)units, count * 2));
    assert_int_equal(value.size, strlen(expected) + 1);
    assert_memory_equal(value.bytes + 1, expected, strlen(expected));
    buffer_release(&value);
}

static void
utf16_becomes_utf8_in_every_plane(void **state)
{
    static const uint16_t plain[] = { 'a', 0x00E9, 0x20AC, 0xFFFD, 0xD7FF, 0xE000 };
    static const uint16_t pair[] = { 0xD83D, 0xDE00, 0xDBFF, 0xDFFF, 0xD800, 0xDC00 };

    (void)state;
    check_utf16(plain, 6, "a\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBD\xED\x9F\xBF\xEE\x80\x80");
    check_utf16(pair, 6, "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xF0\x90\x80\x80");
    check_utf16(plain, 0, "");
}

static void
lone_surrogates_end_as_what_nobody_takes_for_utf8(void **state)
{
    static const uint16_t high[] = { 'a', 0xD83D };
    static const uint16_t low[] = { 0xDE00, 'b' };
    static const uint16_t turned[] = { 0xDE00, 0xD83D, 0xD83D, 0xDE00 };

    (void)state;
    check_utf16(high, 2, "a\xED\xA0\xBD");
    check_utf16(low, 2,
        "\xED\xB8\x80"
        "b");
    check_utf16(turned, 4, "\xED\xB8\x80\xED\xA0\xBD\xF0\x9F\x98\x80");
    assert_int_equal(text_utf8_valid_size("a\xED\xA0\xBD", 4), 1);
}

static void
utf16_stops_at_the_cap(void **state)
{
    static const uint16_t units[] = { 0x20AC, 0x20AC, 0x20AC };
    struct buffer value;

    (void)state;
    buffer_init(&value, 7);
    assert_false(odbc_value_append_utf16(&value, (const char *)units, sizeof units));
    buffer_release(&value);
}

static void
reals_become_short_and_nothing_else_does(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        { "0.100000000000000006", "0.1" },
        { "99999.9998999999952", "99999.9999" },
        { "-1234.50000000000001", "-1234.5" },
        { "0.30000000000000004", "0.30000000000000004" },
        { "0.0", "0" },
        { "-0.000123", "-0.000123" },
        { "0.00001", "1e-05" },
        { "100.0", "100" },
        { "999999999999999.0", "999999999999999" },
        { "999999999999999.875", "999999999999999.9" },
        { "1234567890123456.0", "1.234567890123456e+15" },
        { "99999999999999.9843", "99999999999999.98" },
        { "0.99999999999999999", "1" },
        { "123456789012345.678", "123456789012345.67" },
        { "1.0e+300", "1e+300" },
        { "1.5", "1.5" },
        { "12345678901234567890", "12345678901234567890" },
        { "2024-01-02 03:04:05.678", "2024-01-02 03:04:05.678" },
        { "1.2.3.4.5.6.7.8.9.10", "1.2.3.4.5.6.7.8.9.10" },
        { "1e999.0000000000000", "1e999.0000000000000" },
        { ".", "." },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128] = "";
        size_t size = strlen(cases[i].text);

        memcpy(text, cases[i].text, size);
        (void)odbc_value_shorten_real(text, &size);
        text[size] = '\0';
        assert_string_equal(text, cases[i].expected);
    }
}

// The short cut and the general algorithm must agree.
static void
short_reals_are_canonical(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[128];
        char expected[64];
        double value;
        size_t size;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        value = (double)(int64_t)(seed % 2000000000000u) / (double)(1u << (seed >> 60)) / 10000.0;
        if (i % 2 == 0)
            value = -(double)(int64_t)(seed % 20000000000000u) / 100.0;
        (void)snprintf(text, sizeof text, "%.18g", value);
        if (strchr(text, '.') == NULL || strchr(text, 'e') != NULL)
            continue;
        size = strlen(text);
        assert_true(odbc_value_shorten_real(text, &size));
        text[size] = '\0';
        expected[canonical_float(value, false, expected)] = '\0';
        assert_string_equal(text, expected);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf16_becomes_utf8_in_every_plane),
        cmocka_unit_test(lone_surrogates_end_as_what_nobody_takes_for_utf8),
        cmocka_unit_test(utf16_stops_at_the_cap),
        cmocka_unit_test(reals_become_short_and_nothing_else_does),
        cmocka_unit_test(short_reals_are_canonical),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
