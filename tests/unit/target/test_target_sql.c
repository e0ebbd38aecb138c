#include "target/target_internal.h"

#include "../cmocka_all.h"

#include <string.h>

static struct buffer sql;

static int
set_up(void **state)
{
    (void)state;
    buffer_init(&sql, 10000);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    buffer_release(&sql);
    return 0;
}

static struct cell
text(const char *bytes)
{
    return (struct cell){ .bytes = bytes, .size = bytes != NULL ? strlen(bytes) : 0 };
}

// ---- names and texts ----------------------------------------------------------------------------

static void
a_name_cannot_leave_its_quotes(void **state)
{
    static const char *const names[][2] = {
        { "a", "\"a\"" },
        { "", "\"\"" },
        { "A b", "\"A b\"" },
        { "a\"b", "\"a\"\"b\"" },
        { "\"", "\"\"\"\"" },
        { "\"; DROP TABLE t; --", "\"\"\"; DROP TABLE t; --\"" },
        { "a'b\\", "\"a'b\\\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        buffer_clear(&sql);
        assert_true(sql_append_name(&sql, names[i][0]));
        assert_string_equal(buffer_text(&sql), names[i][1]);
    }
}

static void
a_qualified_name_is_two_names(void **state)
{
    (void)state;
    assert_true(sql_append_qualified(&sql, "s.\"", "t\"x"));
    assert_string_equal(buffer_text(&sql), "\"s.\"\"\".\"t\"\"x\"");
}

static void
a_literal_cannot_leave_its_quotes(void **state)
{
    (void)state;
    assert_true(sql_append_literal(&sql, "it's \"so\" \\' --"));
    assert_string_equal(buffer_text(&sql), "'it''s \"so\" \\'' --'");
}

static void
what_does_not_fit_is_refused_and_stays_refused(void **state)
{
    struct buffer small;

    (void)state;
    buffer_init(&small, 8);
    assert_false(sql_append_name(&small, "a name that is too long"));
    assert_true(small.failed);
    assert_false(sql_append_literal(&small, "x"));
    buffer_release(&small);
    buffer_init(&small, 8);
    assert_false(sql_append_hex(&small, "0123456789", 10));
    assert_true(small.failed);
    buffer_release(&small);
}

// ---- arrays -------------------------------------------------------------------------------------

static void
an_array_comes_back_as_it_went(void **state)
{
    const struct cell values[] = { text("a"), text(""), text(NULL), text("NULL"), text("null"),
        text("a,b"), text("{x}"), text("say \"so\""), text("back\\slash"), text("\\\""),
        text(" blanks "), text("\xC3\xA4") };
    enum { COUNT = sizeof values / sizeof values[0] };
    struct cell *parsed;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    assert_true(sql_append_array(&sql, values, COUNT));
    assert_int_equal(sql_parse_array(&arena, buffer_text(&sql), &parsed), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(parsed[i].bytes == NULL, values[i].bytes == NULL);
        assert_int_equal(parsed[i].size, values[i].size);
        if (values[i].bytes != NULL)
            assert_memory_equal(parsed[i].bytes, values[i].bytes, values[i].size);
    }
    arena_release(&arena);
}

static void
names_in_an_array_are_quoted_as_values_are(void **state)
{
    static const char *const names[] = { "a", "b\"c", "NULL", "d\\" };
    struct cell *parsed;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    assert_true(sql_append_name_array(&sql, names, 4));
    assert_string_equal(buffer_text(&sql), "{\"a\",\"b\\\"c\",\"NULL\",\"d\\\\\"}");
    assert_int_equal(sql_parse_array(&arena, buffer_text(&sql), &parsed), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(parsed[i].bytes, names[i]);
    buffer_clear(&sql);
    assert_true(sql_append_name_array(&sql, names, 0));
    assert_string_equal(buffer_text(&sql), "{}");
    arena_release(&arena);
}

// As the server prints it: quotes only where they are needed.
static void
an_array_of_the_server_is_read(void **state)
{
    struct cell *parsed;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    assert_int_equal(sql_parse_array(&arena, "{}", &parsed), 0);
    assert_int_equal(sql_parse_array(&arena, "", &parsed), 0);
    assert_int_equal(sql_parse_array(&arena, "{a,NULL,\"NULL\",\"\",\"b,c\"}", &parsed), 5);
    assert_string_equal(parsed[0].bytes, "a");
    assert_null(parsed[1].bytes);
    assert_string_equal(parsed[2].bytes, "NULL");
    assert_int_equal(parsed[3].size, 0);
    assert_non_null(parsed[3].bytes);
    assert_string_equal(parsed[4].bytes, "b,c");
    arena_release(&arena);
}

static void
what_is_no_array_does_no_harm(void **state)
{
    static const char *const texts[] = { "{", "{a", "{\"a", "{\"a\\", "{a,", "{\"a\",", "a,b", "}",
        "{a}}", "{,}", "{a,,b}", "{{a,b},{c,d}}", "{\\" };
    struct cell *parsed;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_in_range(sql_parse_array(&arena, texts[i], &parsed), 0, 4);
    arena_release(&arena);
}

static void
bytes_become_hex_digits(void **state)
{
    (void)state;
    assert_true(sql_append_hex(&sql, "\x00\x0A\xFF", 3));
    assert_string_equal(buffer_text(&sql), "\\x000aff");
    buffer_clear(&sql);
    assert_true(sql_append_hex(&sql, "", 0));
    assert_string_equal(buffer_text(&sql), "\\x");
}

// ---- parameters ---------------------------------------------------------------------------------

static void
parameters_keep_their_texts(void **state)
{
    struct sql_parameters parameters = { .count = 0 };

    (void)state;
    parameter_integer(&parameters, INT64_MIN);
    parameter_integer(&parameters, INT64_MAX);
    parameter_text(&parameters, NULL);
    parameter_boolean(&parameters, true);
    parameter_boolean(&parameters, false);
    assert_int_equal(parameters.count, 5);
    assert_string_equal(parameters.values[0], "-9223372036854775808");
    assert_string_equal(parameters.values[1], "9223372036854775807");
    assert_null(parameters.values[2]);
    assert_string_equal(parameters.values[3], "true");
    assert_string_equal(parameters.values[4], "false");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_cannot_leave_its_quotes),
        TEST(a_qualified_name_is_two_names),
        TEST(a_literal_cannot_leave_its_quotes),
        TEST(what_does_not_fit_is_refused_and_stays_refused),
        TEST(an_array_comes_back_as_it_went),
        TEST(names_in_an_array_are_quoted_as_values_are),
        TEST(an_array_of_the_server_is_read),
        TEST(what_is_no_array_does_no_harm),
        TEST(bytes_become_hex_digits),
        TEST(parameters_keep_their_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
