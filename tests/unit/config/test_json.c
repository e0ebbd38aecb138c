#include "config/json.h"

#include "../cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static const struct json_value *
child(const struct json_value *value, size_t index)
{
    const struct json_value *found = value->children;

    while (index-- > 0)
        found = found->next;
    return found;
}

static void
every_key_and_value_has_its_line(void **state)
{
    static const char text[] = "\n{\n  \"a\":\n    1,\n  \"b\": [true,\n null],\r\n \"c\": {}}";
    struct arena arena;
    struct error err = { 0 };
    const struct json_value *root;

    (void)state;
    arena_init(&arena);
    assert_true(json_read(&arena, "f", text, strlen(text), &root, &err));
    assert_int_equal(root->line, 2);
    assert_int_equal(root->count, 3);
    assert_int_equal(child(root, 0)->key_line, 3);
    assert_int_equal(child(root, 0)->line, 4);
    assert_string_equal(child(root, 0)->text, "1");
    assert_int_equal(child(child(root, 1), 0)->line, 5);
    assert_int_equal(child(child(root, 1), 1)->kind, JSON_NULL);
    assert_int_equal(child(child(root, 1), 1)->line, 6);
    assert_int_equal(child(root, 2)->key_line, 7);
    arena_release(&arena);
}

static void
escapes_become_utf8(void **state)
{
    static const char text[] = "[\"\\u00e4\\ud83d\\ude00\\\\ud800\\/\\n\", \"\"]";
    struct arena arena;
    struct error err = { 0 };
    const struct json_value *root;

    (void)state;
    arena_init(&arena);
    assert_true(json_read(&arena, "f", text, strlen(text), &root, &err));
    assert_string_equal(child(root, 0)->text, "\xC3\xA4\xF0\x9F\x98\x80\\ud800/\n");
    assert_string_equal(child(root, 1)->text, "");
    arena_release(&arena);
}

static void
what_is_not_json_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text;
        size_t size; // 0: strlen
        const char *place;
        const char *words;
    } cases[] = {
        { "", 0, "f:1:", "empty" },
        { " \n\t ", 0, "f:1:", "empty" },
        { "{\n\"a\": 1,\n}", 0, "f:3:", "well-formed" },
        { "{\n\"a\" 1}", 0, "f:2:", "well-formed" },
        { "{\n\"a\": 1}\n}", 0, "f:3:", "trailing garbage" },
        { "{\n\"a\": 1}\nx", 0, "f:3:", "well-formed" },
        { "{\"a\": [1,\n2", 0, "f:2:", "premature EOF" },
        { "{\"a\":\n\"b\nc\"}", 0, "f:2:", "well-formed" },
        { "{\"a\": 01}", 0, "f:1:", "well-formed" },
        { "{\"a\": 1.}", 0, "f:1:", "well-formed" },
        { "{\"a\": NaN}", 0, "f:1:", "well-formed" },
        { "{'a': 1}", 0, "f:1:", "well-formed" },
        { "{\n// no\n\"a\": 1}", 0, "f:2:", "well-formed" },
        { "{\n\"a\": \"\\u0000\"}", 0, "f:2:", "\\u0000" },
        { "{\n\"a\\u0000\": 1}", 0, "f:2:", "\\u0000" },
        { "{\n\"a\": \"\\ud800\"}", 0, "f:2:", "surrogate" },
        { "{\n\"a\": \"\\udc00\"}", 0, "f:2:", "surrogate" },
        { "{\n\"a\": \"\\ud800\\u0041\"}", 0, "f:2:", "surrogate" },
        { "{\n\"a\": \"\\ud8", 0, "f:2:", "well-formed" },
        { "{\n\"a\": \"\\ud800\\u", 0, "f:2:", "surrogate" },
        { "{\n\"a\": \"\\ux\"}", 0, "f:2:", "well-formed" },
        { "{\n\"a\": \"\\q\"}", 0, "f:2:", "well-formed" },
        { "{\n\"a\": \"\\", 0, "f:2:", "well-formed" },
        { "{\n\"a\": \"\xFF\"}", 0, "f:2:", "UTF-8" },
        { "{\n\"a\": \"\xED\xA0\x80\"}", 0, "f:2:", "UTF-8" },
        { "{\n\0}", 4, "f:2:", "NUL" },
        { "\xEF\xBB\xBF{}", 0, "f:1:", "byte order mark" },
        { "\xFF\xFE{\0}\0", 6, "f:1:", "UTF-16" },
        { "{\"a\": 1,\n\"b\": 2,\n\"a\": 3}", 0, "f:3:", "twice, first in line 1" },
        { "{\"x\": {\"a\": 1,\n\"a\": 1}}", 0, "f:2:", "twice" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = cases[i].size > 0 ? cases[i].size : strlen(cases[i].text);
        // A copy of exactly that size, so that a sanitizer sees a step too far.
        char *copy = malloc(size > 0 ? size : 1);
        struct arena arena;
        struct error err = { 0 };
        const struct json_value *root;

        assert_non_null(copy);
        memcpy(copy, cases[i].text, size);
        arena_init(&arena);
        assert_false(json_read(&arena, "f", copy, size, &root, &err));
        if (strncmp(err.message, cases[i].place, 4) != 0 ||
            strstr(err.message, cases[i].words) == NULL)
            fail_msg("case %zu: %s", i, err.message);
        arena_release(&arena);
        free(copy);
    }
}

static void
a_blank_that_is_none_in_json_is_refused_with_line_and_column(void **state)
{
    static const struct {
        const char *text;
        const char *place; // NULL: accepted
    } cases[] = {
        { "{\n \"a\":\f1}", "f:2: column 6: the character U+000C" },
        { "\f{}", "f:1: column 1: the character U+000C" },
        { "{}\f", "f:1: column 3: the character U+000C" },
        { "{\v}", "f:1: column 2: the character U+000B" },
        { "{\"\\u00e4\":\xC2\xA0"
          "1}",
            "f:1: column 11: the character U+00A0" },
        { "{\"\xC3\xA4\":\xC2\xA0"
          "1}",
            "f:1: column 6: the character U+00A0" },
        { "[1,\xEF\xBB\xBF"
          "2]",
            "f:1: column 4: the character U+FEFF" },
        { "[\xE3\x80\x80]", "f:1: column 2: the character U+3000" },
        { "[\xE2\x80\xA8]", "f:1: column 2: the character U+2028" },
        { "[\"\\\"\xC2\xA0\xEF\xBB\xBF\\\\\", \"\xE3\x80\x80\"]", NULL }, // in texts, as they are
        { "[ \t\r\n1]", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct error err = { 0 };
        const struct json_value *root;

        arena_init(&arena);
        if (json_read(&arena, "f", cases[i].text, strlen(cases[i].text), &root, &err)) {
            assert_null(cases[i].place);
        } else {
            assert_non_null(cases[i].place);
            assert_non_null(strstr(err.message, cases[i].place));
            assert_non_null(strstr(err.hint, "plain blank"));
        }
        arena_release(&arena);
    }
}

static void
comments_may_be_repeated(void **state)
{
    static const char text[] = "{\"_\": 1, \"_\": 2, \"_a\": {}, \"_a\": []}";
    struct arena arena;
    struct error err = { 0 };
    const struct json_value *root;

    (void)state;
    arena_init(&arena);
    assert_true(json_read(&arena, "f", text, strlen(text), &root, &err));
    arena_release(&arena);
}

static void
depth_is_limited(void **state)
{
    char text[100001];
    struct arena arena;
    struct error err = { 0 };
    const struct json_value *root;

    (void)state;
    arena_init(&arena);
    memset(text, '[', JSON_DEPTH_MAX);
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_true(json_read(&arena, "f", text, 2 * JSON_DEPTH_MAX, &root, &err));
    memset(text, '[', 100000);
    assert_false(json_read(&arena, "f", text, 100000, &root, &err));
    assert_non_null(strstr(err.message, "deeper"));
    arena_release(&arena);
}

static void
the_number_of_values_is_limited(void **state)
{
    size_t size = 2 * (size_t)JSON_VALUES_MAX + 100;
    char *text = malloc(size);
    struct arena arena;
    struct error err = { 0 };
    const struct json_value *root;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 2 == 0 ? ',' : '1';
    text[0] = '[';
    arena_init(&arena);
    assert_false(json_read(&arena, "f", text, size, &root, &err));
    assert_non_null(strstr(err.message, "more than"));
    arena_release(&arena);
    free(text);
}

static void
numbers_keep_their_spelling(void **state)
{
    char text[5000];
    struct arena arena;
    struct error err = { 0 };
    const struct json_value *root;

    (void)state;
    memset(text, '9', sizeof text);
    text[0] = '[';
    text[sizeof text - 1] = ']';
    arena_init(&arena);
    assert_true(json_read(&arena, "f", text, sizeof text, &root, &err));
    assert_int_equal(strlen(child(root, 0)->text), sizeof text - 2);
    assert_true(json_read(&arena, "f", "-1.5e+400", 9, &root, &err));
    assert_string_equal(root->text, "-1.5e+400");
    arena_release(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_and_value_has_its_line),
        cmocka_unit_test(escapes_become_utf8),
        cmocka_unit_test(what_is_not_json_is_refused_with_its_line),
        cmocka_unit_test(a_blank_that_is_none_in_json_is_refused_with_line_and_column),
        cmocka_unit_test(comments_may_be_repeated),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(the_number_of_values_is_limited),
        cmocka_unit_test(numbers_keep_their_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
