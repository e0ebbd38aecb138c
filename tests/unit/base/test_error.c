#include "base/error.h"
#include "base/text.h"

#include "../cmocka_all.h"

#include <string.h>

static void
set_replaces_everything_and_returns_false(void **state)
{
    struct error err = { .kind = ERROR_DATA,
        .side = ERROR_SIDE_SOURCE,
        .retry = RETRY_LATER,
        .sqlstate = "22001",
        .native_code = 5,
        .message = "old",
        .hint = "old hint" };

    (void)state;
    assert_false(error_set(&err, ERROR_SOURCE, "could not read \"%s\"", "x"));
    assert_int_equal(err.kind, ERROR_SOURCE);
    assert_int_equal(err.side, ERROR_SIDE_OWN);
    assert_int_equal(err.retry, RETRY_NEVER);
    assert_string_equal(err.sqlstate, "");
    assert_int_equal(err.native_code, 0);
    assert_string_equal(err.message, "could not read \"x\"");
    assert_string_equal(err.hint, "");
    error_clear(&err);
    assert_int_equal(err.kind, ERROR_NONE);
}

static void
the_first_hint_stays(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_false(error_hint(&err, "Do %s.", "this"));
    assert_false(error_hint(&err, "Do that."));
    assert_string_equal(err.hint, "Do this.");
}

static void
within_tells_the_story_from_outside_in(void **state)
{
    struct error err = { 0 };

    (void)state;
    error_set(&err, ERROR_DATA, "column \"c\" is too long");
    error_within(&err, "row %d", 7);
    assert_false(error_within(&err, "table \"%s\"", "t"));
    assert_string_equal(err.message, "table \"t\": row 7: column \"c\" is too long");
    assert_int_equal(err.kind, ERROR_DATA);
}

static void
messages_are_one_line(void **state)
{
    struct error err = { 0 };

    (void)state;
    error_set(&err, ERROR_DATA, "one\ntwo\r\n\tthree\x1b[31m\x7f\n\n");
    assert_string_equal(err.message, "one two   three [31m");
    error_hint(&err, "a\nb\n");
    assert_string_equal(err.hint, "a b");
}

static void
long_messages_are_cut_at_a_character(void **state)
{
    char text[3000];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct error err = { 0 };

        memset(text, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof text; i += 4)
            memcpy(text + i, "\xf0\x9f\x98\x80", 5);
        error_set(&err, ERROR_DATA, "%s", text);
        assert_true(strlen(err.message) > sizeof err.message - 6);
        assert_int_equal(
            text_utf8_valid_size(err.message, strlen(err.message)), strlen(err.message));
        error_within(&err, "%s", text + shift % 2);
        assert_int_equal(
            text_utf8_valid_size(err.message, strlen(err.message)), strlen(err.message));
        error_hint(&err, "%s", text);
        assert_int_equal(text_utf8_valid_size(err.hint, strlen(err.hint)), strlen(err.hint));
    }
}

static void
every_kind_has_a_name(void **state)
{
    (void)state;
    for (int kind = ERROR_NONE; kind <= (int)ERROR_CANCELLED; kind++)
        assert_string_not_equal(error_kind_name((enum error_kind)kind), "unknown");
    assert_string_equal(error_kind_name((enum error_kind)(ERROR_CANCELLED + 1)), "unknown");
    assert_string_equal(error_kind_name(ERROR_CANCELLED), "cancelled");
    assert_string_equal(error_kind_name(ERROR_BUSY), "busy");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_replaces_everything_and_returns_false),
        cmocka_unit_test(the_first_hint_stays),
        cmocka_unit_test(within_tells_the_story_from_outside_in),
        cmocka_unit_test(messages_are_one_line),
        cmocka_unit_test(long_messages_are_cut_at_a_character),
        cmocka_unit_test(every_kind_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
