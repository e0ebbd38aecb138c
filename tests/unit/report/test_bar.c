#include "report/bar.h"

#include "report/figures.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static const struct bar_line example = {
    .name = "order_line_history",
    .phase = "waiting for readers",
    .row_count = 504000,
    .of_rows = 1200000,
    .fraction = 0.42,
    .rows_per_s = 85300,
    .bytes_per_s = 18.2e6,
    .left_ms = 72000,
};

static void
compose(struct buffer *out, size_t width, const struct bar_line *line, bool has_colour)
{
    struct bar_layout layout;

    buffer_clear(out);
    bar_layout_choose(&layout, width);
    assert_int_equal(bar_append(out, &layout, line, has_colour) < width, 1);
}

static void
at_80_columns_everything_is_there(void **state)
{
    struct buffer out;

    (void)state;
    buffer_init(&out, 4096);
    compose(&out, 80, &example, false);
    assert_string_equal(buffer_text(&out),
        "order_line_his~ [####------] ~42.0% 504k/~1.2M  85k/s  18MB/s  ~1:12 waiting   ");
    buffer_release(&out);
}

static void
at_200_columns_numbers_are_in_full(void **state)
{
    struct buffer out;

    (void)state;
    buffer_init(&out, 4096);
    compose(&out, 200, &example, false);
    assert_non_null(strstr(buffer_text(&out), "order_line_history  "));
    assert_non_null(strstr(buffer_text(&out), " 504000 of ~1200000 "));
    assert_non_null(strstr(buffer_text(&out), " 85300 rows/s "));
    assert_non_null(strstr(buffer_text(&out), " 18 MB/s "));
    assert_non_null(strstr(buffer_text(&out), " ETA ~1:12 waiting for readers"));
    buffer_release(&out);
}

static void
no_width_is_ever_exceeded(void **state)
{
    const struct bar_line lines[] = {
        example,
        { .name = "",
            .phase = "",
            .row_count = 0,
            .of_rows = -1,
            .fraction = -1,
            .rows_per_s = -1,
            .bytes_per_s = -1,
            .left_ms = -1 },
        { .name = "\xE9\xA1\xA7\xE5\xAE\xA2\xE9\xA1\xA7\xE5\xAE\xA2\xE9\xA1\xA7\xE5\xAE\xA2\xE9\xA1"
                  "\xA7\xE5\xAE\xA2",
            .phase = "\x1B[31mevil\x1B[0m",
            .row_count = INT64_MAX,
            .of_rows = INT64_MAX,
            .fraction = 1e9,
            .rows_per_s = 1e18,
            .bytes_per_s = 1e18,
            .left_ms = INT64_MAX },
    };
    struct buffer out;

    (void)state;
    buffer_init(&out, 4096);
    for (size_t width = 1; width <= 300; width++) {
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
            struct bar_layout layout;
            size_t said;

            buffer_clear(&out);
            bar_layout_choose(&layout, width);
            said = bar_append(&out, &layout, &lines[i], false);
            assert_int_equal(figure_width(buffer_text(&out)), said);
            assert_true(said <= (width > 1 ? width - 1 : 1));
            assert_null(strchr(buffer_text(&out), '\x1B'));
        }
    }
    buffer_release(&out);
}

static void
what_is_unknown_is_left_empty(void **state)
{
    const struct bar_line line = { .name = "customer",
        .phase = "opening",
        .of_rows = -1,
        .fraction = -1,
        .rows_per_s = -1,
        .bytes_per_s = -1,
        .left_ms = -1 };
    struct buffer out;

    (void)state;
    buffer_init(&out, 4096);
    compose(&out, 80, &line, false);
    assert_null(strchr(buffer_text(&out), '%'));
    assert_null(strchr(buffer_text(&out), '~'));
    assert_null(strchr(buffer_text(&out), '#'));
    buffer_release(&out);
}

static void
an_estimate_that_was_passed_is_none(void **state)
{
    struct bar_line line = example;
    struct buffer out;

    (void)state;
    line.row_count = line.of_rows + 1;
    line.fraction = -1;
    buffer_init(&out, 4096);
    compose(&out, 200, &line, false);
    assert_non_null(strstr(buffer_text(&out), " 1200001 rows "));
    assert_null(strchr(buffer_text(&out), '%'));
    buffer_release(&out);
}

static void
colours_take_no_columns_and_are_switched_off_again(void **state)
{
    struct bar_line line = example;
    struct buffer out;
    const char *last;

    (void)state;
    line.is_alarming = true;
    buffer_init(&out, 4096);
    compose(&out, 80, &line, true);
    last = strrchr(buffer_text(&out), '\x1B');
    assert_non_null(last);
    assert_int_equal(strncmp(last, "\x1B[0m", 4), 0);
    compose(&out, 80, &line, false);
    assert_null(strchr(buffer_text(&out), '\x1B'));
    buffer_release(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_80_columns_everything_is_there),
        cmocka_unit_test(at_200_columns_numbers_are_in_full),
        cmocka_unit_test(no_width_is_ever_exceeded),
        cmocka_unit_test(what_is_unknown_is_left_empty),
        cmocka_unit_test(an_estimate_that_was_passed_is_none),
        cmocka_unit_test(colours_take_no_columns_and_are_switched_off_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
