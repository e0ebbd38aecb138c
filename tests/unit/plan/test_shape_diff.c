#include "plan/shape_diff.h"

#include "../cmocka_all.h"

static void
new_and_gone_columns_are_told_from_peoples_own(void **state)
{
    struct column columns[] = { { .target_name = "id" }, { .target_name = "phone" } };
    const struct table table = { .columns = columns, .column_count = 2 };
    const char *const mirrored_names[] = { "id", "fax", "telex" };
    const char *const present_names[] = { "id", "fax", "note_of_the_people", "note" };
    const char *const stale_names[] = { "phone", "telex", "note" };
    const struct shape_before before = { { mirrored_names, 3 }, { stale_names, 3 } };
    const struct name_list present = { present_names, 4 };
    struct shape_diff diff;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    shape_diff_make(&arena, &table, &before, &present, false, &diff);
    assert_int_equal(diff.added_count, 1);
    assert_string_equal(diff.added[0]->target_name, "phone");
    assert_int_equal(diff.left_count, 1); // telex is not there any more: nothing to be done
    assert_string_equal(diff.left[0], "fax");
    assert_int_equal(diff.stale_count, 1); // phone is in the source again
    assert_string_equal(diff.stale[0], "note");
    arena_release(&arena);
}

static void
what_is_excluded_is_left_where_what_is_gone_is_dropped(void **state)
{
    struct column columns[] = { { .target_name = "id" } };
    const char *const excluded[] = { "secret", "older_secret" };
    const struct table table = {
        .columns = columns, .column_count = 1, .excluded = excluded, .excluded_count = 2
    };
    const char *const mirrored_names[] = { "id", "fax", "secret" };
    const char *const stale_names[] = { "telex", "older_secret" };
    const char *const present_names[] = { "id", "fax", "secret", "telex", "older_secret" };
    const struct shape_before before = { { mirrored_names, 3 }, { stale_names, 2 } };
    const struct name_list present = { present_names, 5 };
    struct shape_diff diff;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    shape_diff_make(&arena, &table, &before, &present, true, &diff);
    assert_int_equal(diff.dropped_count, 2);
    assert_string_equal(diff.dropped[0], "fax");
    assert_string_equal(diff.dropped[1], "telex");
    assert_int_equal(diff.left_count, 1);
    assert_string_equal(diff.left[0], "secret");
    assert_int_equal(diff.stale_count, 1);
    assert_string_equal(diff.stale[0], "older_secret");
    arena_release(&arena);
}

static void
the_same_shape_has_no_difference(void **state)
{
    struct column columns[] = { { .target_name = "id" } };
    const struct table table = { .columns = columns, .column_count = 1 };
    const char *const names[] = { "id" };
    const struct name_list list = { names, 1 };
    const struct shape_before before = { .mirrored = list };
    struct shape_diff diff;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    shape_diff_make(&arena, &table, &before, &list, true, &diff);
    assert_int_equal(diff.added_count, 0);
    assert_int_equal(diff.left_count, 0);
    assert_int_equal(diff.dropped_count, 0);
    assert_int_equal(diff.stale_count, 0);
    arena_release(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_gone_columns_are_told_from_peoples_own),
        cmocka_unit_test(what_is_excluded_is_left_where_what_is_gone_is_dropped),
        cmocka_unit_test(the_same_shape_has_no_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
