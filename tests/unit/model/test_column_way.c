#include "model/column_way.h"

#include "../cmocka_all.h"

#include <string.h>

static void
each_way_has_a_word_that_leads_back_to_it(void **state)
{
    enum column_way_kind kind;

    (void)state;
    for (int i = WAY_ROWS; i <= WAY_LEFT_OUT; i++) {
        assert_true(column_way_find(column_way_word((enum column_way_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(column_way_find("sideways", &kind));
}

// A value ends before the last slice begins.
static void
so_many_slices_reach_beyond_a_value(void **state)
{
    (void)state;
    for (size_t width = 1; width <= 40; width++) {
        for (size_t size = 0; size <= 200; size++) {
            const struct column_way way = {
                .kind = WAY_SLICES,
                .slice_width = width,
                .slice_count = column_way_slices_for(width, size),
            };

            assert_true(column_way_begin(&way, way.slice_count - 1) >= size);
            for (size_t i = 1; i < way.slice_count; i++)
                assert_true(column_way_begin(&way, i) <= column_way_begin(&way, i - 1) + width);
        }
    }
}

static void
neighbours_share_four_characters_where_there_is_room(void **state)
{
    (void)state;
    assert_int_equal(column_way_overlap(25), 4);
    assert_int_equal(column_way_overlap(8), 4);
    assert_int_equal(column_way_overlap(7), 3);
    assert_int_equal(column_way_overlap(1), 0);
}

static void
slices_grow_up_to_what_a_statement_holds(void **state)
{
    struct column_way way = { .kind = WAY_SLICES, .slice_width = 10, .slice_count = 3 };
    size_t steps = 0;

    (void)state;
    while (column_way_grow(&way, false))
        steps++;
    assert_int_equal(way.slice_count, COLUMN_WAY_SLICES_MAX);
    assert_in_range(steps, 8, 10);
}

static void
finer_slices_reach_as_far_and_are_never_cut(void **state)
{
    struct column_way way = { .kind = WAY_SLICES, .slice_width = 100, .slice_count = 4 };
    size_t reach = column_way_begin(&way, way.slice_count - 1);

    (void)state;
    assert_true(column_way_grow(&way, true));
    assert_int_equal(way.slice_width, 25);
    assert_true(column_way_begin(&way, way.slice_count - 1) >= reach);
    while (column_way_grow(&way, true))
        assert_true(way.slice_width > 1);
}

static void
what_is_no_slice_does_not_grow(void **state)
{
    struct column_way cast = { .kind = WAY_CAST, .slice_count = 1 };

    (void)state;
    assert_false(column_way_grow(&cast, false));
    assert_false(column_way_grow(&cast, true));
    assert_int_equal(column_way_expressions(&cast), 1);
    assert_int_equal(column_way_expressions(&(struct column_way){ .kind = WAY_LEFT_OUT }), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_has_a_word_that_leads_back_to_it),
        cmocka_unit_test(so_many_slices_reach_beyond_a_value),
        cmocka_unit_test(neighbours_share_four_characters_where_there_is_room),
        cmocka_unit_test(slices_grow_up_to_what_a_statement_holds),
        cmocka_unit_test(finer_slices_reach_as_far_and_are_never_cut),
        cmocka_unit_test(what_is_no_slice_does_not_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
