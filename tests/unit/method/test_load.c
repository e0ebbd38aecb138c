#include "method/load.h"

#include "../../support/job_case.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 7, FINGERPRINT = 11, MANY = 1000000 };
static void
forget_mirror(void)
{
    job.mirror.rows.row_count = 0;
    job.mirror.place = FAKE_NOWHERE;
    job.table.table.row_estimate = ROWS; // so it is read in any order
    job.mirror.record = (struct table_record){
        .source_schema = "", .source_table = "t", .target_table = "t", .state = TABLE_STATE_PENDING
    };
    fake_job_begin(&job);
}

// So large that it is read in key order, and committed after each batch.
static void
be_large(void)
{
    job.table.table.row_estimate = MANY;
    job.tick_ms = 6000;
}

static bool
load(void)
{
    return load_table(&job.task, &job.table.table, FINGERPRINT, &job.record, &job.result, &job.err);
}

static void
assert_loaded(void)
{
    char source[200];

    if (!load())
        fail_msg("%s", job.err.message);
    (void)snprintf(source, sizeof source, "%s", fake_job_source(&job));
    assert_string_equal(fake_job_mirror(&job), source);
    assert_int_equal(job.mirror.place, FAKE_IN_PLACE);
    assert_int_equal(job.record.content.row_count, job.table.row_count);
    assert_int_equal(job.mirror.record.content.row_count, job.table.row_count);
    assert_false(job.mirror.is_in_transaction);
}

static void
assert_not_in_place(enum error_kind kind)
{
    assert_false(load());
    assert_int_equal(job.err.kind, kind);
    assert_int_not_equal(job.mirror.place, FAKE_IN_PLACE);
    assert_false(job.mirror.is_in_transaction);
    error_clear(&job.err);
}

// ---- whole -------------------------------------------------------------------------------------

static void
a_small_table_is_loaded_in_one_transaction(void **state)
{
    (void)state;
    assert_loaded();
    assert_int_equal(job.mirror.writes, 1);
    assert_int_equal(job.record.state, TABLE_STATE_DONE);
    assert_int_equal(job.mirror.result.rows_inserted, ROWS);
}

static void
a_table_without_rows_is_made_all_the_same(void **state)
{
    (void)state;
    job.table.row_count = 0;
    assert_loaded();
    job_start_again(0);
    job.table.row_count = 0;
    assert_loaded();
}

static void
a_large_table_is_staged_part_by_part_and_then_put_into_its_place(void **state)
{
    (void)state;
    be_large();
    assert_loaded();
    assert_in_range(job.mirror.writes, 3, ROWS + 2);
    assert_int_equal(job.record.state, TABLE_STATE_DONE);
    assert_int_equal(job.record.staging.parts.count, 0);
}

static void
equal_rows_without_a_key_all_arrive(void **state)
{
    (void)state;
    job_start_again(0);
    (void)fake_table_add(&job.table, "0001 a b");
    (void)fake_table_add(&job.table, "0001 a b");
    assert_loaded();
}

static void
what_somebody_else_made_is_not_replaced(void **state)
{
    (void)state;
    job.mirror.place = FAKE_IN_PLACE;
    assert_false(load());
    assert_int_equal(job.err.kind, ERROR_TABLE);
    assert_non_null(strstr(job.err.message, "exists already"));
    assert_int_equal(job.source.statements, 0);
}

// ---- what fails --------------------------------------------------------------------------------

static void
a_small_table_whose_connection_is_lost_at_any_fetch_is_not_there(void **state)
{
    (void)state;
    for (size_t at = 1; at <= 4; at++) {
        job_start_again(1);
        job.source.fails_at_fetch = at;
        (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
        assert_not_in_place(ERROR_SOURCE);
        assert_int_equal(job.mirror.place, FAKE_NOWHERE);
        fake_job_begin(&job);
        assert_loaded();
    }
}

static void
a_large_table_whose_connection_is_lost_goes_on_where_it_was(void **state)
{
    (void)state;
    for (size_t at = 3; at <= 4; at++) {
        job_start_again(1);
        be_large();
        job.source.fails_at_fetch = at;
        (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
        assert_not_in_place(ERROR_SOURCE);
        assert_int_equal(job.mirror.place, FAKE_STAGED);
        assert_int_equal(
            job.mirror.record.staging.parts.parts[0].row_count, job.mirror.rows.row_count);
        job.table.rows[0].values[1] = "new"; // behind the position: the comparison finds it
        fake_job_begin(&job);
        assert_true(load());
        assert_int_equal(job.mirror.place, FAKE_IN_PLACE);
        assert_int_equal(job.record.content.row_count, ROWS);
        assert_non_null(strstr(fake_job_mirror(&job), "0001 new b"));
    }
}

static void
a_value_that_cannot_be_read_is_null_wherever_its_row_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < JOB_PLACES; i++) {
        job_start_again(1);
        be_large();
        job.table.rows[job_place(i)].states[2] = FAKE_UNREADABLE;
        if (!load())
            fail_msg("%s", job.err.message);
        assert_int_equal(job.mirror.rows.row_count, ROWS);
        assert_null(job.mirror.rows.rows[job_place(i)].values[2]);
        assert_int_equal(job.mirror.quarantined, 1);
        assert_int_equal(job.mirror.result.values_quarantined, 1);
    }
}

static void
a_failure_of_postgresql_at_any_step_leaves_no_table_in_the_place(void **state)
{
    static const enum fake_step steps[] = { FAKE_SEND, FAKE_RECORD, FAKE_COMMIT };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof steps / sizeof steps[0]; i++) {
        job_start_again(1);
        if (i % 2 == 1)
            be_large();
        job.mirror.fails_at = steps[i / 2];
        assert_not_in_place(ERROR_TARGET);
        fake_job_begin(&job);
        assert_loaded();
    }
}

static void
a_table_that_cannot_be_put_into_its_place_stays_staged(void **state)
{
    (void)state;
    be_large();
    job.mirror.fails_at = FAKE_MOVE; // into the staging schema: at the first commit
    assert_not_in_place(ERROR_TARGET);
    fake_job_begin(&job);
    assert_loaded();
}

// ---- what moves --------------------------------------------------------------------------------

static void
a_row_that_was_met_twice_has_the_table_loaded_once_more(void **state)
{
    (void)state;
    fake_job_show_twice(&job, "0002 moved b");
    assert_false(load());
    assert_int_equal(job.err.retry, RETRY_LATER);
    assert_int_equal(job.mirror.place, FAKE_NOWHERE);
    error_clear(&job.err);
    fake_job_begin(&job);
    assert_loaded();
}

// Whoever watches a silent source stops the run.
static void
stop_the_run(struct fake_job *stopped)
{
    stopped->is_cancelled = stopped->mirror.writes > 0;
}

static void
a_run_that_is_stopped_keeps_what_it_has_staged(void **state)
{
    (void)state;
    be_large();
    job.ticked = stop_the_run;
    assert_not_in_place(ERROR_CANCELLED);
    assert_int_equal(job.mirror.place, FAKE_STAGED);
    assert_int_equal(job.mirror.record.staging.parts.parts[0].row_count, job.mirror.rows.row_count);
    job.ticked = NULL;
    job.is_cancelled = false;
    fake_job_begin(&job);
    assert_loaded();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(a_small_table_is_loaded_in_one_transaction),
        JOB_TEST(a_table_without_rows_is_made_all_the_same),
        JOB_TEST(a_large_table_is_staged_part_by_part_and_then_put_into_its_place),
        JOB_TEST(equal_rows_without_a_key_all_arrive),
        JOB_TEST(what_somebody_else_made_is_not_replaced),
        JOB_TEST(a_small_table_whose_connection_is_lost_at_any_fetch_is_not_there),
        JOB_TEST(a_large_table_whose_connection_is_lost_goes_on_where_it_was),
        JOB_TEST(a_value_that_cannot_be_read_is_null_wherever_its_row_stands),
        JOB_TEST(a_failure_of_postgresql_at_any_step_leaves_no_table_in_the_place),
        JOB_TEST(a_table_that_cannot_be_put_into_its_place_stays_staged),
        JOB_TEST(a_row_that_was_met_twice_has_the_table_loaded_once_more),
        JOB_TEST(a_run_that_is_stopped_keeps_what_it_has_staged),
    };

    job_case_init(ROWS, forget_mirror);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
