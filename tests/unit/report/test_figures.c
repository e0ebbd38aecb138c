#include "report/figures.h"

#include "../cmocka_all.h"

#include <string.h>

static void
counts_take_four_characters(void **state)
{
    static const struct {
        int64_t count;
        const char *text;
    } cases[] = { { -1, "?" }, { 0, "0" }, { 999, "999" }, { 1000, "1.0k" }, { 1299, "1.2k" },
        { 9999, "9.9k" }, { 10000, "10k" }, { 999999, "999k" }, { 1200000, "1.2M" },
        { 123456789, "123M" }, { INT64_C(1900000000), "1.9G" }, { INT64_MAX, "9.2E" } };
    char text[FIGURE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        figure_count(text, cases[i].count);
        assert_string_equal(text, cases[i].text);
        assert_true(strlen(text) <= 4);
    }
}

static void
bytes_have_their_unit(void **state)
{
    char text[FIGURE_SIZE];

    (void)state;
    figure_bytes(text, 312);
    assert_string_equal(text, "312 B");
    figure_bytes(text, 1234567);
    assert_string_equal(text, "1.2 MB");
    figure_bytes(text, -1);
    assert_string_equal(text, "?");
}

static void
times_left_take_six_characters(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = { { -1, "" }, { 0, "0:00" }, { 18499, "0:18" }, { 3599000, "59:59" },
        { 3720000, "1h02m" }, { 36000000, "10h" }, { 99 * INT64_C(3600000), "99h" },
        { 100 * INT64_C(3600000), "4d" }, { INT64_MAX, "9999d" } };
    char text[FIGURE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        figure_clock(text, cases[i].ms);
        assert_string_equal(text, cases[i].text);
    }
}

static void
ages_are_coarse(void **state)
{
    char text[FIGURE_SIZE];

    (void)state;
    figure_age(text, -5);
    assert_string_equal(text, "0 s");
    figure_age(text, 119999);
    assert_string_equal(text, "119 s");
    figure_age(text, 26 * INT64_C(3600000));
    assert_string_equal(text, "26 h");
    figure_age(text, 73 * INT64_C(3600000));
    assert_string_equal(text, "3 d");
}

static void
a_percentage_is_marked_and_never_above_a_hundred(void **state)
{
    char text[FIGURE_SIZE];

    (void)state;
    figure_percent(text, 421, 1000);
    assert_string_equal(text, "~42.1%");
    figure_percent(text, 99999, 100000);
    assert_string_equal(text, "~100%");
    figure_percent(text, 1001, 1000);
    assert_string_equal(text, "");
    figure_percent(text, 5, -1);
    assert_string_equal(text, "");
}

static void
width_counts_columns(void **state)
{
    (void)state;
    assert_int_equal(figure_width("kunde"), 5);
    assert_int_equal(figure_width("Schl\xC3\xBCssel"), 9);
    assert_int_equal(figure_width("\xE9\xA1\xA7\xE5\xAE\xA2"), 4); // two wide characters
    assert_int_equal(figure_width("e\xCC\x81"), 1);                // e and a combining accent
    assert_int_equal(figure_width("a\x1B[2Jb"), 6);                // ESC as one '?'
    assert_int_equal(figure_width("\xFF\xFE"), 2);                 // no UTF-8
    assert_int_equal(figure_width("\xE2\x80\xAE"
                                  "abc"),
        4); // right-to-left override
}

static void
fits(const char *text, size_t width, const char *expected)
{
    struct buffer out;

    buffer_init(&out, 1000);
    figure_fit(&out, text, width);
    assert_string_equal(buffer_text(&out), expected);
    if (width > 0)
        assert_int_equal(figure_width(buffer_text(&out)), width);
    buffer_release(&out);
}

static void
a_text_is_cut_or_padded_to_the_column(void **state)
{
    (void)state;
    fits("order", 8, "order   ");
    fits("order", 5, "order");
    fits("order_line", 5, "orde~");
    fits("Schl\xC3\xBCssel", 6, "Schl\xC3\xBC~");
    fits("\xE9\xA1\xA7\xE5\xAE\xA2", 3, "\xE9\xA1\xA7~");
    fits("\xE9\xA1\xA7\xE5\xAE\xA2", 2, "~ ");
    fits("a\nb\x7F", 4, "a?b?");
    fits("x", 0, "");
}

static void
figures_are_right_aligned(void **state)
{
    struct buffer out;

    (void)state;
    buffer_init(&out, 100);
    figure_fit_right(&out, "42", 5);
    figure_fit_right(&out, "123456", 3);
    assert_string_equal(buffer_text(&out), "   42456");
    buffer_release(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_take_four_characters),
        cmocka_unit_test(bytes_have_their_unit),
        cmocka_unit_test(times_left_take_six_characters),
        cmocka_unit_test(ages_are_coarse),
        cmocka_unit_test(a_percentage_is_marked_and_never_above_a_hundred),
        cmocka_unit_test(width_counts_columns),
        cmocka_unit_test(a_text_is_cut_or_padded_to_the_column),
        cmocka_unit_test(figures_are_right_aligned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
