#include "base/text.h"

#include "../cmocka_all.h"

#include <string.h>

static void
utf8_valid_size_stops_at_the_first_bad_byte(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        size_t valid;
    } cases[] = {
        { "", 0, 0 }, { "plain", 5, 5 }, { "abcdefghijklmnop\xff", 17, 16 }, { "abcdefg\0h", 9, 7 },
        { "12345678abcdefg\0", 16, 15 }, { "\xc3\xa4", 2, 2 }, { "\xc3", 1, 0 },
        { "\xc0\x80", 2, 0 },                   // overlong NUL
        { "\xc1\xbf", 2, 0 },                   // overlong
        { "\xe0\x80\x80", 3, 0 },               // overlong
        { "\xe0\xa0\x80", 3, 3 },               // U+0800
        { "\xed\x9f\xbf", 3, 3 },               // U+D7FF
        { "\xed\xa0\x80", 3, 0 },               // surrogate
        { "\xef\xbf\xbf", 3, 3 },               // U+FFFF
        { "\xf0\x8f\xbf\xbf", 4, 0 },           // overlong
        { "\xf0\x9f\x98\x80", 4, 4 },           // U+1F600
        { "\xf4\x8f\xbf\xbf", 4, 4 },           // U+10FFFF
        { "\xf4\x90\x80\x80", 4, 0 },           // beyond
        { "\xf5\x80\x80\x80", 4, 0 },           // beyond
        { "a\xe2\x82\xac\xe2\x82", 6, 4 },      // cut in the middle
        { "1234567\xe2\x82\xac tail", 15, 15 }, // across the eight bytes looked at together
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_utf8_valid_size(cases[i].bytes, cases[i].size), cases[i].valid);
}

static void
utf8_prefix_ends_at_a_character(void **state)
{
    (void)state;
    assert_int_equal(text_utf8_prefix("abc", 5), 3);
    assert_int_equal(text_utf8_prefix("abc", 3), 3);
    assert_int_equal(text_utf8_prefix("abc", 2), 2);
    assert_int_equal(text_utf8_prefix("a\xe2\x82\xac", 3), 1);
    assert_int_equal(text_utf8_prefix("a\xe2\x82\xac", 4), 4);
    assert_int_equal(text_utf8_prefix("\xf0\x9f\x98\x80", 3), 0);
    assert_int_equal(text_utf8_prefix("", 0), 0);
}

static void
print_cuts_at_a_character(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *printed;
    } cases[] = {
        { "abc", 1, "" },
        { "abc", 3, "ab" },
        { "abc", 4, "abc" },
        { "", 1, "" },
        { "a\xd0\xb9", 3, "a" },
        { "a\xd0\xb9", 4, "a\xd0\xb9" },
        { "\xd0\xb9\xd0\xb9", 4, "\xd0\xb9" },
        { "a\xe2\x82\xac", 3, "a" },
        { "a\xe2\x82\xac", 4, "a" },
        { "a\xe2\x82\xac", 5, "a\xe2\x82\xac" },
        { "\xf0\x9f\x98\x80", 4, "" },
        { "\xf0\x9f\x98\x80", 5, "\xf0\x9f\x98\x80" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[16];

        memset(out, 'x', sizeof out);
        assert_int_equal(
            text_print(out, cases[i].size, "%s", cases[i].text), strlen(cases[i].printed));
        assert_string_equal(out, cases[i].printed);
    }
}

static void
print_leaves_no_byte_that_is_no_character(void **state)
{
    char out[16];

    (void)state;
    assert_int_equal(text_print(out, sizeof out, "%s", "caf\xe9"), 4);
    assert_string_equal(out, "caf?");
    (void)text_print(out, sizeof out, "%s", "\xe9t\xe9 \xc3\xa9");
    assert_string_equal(out, "?t? \xc3\xa9");
    (void)text_print(out, sizeof out, "%.3s|", "a\xe2\x82\xac"); // cut by its own format
    assert_string_equal(out, "a??|");
    for (size_t size = 1; size <= sizeof out; size++) {
        size_t used =
            text_print(out, size, "%s", "\xe2\x82\xe9\xc3\xa9\xff\xd0\xb9\x80\x80\x80\x80");

        assert_true(used < size);
        assert_int_equal(text_utf8_valid_size(out, used), used);
    }
}

static void
an_ending_begins_at_a_character(void **state)
{
    (void)state;
    assert_string_equal(text_utf8_ending("abc", 5), "abc");
    assert_string_equal(text_utf8_ending("abc", 2), "bc");
    assert_string_equal(text_utf8_ending("a\xe2\x82\xac", 2), "");
    assert_string_equal(text_utf8_ending("a\xe2\x82\xac", 3), "\xe2\x82\xac");
}

static void
a_word_for_the_shell_is_cut_at_a_character(void **state)
{
    char out[8];

    (void)state;
    text_shell_word("\xd0\xb9\xd0\xb9\xd0\xb9\xd0\xb9z", out, sizeof out);
    assert_string_equal(out, "'\xd0\xb9\xd0\xb9\xd0\xb9");
}

static void
every_character_survives_encode_and_decode(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        char bytes[5] = { 0 };
        size_t size;
        size_t decoded_size;

        if (c == 0xD800)
            c = 0xE000;
        size = text_utf8_encode(c, bytes);
        assert_int_equal(text_utf8_valid_size(bytes, size), size);
        assert_int_equal(text_utf8_decode(bytes, &decoded_size), c);
        assert_int_equal(decoded_size, size);
    }
}

static void
an_ill_formed_byte_decodes_as_itself(void **state)
{
    size_t size;

    (void)state;
    assert_int_equal(text_utf8_decode("\xe4h", &size), 0xe4);
    assert_int_equal(size, 1);
    assert_int_equal(text_utf8_decode("\xe2\x82", &size), 0xe2); // does not read past the end
    assert_int_equal(size, 1);
}

static void
names_compare_without_case_in_all_scripts(void **state)
{
    (void)state;
    assert_true(text_equal_nocase("Customer", "CUSTOMER"));
    assert_true(text_equal_nocase("stra\xc3\x9f"
                                  "e \xc3\x84\xc3\x96",
        "STRA\xc3\x9f"
        "E \xc3\xa4\xc3\xb6"));
    assert_true(text_equal_nocase("\xd0\x9a\xd0\x9e\xd0\x94", "\xd0\xba\xd0\xbe\xd0\xb4"));
    assert_false(text_equal_nocase("a", "ab"));
    assert_true(text_compare_nocase("a", "B") < 0);
    assert_true(text_compare_nocase("b", "A") > 0);
    assert_true(text_compare_nocase("a", "ab") < 0);
    assert_int_equal(text_compare_nocase("", ""), 0);
}

static void
letters_and_digits_are_known_in_all_scripts(void **state)
{
    (void)state;
    assert_true(text_is_letter_or_digit('a') && text_is_letter_or_digit('9'));
    assert_true(text_is_letter_or_digit(0xE4) && text_is_letter_or_digit(0x4E2D));
    assert_false(text_is_letter_or_digit('-') || text_is_letter_or_digit('_'));
    assert_false(text_is_letter_or_digit(0x20AC) || text_is_letter_or_digit(0x85));
}

static void
patterns_match_whole_names(void **state)
{
    static const struct {
        const char *pattern;
        const char *name;
        bool matches;
    } cases[] = {
        { "customer", "Customer", true }, { "customer", "customers", false },
        { "cust*", "customer", true }, { "*er", "customer", true }, { "*us*me*", "customer", true },
        { "c?stomer", "customer", true }, { "c?stomer", "cstomer", false }, { "*", "", true },
        { "", "", true }, { "", "a", false }, { "a", "", false }, { "?", "", false },
        { "?", "\xf0\x9f\x98\x80", true }, // one character, four bytes
        { "\xc3\xa4*", "\xc3\x84pfel", true }, { "a*b", "a*b", true }, { "**a**", "banana", true },
        { "*ab", "aab", true }, { "*ab*cd", "abxcabcd", true }, { "pub.*", "pub.customer", true },
        { "a?", "a", false }, { "a*?", "a", false }, { "a*?", "ab", true },
        { "\xe4", "\xe4", true }, // no UTF-8 at all
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_match(cases[i].pattern, cases[i].name), cases[i].matches);
}

static void
a_hostile_pattern_does_not_take_for_ever(void **state)
{
    char name[4001];
    char pattern[2001];

    (void)state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
        memcpy(pattern + i, "a*", 2);
    memcpy(pattern + sizeof pattern - 3, "*b", 3);
    assert_false(text_match(pattern, name));
}

static void
distance_counts_edits(void **state)
{
    char far[80];

    (void)state;
    assert_int_equal(text_distance("customer", "customer"), 0);
    assert_int_equal(text_distance("customer", "CUSTOMER"), 0);
    assert_int_equal(text_distance("custmer", "customer"), 1);
    assert_int_equal(text_distance("cusotmer", "customer"), 1);
    assert_int_equal(text_distance("kustomer", "customer"), 1);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("abc", ""), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("ab", "ba"), 1);
    assert_int_equal(text_distance("\xc3\xa4", "a"), 1);
    memset(far, 'x', sizeof far - 1);
    far[sizeof far - 1] = '\0';
    assert_true(text_distance(far, far) >= 64);
}

static void
nearest_is_the_one_that_was_meant_or_none(void **state)
{
    static const char *const names[] = { "customer", "order", "order_line" };

    (void)state;
    assert_string_equal(text_nearest("custmoer", names, 3), "customer");
    assert_string_equal(text_nearest("orderline", names, 3), "order_line");
    assert_string_equal(text_nearest("ordr", names, 3), "order");
    assert_null(text_nearest("invoice", names, 3));
    assert_null(text_nearest("x", names, 0));
}

static void
set(char *text, size_t capacity, const char *value)
{
    assert_true(strlen(value) < capacity);
    memcpy(text, value, strlen(value) + 1);
}

static void
mask_hides_every_occurrence_and_never_grows(void **state)
{
    char text[64];

    (void)state;
    set(text, sizeof text, "pwd=hunter2;x=hunter2");
    text_mask(text, sizeof text, "hunter2");
    assert_string_equal(text, "pwd=***;x=***");
    set(text, 10, "abcabcabc");
    text_mask(text, 10, "abc"); // as long as the mask, in a full buffer
    assert_string_equal(text, "*********");
    set(text, sizeof text, "ab ab");
    text_mask(text, sizeof text, "ab");
    assert_string_equal(text, "ab ab");
    text_mask(text, sizeof text, NULL);
    text_mask(text, sizeof text, "");
    assert_string_equal(text, "ab ab");
    set(text, sizeof text, "****");
    text_mask(text, sizeof text, "***");
    assert_string_equal(text, "****");
    text[0] = '\0';
    text_mask(text, sizeof text, "secret");
    assert_string_equal(text, "");
}

static void
a_byte_is_two_hexadecimal_digits(void **state)
{
    char byte = 7;

    (void)state;
    assert_true(text_parse_hex_byte("e9", &byte) && byte == '\xE9');
    assert_true(text_parse_hex_byte("4A and more", &byte) && byte == 'J');
    byte = 7;
    assert_false(text_parse_hex_byte("", &byte));
    assert_false(text_parse_hex_byte("4", &byte));
    assert_false(text_parse_hex_byte("g0", &byte));
    assert_false(text_parse_hex_byte("0g", &byte));
    assert_false(text_parse_hex_byte("@0", &byte));
    assert_int_equal(byte, 7);
}

static void
integers_are_whole_and_in_range(void **state)
{
    int64_t value = 7;

    (void)state;
    assert_true(text_parse_integer("42", 0, 100, &value) && value == 42);
    assert_true(text_parse_integer("-9223372036854775808", INT64_MIN, INT64_MAX, &value) &&
                value == INT64_MIN);
    value = 7;
    assert_false(text_parse_integer("9223372036854775808", INT64_MIN, INT64_MAX, &value));
    assert_false(text_parse_integer("101", 0, 100, &value));
    assert_false(text_parse_integer("", 0, 100, &value));
    assert_false(text_parse_integer("-", -9, 100, &value));
    assert_false(text_parse_integer(" 1", 0, 100, &value));
    assert_false(text_parse_integer("+1", 0, 100, &value));
    assert_false(text_parse_integer("1 ", 0, 100, &value));
    assert_false(text_parse_integer("1.0", 0, 100, &value));
    assert_false(text_parse_integer("0x10", 0, 100, &value));
    assert_int_equal(value, 7);
}

static void
a_word_for_a_shell_is_quoted_where_it_must_be(void **state)
{
    static const struct {
        const char *word;
        const char *quoted;
    } cases[] = {
        { "Order-Line_2.x", "Order-Line_2.x" },
        { "Order Line", "'Order Line'" },
        { "it's", "'it'\\''s'" },
        { "$(x);*", "'$(x);*'" },
        { "Größe", "'Größe'" },
        { "", "''" },
    };
    char out[40];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_shell_word(cases[i].word, out, sizeof out);
        assert_string_equal(out, cases[i].quoted);
    }
    text_shell_word("a 'long' word", out, 8);
    assert_true(strlen(out) < 8);
}

static void
a_name_for_sql_is_in_quotes_and_those_inside_are_doubled(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena);
    assert_string_equal(text_sql_name(&arena, "Tab \"A\"", '"'), "\"Tab \"\"A\"\"\"");
    assert_string_equal(text_sql_name(&arena, "a`b\"", '`'), "`a``b\"`");
    arena_release(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_valid_size_stops_at_the_first_bad_byte),
        cmocka_unit_test(utf8_prefix_ends_at_a_character),
        cmocka_unit_test(print_cuts_at_a_character),
        cmocka_unit_test(print_leaves_no_byte_that_is_no_character),
        cmocka_unit_test(an_ending_begins_at_a_character),
        cmocka_unit_test(a_word_for_the_shell_is_cut_at_a_character),
        cmocka_unit_test(every_character_survives_encode_and_decode),
        cmocka_unit_test(an_ill_formed_byte_decodes_as_itself),
        cmocka_unit_test(names_compare_without_case_in_all_scripts),
        cmocka_unit_test(letters_and_digits_are_known_in_all_scripts),
        cmocka_unit_test(patterns_match_whole_names),
        cmocka_unit_test(a_hostile_pattern_does_not_take_for_ever),
        cmocka_unit_test(distance_counts_edits),
        cmocka_unit_test(nearest_is_the_one_that_was_meant_or_none),
        cmocka_unit_test(mask_hides_every_occurrence_and_never_grows),
        cmocka_unit_test(a_byte_is_two_hexadecimal_digits),
        cmocka_unit_test(integers_are_whole_and_in_range),
        cmocka_unit_test(a_word_for_a_shell_is_quoted_where_it_must_be),
        cmocka_unit_test(a_name_for_sql_is_in_quotes_and_those_inside_are_doubled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
