#include "model/element_text.h"

#include "../cmocka_all.h"

#include <string.h>

static const struct column texts = { .kind = VALUE_TEXT };

static struct buffer joined;

static int
tear_down(void **state)
{
    (void)state;
    buffer_release(&joined);
    return 0;
}

// The elements between bars, unknown ones as "NULL!".
static const char *
take_apart(const struct column *element, const char *text)
{
    const struct cell cell = { text, strlen(text) };
    struct element_reader reader;
    bool is_unknown = false;
    size_t count = 0;

    buffer_release(&joined);
    buffer_init(&joined, 1000);
    element_reader_start(&reader, element, &cell);
    while (element_reader_next(&reader, &joined, &is_unknown)) {
        (void)buffer_append_text(&joined, is_unknown ? "NULL!" : "");
        (void)buffer_append_byte(&joined, '|');
        count++;
    }
    assert_int_equal(count, element_count(&cell));
    joined.bytes[--joined.size] = '\0';
    return buffer_text(&joined);
}

static void
elements_stand_between_semicolons_and_a_question_mark_is_an_unknown_one(void **state)
{
    (void)state;
    assert_string_equal(take_apart(&texts, "a;b c;?;"), "a|b c|NULL!|");
    assert_string_equal(take_apart(&texts, ""), "");
    assert_string_equal(take_apart(&texts, ";"), "|");
    assert_string_equal(take_apart(&texts, "??;a?;? "), "??|a?|? ");
}

static void
a_tilde_is_taken_away_whichever_rule_put_it_there(void **state)
{
    (void)state;
    assert_string_equal(take_apart(&texts, "a~;b;c~~d;~?"), "a;b|c~d|?");
    assert_string_equal(take_apart(&texts, "a~;b;c~d;~?"), "a;b|c~d|?");
    assert_string_equal(take_apart(&texts, "~~~;;~~"), "~;|~");
    assert_string_equal(take_apart(&texts, "~"), "~");
    assert_string_equal(take_apart(&texts, "what~?now;~?x"), "what~?now|~?x");
}

static void
elements_are_canonical_texts_of_their_kind_where_they_are_that(void **state)
{
    static const struct column whole = { .kind = VALUE_INTEGER };
    static const struct column money = { .kind = VALUE_DECIMAL, .scale = 2 };
    static const struct column flag = { .kind = VALUE_BOOLEAN };
    static const struct column day = { .kind = VALUE_DATE };
    static const struct column stamp = { .kind = VALUE_TIMESTAMP };

    (void)state;
    assert_string_equal(take_apart(&whole, "7;-0;?;x"), "7|0|NULL!|x");
    assert_string_equal(take_apart(&money, ".5;-1;1E+3"), "0.50|-1.00|1000.00");
    assert_string_equal(take_apart(&flag, "1;no;TRUE;2"), "true|false|true|2");
    assert_string_equal(
        take_apart(&day, "2/29/2024;12/31/1999;2024-02-29"), "2024-02-29|1999-12-31|2024-02-29");
    assert_string_equal(take_apart(&stamp, "12/31/1999 01:02:03.500"), "1999-12-31 01:02:03.5");
}

static void
a_day_that_is_not_written_as_month_day_and_year_stays_as_it_is(void **state)
{
    static const struct column day = { .kind = VALUE_DATE };

    (void)state;
    assert_string_equal(take_apart(&day, "31/12/1999;12/31/99;0/1/2000;1/32/2000;1/1"),
        "31/12/1999|12/31/99|0/1/2000|1/32/2000|1/1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_stand_between_semicolons_and_a_question_mark_is_an_unknown_one),
        cmocka_unit_test(a_tilde_is_taken_away_whichever_rule_put_it_there),
        cmocka_unit_test(elements_are_canonical_texts_of_their_kind_where_they_are_that),
        cmocka_unit_test(a_day_that_is_not_written_as_month_day_and_year_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
