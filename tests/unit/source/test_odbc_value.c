#include "source/odbc/odbc_value.h"

#include "../cmocka_all.h"
#include "base/text.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf16_becomes_utf8_in_every_plane),
        cmocka_unit_test(lone_surrogates_end_as_what_nobody_takes_for_utf8),
        cmocka_unit_test(utf16_stops_at_the_cap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
