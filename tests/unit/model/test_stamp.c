#include "model/stamp.h"

#include "../cmocka_all.h"

#include <string.h>

static struct arena arena;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void
a_point_tells_the_watermark_of_its_column(void **state)
{
    const char *point = stamp_point_print(&arena, "Last|Changed", "2025-04-26 10:34:17.12");

    (void)state;
    assert_true(stamp_point_is_of(point, "Last|Changed"));
    assert_string_equal(
        stamp_point_watermark(&arena, point, "Last|Changed"), "2025-04-26 10:34:17.12");
}

static void
of_another_column_a_point_tells_nothing(void **state)
{
    const char *point = stamp_point_print(&arena, "changed", "2025-04-26");

    (void)state;
    assert_false(stamp_point_is_of(point, "Changed"));
    assert_null(stamp_point_watermark(&arena, point, "Changed"));
}

static void
without_stamps_there_is_a_point_and_no_watermark(void **state)
{
    const char *point = stamp_point_print(&arena, "changed", NULL);

    (void)state;
    assert_true(stamp_point_is_of(point, "changed"));
    assert_null(stamp_point_watermark(&arena, point, "changed"));
}

static void
what_nobody_printed_is_no_point(void **state)
{
    (void)state;
    assert_false(stamp_point_is_of("", "changed"));
    assert_null(stamp_point_watermark(&arena, "1 2 3 changed", "changed"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_tells_the_watermark_of_its_column),
        cmocka_unit_test(of_another_column_a_point_tells_nothing),
        cmocka_unit_test(without_stamps_there_is_a_point_and_no_watermark),
        cmocka_unit_test(what_nobody_printed_is_no_point),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
