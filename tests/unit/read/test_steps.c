// What is asked of a source, besides rows, by a read that is cut and looks for bad values.
#include "read/steps.h"

#include "../../support/trial.h"
#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 300 };

static struct trial trial;
static size_t backward_count;
static size_t failing_count; // the count that fails for a value; 0: none

static void
watch(struct fake_source *source, const struct read_request *request)
{
    backward_count += request->is_backward;
    if (request->is_count && source->counts == failing_count)
        source->fails_at_fetch = source->fetches + 1;
}

// A read that is cut behind each batch, by a key of which nobody knows the order.
static int
set_up(void **state)
{
    (void)state;
    trial_init(&trial, 1);
    trial.table.columns[0].order = ORDER_UNPROVED;
    trial.is_ordered = trial.proves_order = true;
    trial.limits.max_transaction_s = 0;
    trial.source.before = watch;
    backward_count = failing_count = 0;
    fake_table_fill(&trial.table, ROWS);
    (void)error_set(&trial.source.failure, ERROR_TABLE, "a value is damaged");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    trial_release(&trial);
    return 0;
}

static void
damage_each(size_t distance, size_t column)
{
    for (size_t r = distance - 1; r < ROWS; r += distance)
        trial.table.rows[r].states[column] = FAKE_TOO_WIDE;
}

static void
mend_all(void)
{
    for (size_t r = 0; r < ROWS; r++)
        memset(trial.table.rows[r].states, 0, sizeof trial.table.rows[r].states);
}

// ---- how often ----------------------------------------------------------------------------------

static void
an_order_is_proved_once_however_many_values_are_looked_for(void **state)
{
    (void)state;
    damage_each(30, 2);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, ROWS);
    assert_int_equal(trial.told_count, ROWS / 30);
    assert_int_equal(trial.attempts, 1);
    assert_int_equal(
        trial.source.counts, 3);         // at the first cut, then and at the end the whole part
    assert_int_equal(backward_count, 2); // before the read began, and behind the first count
}

static void
pages_of_a_driver_that_keeps_results_prove_it_once(void **state)
{
    (void)state;
    trial.source.base.buffers_results = true;
    trial.limits.page_bytes = 200;
    damage_each(50, 2);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, ROWS);
    assert_int_equal(trial.source.counts, 3);
    assert_int_equal(backward_count, 2); // before the read began, and behind the first count
}

// ---- counts that fail for a value ---------------------------------------------------------------

// Wherever in the part it is.
static void
a_key_that_is_not_counted_for_a_value_leads_to_row_ids(void **state)
{
    static const size_t places[] = { 0, 1, 99, 100, 150, ROWS - 1 };

    (void)state;
    trial.source.base.identity.product = "OpenEdge";
    trial.source.counts_values = true;
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
            mend_all();
            damage_each(30, 2);
            trial.table.rows[places[p]].states[0] = (enum fake_value)how;
            trial.hunt->workaround.row_ids = ROW_IDS_UNUSED;
            trial.attempts = trial.source.counts = 0;
            assert_true(trial_run(&trial));
            assert_int_equal(trial.attempts, 2);
            assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_ALL);
            assert_int_equal(trial.row_count, ROWS);
            assert_int_equal(trial.told_count, ROWS / 30 + 1);
            assert_in_range(trial.source.counts, 0, 3);
        }
    }
}

// That at the cut, the whole part, and that at the end.
static void
each_count_may_fail_for_a_value(void **state)
{
    (void)state;
    trial.source.base.identity.product = "OpenEdge";
    for (failing_count = 1; failing_count <= 3; failing_count++) {
        trial.hunt->workaround.row_ids = ROW_IDS_UNUSED;
        trial.attempts = trial.source.counts = 0;
        assert_true(trial_run(&trial));
        assert_int_equal(trial.attempts, 2);
        assert_int_equal(trial.source.counts, failing_count);
        assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_ALL);
        assert_int_equal(trial.row_count, ROWS);
    }
}

// It says nothing about the order, and the table cannot be read by another key either.
static void
a_value_that_is_too_wide_to_be_counted_fails_a_table_without_row_ids(void **state)
{
    (void)state;
    trial.source.counts_values = true;
    trial.table.rows[150].states[0] = FAKE_TOO_WIDE;
    assert_false(trial_run(&trial));
    assert_int_equal(trial.err.kind, ERROR_DATA);
    assert_int_equal(trial.err.retry, RETRY_NEVER);
    assert_non_null(strstr(trial.err.message, "Column a"));
    assert_non_null(strstr(trial.err.hint, "part of the key"));
}

static void
what_else_is_not_counted_condemns_a_key_without_row_ids(void **state)
{
    (void)state;
    for (failing_count = 1; failing_count <= 3; failing_count++) {
        trial.source.counts = 0;
        assert_false(trial_run(&trial));
        assert_int_equal(trial.source.counts, failing_count);
        assert_int_equal(trial.err.retry, RETRY_BY_OTHER_KEY);
    }
}

static void
a_connection_that_is_lost_at_a_count_says_nothing_about_the_key(void **state)
{
    (void)state;
    (void)error_set(&trial.source.failure, ERROR_SOURCE, "gone");
    trial.source.failure.retry = RETRY_LATER;
    for (failing_count = 1; failing_count <= 3; failing_count++) {
        trial.source.counts = 0;
        assert_false(trial_run(&trial));
        assert_int_equal(trial.err.kind, ERROR_SOURCE);
        assert_int_equal(trial.err.retry, RETRY_LATER);
        assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_UNUSED);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_order_is_proved_once_however_many_values_are_looked_for),
        TEST(pages_of_a_driver_that_keeps_results_prove_it_once),
        TEST(a_key_that_is_not_counted_for_a_value_leads_to_row_ids),
        TEST(each_count_may_fail_for_a_value),
        TEST(a_value_that_is_too_wide_to_be_counted_fails_a_table_without_row_ids),
        TEST(what_else_is_not_counted_condemns_a_key_without_row_ids),
        TEST(a_connection_that_is_lost_at_a_count_says_nothing_about_the_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
