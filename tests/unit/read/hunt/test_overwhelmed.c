#include "read/hunt/overwhelmed.h"

#include "../../../support/trial.h"
#include "../../cmocka_all.h"

#include <string.h>

static struct trial trial;

static int
set_up(void **state)
{
    (void)state;
    trial_init(&trial, 1);
    trial.is_ordered = true;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_BEST;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    trial_release(&trial);
    return 0;
}

// Values that no way leads past: nobody says that they are too wide.
static void
damage(size_t first, size_t count, size_t step)
{
    for (size_t row = first; row < first + count; row += step)
        trial_damage(&trial, row, 2, FAKE_NAMED);
}

static void
assert_c_is_left_out(void)
{
    assert_false(trial_run(&trial));
    assert_int_equal(trial.err.retry, RETRY_BY_OTHER_WAY);
    assert_int_equal(hunt_wish(trial.hunt).kind, WISH_LEFT_OUT);
    assert_int_equal(hunt_wish(trial.hunt).column, 2);
}

static void
a_column_without_a_good_value_is_left_out_after_few_statements(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2000);
    damage(0, 2000, 1);
    assert_c_is_left_out();
    assert_in_range(trial.source.statements, 1, 45);
}

// Column b has as many bad values, and good ones at the end.
static void
a_column_that_is_good_elsewhere_does_not_hide_one_that_is_not(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2000);
    damage(0, 2000, 1);
    for (size_t row = 0; row < 1900; row++)
        trial_damage(&trial, row, 1, FAKE_NAMED);
    assert_c_is_left_out();
    assert_in_range(trial.source.statements, 1, 90);
}

// The last rows are as good as those of another program.
static void
good_values_at_the_end_alone_do_not_keep_up_the_search(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2000);
    damage(0, 1900, 1);
    assert_c_is_left_out();
    assert_in_range(trial.source.statements, 1, 200);
}

static void
one_import_of_bad_values_takes_no_good_one(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2000);
    damage(0, 100, 1);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.told_count, 100);
    assert_int_equal(trial.row_count, 2000);
}

static void
bad_values_all_over_a_table_are_left_out_when_the_search_costs_too_much(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 4000);
    damage(0, 4000, 5);
    assert_c_is_left_out();
    assert_in_range(trial.source.statements, 900, 1200);
}

static void
few_bad_values_are_told_row_by_row(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2000);
    damage(3, 1900, 400);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.told_count, 5);
}

static void
without_a_key_a_sample_of_rows_decides(void **state)
{
    (void)state;
    trial.table.table.key = NULL;
    trial.is_ordered = false;
    trial.source.base.identity.product = "OpenEdge";
    fake_table_fill(&trial.table, 1000);
    damage(0, 1000, 1);
    assert_c_is_left_out();
    assert_in_range(trial.source.statements, 1, 80);
}

static void
spend_all(struct fake_source *source, const struct read_request *request)
{
    (void)source;
    (void)request;
    trial.hunt->workaround.query_count = 100000;
}

// Fewer rows than a sample has, and no statement left: the others are looked at all the same.
static void
a_bad_row_among_few_that_are_read_by_ids_takes_no_good_one(void **state)
{
    (void)state;
    trial.table.table.key = NULL;
    trial.is_ordered = false;
    trial.source.base.identity.product = "OpenEdge";
    trial.source.before = spend_all;
    fake_table_fill(&trial.table, 5);
    damage(2, 1, 1);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 5);
    assert_string_equal(trial_told(&trial), "c unreadable ROWID 3");
}

static void
two_bad_rows_among_few_that_are_read_by_ids_do(void **state)
{
    (void)state;
    trial.table.table.key = NULL;
    trial.is_ordered = false;
    trial.source.base.identity.product = "OpenEdge";
    trial.source.before = spend_all;
    fake_table_fill(&trial.table, 5);
    damage(2, 2, 1);
    assert_c_is_left_out();
}

static void
other_settings_leave_no_column_out(void **state)
{
    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_QUARANTINE;
    fake_table_fill(&trial.table, 500);
    damage(0, 500, 1);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 500);
}

static void
a_first_value_that_is_too_wide_asks_for_another_way(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 50);
    trial_damage(&trial, 30, 2, FAKE_TOO_WIDE);
    assert_false(trial_run(&trial));
    assert_int_equal(trial.err.retry, RETRY_BY_OTHER_WAY);
    assert_int_equal(hunt_wish(trial.hunt).kind, WISH_PAST_WIDTH);
    assert_int_equal(hunt_wish(trial.hunt).column, 2);
}

static void
a_key_that_is_too_wide_does_too(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 50);
    trial_damage(&trial, 30, 0, FAKE_TOO_WIDE);
    assert_false(trial_run(&trial));
    assert_int_equal(hunt_wish(trial.hunt).kind, WISH_PAST_WIDTH);
    assert_int_equal(hunt_wish(trial.hunt).column, 0);
}

static void
a_column_that_was_tried_is_read_row_by_row(void **state)
{
    static const struct column_way rows = { .kind = WAY_ROWS };

    (void)state;
    fake_table_fill(&trial.table, 50);
    trial.table.columns[2].way = &rows;
    trial_damage(&trial, 30, 2, FAKE_TOO_WIDE);
    assert_true(trial_run(&trial));
    assert_string_equal(trial_told(&trial), "c too_wide 0031");
}

static void
a_column_that_is_left_out_is_told_once(void **state)
{
    static const struct column_way left_out = { .kind = WAY_LEFT_OUT };

    (void)state;
    fake_table_fill(&trial.table, 50);
    trial.table.columns[2].way = &left_out;
    damage(0, 50, 1);
    assert_true(trial_run(&trial));
    assert_string_equal(trial_told(&trial), "c not_read 50");
    assert_int_equal(trial.row_count, 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_column_without_a_good_value_is_left_out_after_few_statements),
        TEST(a_column_that_is_good_elsewhere_does_not_hide_one_that_is_not),
        TEST(good_values_at_the_end_alone_do_not_keep_up_the_search),
        TEST(one_import_of_bad_values_takes_no_good_one),
        TEST(bad_values_all_over_a_table_are_left_out_when_the_search_costs_too_much),
        TEST(few_bad_values_are_told_row_by_row),
        TEST(without_a_key_a_sample_of_rows_decides),
        TEST(a_bad_row_among_few_that_are_read_by_ids_takes_no_good_one),
        TEST(two_bad_rows_among_few_that_are_read_by_ids_do),
        TEST(other_settings_leave_no_column_out),
        TEST(a_first_value_that_is_too_wide_asks_for_another_way),
        TEST(a_key_that_is_too_wide_does_too),
        TEST(a_column_that_was_tried_is_read_row_by_row),
        TEST(a_column_that_is_left_out_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
