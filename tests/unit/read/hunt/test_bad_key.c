#include "read/hunt/bad_key.h"

#include "../../../support/trial.h"
#include "../../cmocka_all.h"

#include <string.h>

enum { ROWS = 300 };

static struct trial trial;

static int
set_up(void **state)
{
    (void)state;
    trial_init(&trial, 2);
    trial.is_ordered = true;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_BEST;
    fake_table_fill(&trial.table, ROWS);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    trial_release(&trial);
    return 0;
}

// The table has another key then, or none: no row is lost, and none is taken for another.
static void
a_column_of_the_key_that_does_not_come_is_left_out_whoever_names_it(void **state)
{
    const enum fake_value ways[] = { FAKE_UNREADABLE, FAKE_NAMED };

    (void)state;
    for (size_t way = 0; way < 2; way++) {
        for (size_t column = 0; column < 2; column++) {
            trial_damage(&trial, 149, column, ways[way]);
            assert_false(trial_run(&trial));
            assert_int_equal(trial.err.retry, RETRY_BY_OTHER_WAY);
            assert_int_equal(hunt_wish(trial.hunt).kind, WISH_LEFT_OUT);
            assert_int_equal(hunt_wish(trial.hunt).column, column);
            memset(trial.table.rows[149].states, 0, sizeof trial.table.rows[149].states);
        }
    }
}

static void
a_table_with_row_ids_is_read_by_them(void **state)
{
    (void)state;
    trial.source.base.identity.product = "OpenEdge";
    trial_damage(&trial, 149, 0, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_ALL);
    assert_int_equal(trial.row_count, ROWS);
}

static void
by_another_setting_it_fails_its_table(void **state)
{
    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_QUARANTINE;
    trial_damage(&trial, 149, 0, FAKE_NAMED);
    assert_false(trial_run(&trial));
    assert_int_equal(trial.err.retry, RETRY_NEVER);
    assert_non_null(strstr(trial.err.hint, "part of the key"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_column_of_the_key_that_does_not_come_is_left_out_whoever_names_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_with_row_ids_is_read_by_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(by_another_setting_it_fails_its_table, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
