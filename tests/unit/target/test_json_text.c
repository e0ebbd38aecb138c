#include "target/json_text.h"

#include "../cmocka_all.h"

#include <stdlib.h>
#include <string.h>

// From memory of its own, so that a byte too many is found.
static bool
is_valid(const char *text, size_t size)
{
    char *own = malloc(size + 1);
    bool answer;

    memcpy(own, text, size);
    answer = json_text_is_valid(own, size);
    free(own);
    return answer;
}

static void
check_all(const char *const *texts, size_t count, bool expected)
{
    for (size_t i = 0; i < count; i++) {
        if (is_valid(texts[i], strlen(texts[i])) != expected)
            fail_msg("%s is %staken", texts[i], expected ? "not " : "");
    }
}

#define CHECK_ALL(texts, expected) check_all(texts, sizeof(texts) / sizeof((texts)[0]), expected)

static void
values_of_every_kind_are_taken(void **state)
{
    static const char *const texts[] = { "null", "true", "false", "0", "-0", "-1.50e+07", "1E5",
        "1e-300", "\"\"", "\"\xC3\xA4 \\u00e4\\n\\/\\\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]",
        "{}", "[1, [2, {\"a\": [[], {}]}], \"x\"]", "{\"a\":1,\"a\":2,\"\":null}",
        " \t\r\n{ \"a\" : [ 1 , 2 ] } \n" };

    (void)state;
    CHECK_ALL(texts, true);
}

static void
what_is_no_json_is_refused(void **state)
{
    static const char *const texts[] = { "", " ", "nul", "nullx", "True", "tru e", "01", "+1", ".5",
        "1.", "1e", "1e+", "-", "--1", "0x1", "NaN", "Infinity", "\"", "\"\\\"", "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "'a'", "[", "]", "[1", "[1,", "[1,]", "[,1]",
        "[1 2]", "[1}", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{\"a\" 1}",
        "{a:1}", "{1:1}", "{\"a\":1]", "[[]", "[]]", "1 2", "{}{}", "[1]x", "\xEF\xBB\xBF{}" };

    (void)state;
    CHECK_ALL(texts, false);
}

static void
a_zero_byte_is_no_blank_and_no_escape(void **state)
{
    (void)state;
    assert_false(is_valid("\0", 1));
    assert_false(is_valid("1\0", 2));
    assert_false(is_valid("\0001", 2));
    assert_false(is_valid("\"\\\0\"", 4));
    assert_false(is_valid("\"\0\"", 3));
}

static void
brackets_may_be_as_deep_as_is_said_and_no_deeper(void **state)
{
    enum { MOST = JSON_DEPTH_MAX + 1 };
    char text[2 * MOST];

    (void)state;
    for (size_t depth = JSON_DEPTH_MAX; depth <= MOST; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        // An empty one inside holds nothing, and is no depth.
        assert_int_equal(is_valid(text, 2 * depth), depth <= JSON_DEPTH_MAX + 1);
    }
    memset(text, '[', MOST);
    text[JSON_DEPTH_MAX] = '0';
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX);
    assert_true(is_valid(text, 2 * JSON_DEPTH_MAX + 1));
    text[JSON_DEPTH_MAX + 1] = '}';
    assert_false(is_valid(text, 2 * JSON_DEPTH_MAX + 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_are_taken),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_zero_byte_is_no_blank_and_no_escape),
        cmocka_unit_test(brackets_may_be_as_deep_as_is_said_and_no_deeper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
