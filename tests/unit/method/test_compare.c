#include "method/compare.h"

#include "../../support/job_case.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 5 };

static bool
compare(void)
{
    return compare_table(&job.task, &job.table.table, &job.record, &job.result, &job.err);
}

static void
assert_done(int64_t inserted, int64_t updated, int64_t deleted)
{
    if (!compare())
        fail_msg("%s", job.err.message);
    assert_int_equal(job.mirror.result.rows_inserted, inserted);
    assert_int_equal(job.mirror.result.rows_updated, updated);
    assert_int_equal(job.mirror.result.rows_deleted, deleted);
    assert_int_equal(job.mirror.record.content.row_count, job.mirror.rows.row_count);
    assert_int_equal(job.mirror.writes, 1);
}

// In any order: a changed row is written anew.
static void
assert_equal_sides(void)
{
    assert_int_equal(job.mirror.rows.row_count, job.table.row_count);
    for (size_t r = 0; r < job.table.row_count; r++) {
        const struct fake_row *row = &job.table.rows[r];
        size_t k = 0;

        while (k < job.mirror.rows.row_count &&
               strcmp(job.mirror.rows.rows[k].values[0], row->values[0]) != 0)
            k++;
        assert_in_range(k, 0, job.mirror.rows.row_count - 1);
        assert_string_equal(job.mirror.rows.rows[k].values[1], row->values[1]);
    }
}

static void
assert_nothing_written(enum error_kind kind)
{
    char before[200];

    (void)snprintf(before, sizeof before, "%s", fake_job_mirror(&job));
    assert_false(compare());
    assert_int_equal(job.err.kind, kind);
    assert_string_equal(fake_job_mirror(&job), before);
    assert_int_equal(job.mirror.writes, 0);
    job.mirror.is_in_transaction = false; // the caller rolls back
}

// ---- what differs ------------------------------------------------------------------------------

static void
equal_sides_are_recorded_and_nothing_is_written(void **state)
{
    (void)state;
    assert_done(0, 0, 0);
    assert_int_equal(job.mirror.result.rows_read, ROWS);
    assert_equal_sides();
}

static void
a_changed_row_is_written_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * JOB_PLACES; i++) {
        job_start_again(1);
        job.mirror.is_large = i >= JOB_PLACES;
        job.table.rows[job_place(i % JOB_PLACES)].values[1] = "new";
        assert_done(0, 1, 0);
        assert_equal_sides();
    }
}

static void
a_row_that_the_mirror_lacks_is_added_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < JOB_PLACES; i++) {
        job_start_again(1);
        fake_job_remove(&job.mirror.rows, job_place(i));
        assert_done(1, 0, 0);
        assert_equal_sides();
    }
}

static void
a_row_that_is_gone_is_removed_wherever_it_stood(void **state)
{
    (void)state;
    for (size_t i = 0; i < JOB_PLACES; i++) {
        job_start_again(1);
        fake_job_remove(&job.table, job_place(i));
        assert_done(0, 0, 1);
        assert_equal_sides();
    }
}

static void
all_that_differs_goes_in_one_transaction(void **state)
{
    (void)state;
    job.table.rows[1].values[2] = "new";
    fake_job_remove(&job.table, 3);
    (void)fake_table_add(&job.table, "0009 a b");
    assert_done(1, 1, 1);
    assert_equal_sides();
}

static void
equal_rows_without_a_key_are_counted_not_merged(void **state)
{
    (void)state;
    job_start_again(0);
    (void)fake_table_add(&job.table, "0001 a b");
    (void)fake_table_add(&job.table, "0001 a b");
    assert_done(2, 0, 0);
    job_start_again(0);
    (void)fake_table_add(&job.mirror.rows, "0001 a b");
    assert_done(0, 0, 1);
    assert_int_equal(job.mirror.rows.row_count, ROWS);
}

static void
without_a_key_a_row_goes_only_when_two_scans_miss_it(void **state)
{
    (void)state;
    fake_job_remove(&job.table, 2);
    assert_done(0, 0, 1);
    assert_int_equal(job.mirror.comparisons, 2);
}

// ---- what moves --------------------------------------------------------------------------------

// A row that the read missed is there when it is asked for.
static void
come_back(struct fake_source *source, const struct read_request *request)
{
    if (request == NULL || request->part != KEY_PART_EQUAL)
        return;
    source->before = NULL;
    (void)fake_table_add(source->table, "0003 a b");
}

static void
a_row_that_moved_while_it_was_looked_for_is_not_removed(void **state)
{
    (void)state;
    fake_job_remove(&job.table, 2);
    job.source.before = come_back;
    assert_done(0, 0, 0);
    assert_int_equal(job.mirror.comparisons, 2);
}

static void
a_row_that_was_read_twice_is_not_doubled(void **state)
{
    (void)state;
    fake_job_show_twice(&job, "0002 moved b");
    assert_done(0, 0, 0);
    assert_equal_sides();
}

static void
a_mirror_that_changes_meanwhile_is_compared_again_and_given_up_in_the_end(void **state)
{
    (void)state;
    job.table.rows[0].values[1] = "new";
    job.mirror.changes = 2;
    assert_done(0, 1, 0);
    assert_int_equal(job.mirror.comparisons, 3);
    job_start_again(1);
    job.table.rows[0].values[1] = "new";
    job.mirror.changes = 3;
    assert_nothing_written(ERROR_TABLE);
    assert_non_null(strstr(job.err.message, "changed in each of 3 comparisons"));
}

// ---- what fails --------------------------------------------------------------------------------

static void
a_value_that_cannot_be_read_is_null_and_in_quarantine_wherever_its_row_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < JOB_PLACES; i++) {
        const struct fake_row *row;

        job_start_again(1);
        job.table.rows[job_place(i)].states[2] = FAKE_UNREADABLE;
        // A read in no order leads to no row: it is asked for once more, by the key.
        assert_false(compare());
        assert_int_equal(job.err.retry, RETRY_IN_ORDER);
        assert_int_equal(job.mirror.writes, 0);
        error_clear(&job.err);
        job.task.effort.is_ordered = true;
        assert_done(0, 1, 0);
        assert_int_equal(job.mirror.quarantined, 1);
        row = &job.mirror.rows.rows[ROWS - 1];
        assert_string_equal(row->values[0], job.table.rows[job_place(i)].values[0]);
        assert_null(row->values[2]);
    }
}

static void
a_connection_that_is_lost_at_any_fetch_leaves_the_mirror_as_it_was(void **state)
{
    (void)state;
    for (size_t at = 1; at <= ROWS; at += 2) {
        job_start_again(1);
        job.table.rows[0].values[1] = job.table.rows[ROWS - 1].values[1] = "new";
        job_lose_source(at);
        assert_nothing_written(ERROR_SOURCE);
    }
}

static void
a_failure_of_the_mirror_at_any_step_is_told_as_it_is(void **state)
{
    static const enum fake_step steps[] = { FAKE_READ_MIRROR, FAKE_SEND, FAKE_PAIR, FAKE_APPLY };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        job_start_again(1);
        job.table.rows[2].values[1] = "new";
        job.mirror.fails_at = steps[i];
        assert_nothing_written(ERROR_TARGET);
        assert_int_equal(job.err.side, ERROR_SIDE_TARGET);
    }
}

static void
what_cannot_be_recorded_is_not_committed(void **state)
{
    static const enum fake_step steps[] = { FAKE_RECORD, FAKE_COMMIT };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        job_start_again(1);
        job.table.rows[2].values[1] = "new";
        job.mirror.fails_at = steps[i];
        assert_false(compare());
        assert_int_equal(job.err.kind, ERROR_TARGET);
        assert_int_equal(job.mirror.writes, 0);
        job.mirror.is_in_transaction = false;
    }
}

static void
a_silent_source_whose_run_is_stopped_leaves_the_mirror_as_it_was(void **state)
{
    (void)state;
    job.table.rows[2].values[1] = "new";
    job_stop_at_statement();
    assert_nothing_written(ERROR_CANCELLED);
}

// ---- the brake ---------------------------------------------------------------------------------

static void
more_rows_gone_than_the_brake_allows_stay(void **state)
{
    (void)state;
    job.table.row_count = 2; // 3 of 5: more than 2 rows and 50 %
    assert_nothing_written(ERROR_BRAKE);
    assert_non_null(strstr(job.err.hint, "--allow-delete"));
}

static void
a_source_without_rows_removes_none(void **state)
{
    (void)state;
    job.settings.mirror.max_delete_percent = 100;
    job.table.row_count = 0;
    assert_nothing_written(ERROR_BRAKE);
}

static void
rows_gone_within_the_brake_go(void **state)
{
    (void)state;
    job.table.row_count = 3;
    assert_done(0, 0, 2);
    assert_equal_sides();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(equal_sides_are_recorded_and_nothing_is_written),
        JOB_TEST(a_changed_row_is_written_wherever_it_stands),
        JOB_TEST(a_row_that_the_mirror_lacks_is_added_wherever_it_stands),
        JOB_TEST(a_row_that_is_gone_is_removed_wherever_it_stood),
        JOB_TEST(all_that_differs_goes_in_one_transaction),
        JOB_TEST_KEYLESS(equal_rows_without_a_key_are_counted_not_merged),
        JOB_TEST_KEYLESS(without_a_key_a_row_goes_only_when_two_scans_miss_it),
        JOB_TEST(a_row_that_moved_while_it_was_looked_for_is_not_removed),
        JOB_TEST(a_row_that_was_read_twice_is_not_doubled),
        JOB_TEST(a_mirror_that_changes_meanwhile_is_compared_again_and_given_up_in_the_end),
        JOB_TEST(a_value_that_cannot_be_read_is_null_and_in_quarantine_wherever_its_row_stands),
        JOB_TEST(a_connection_that_is_lost_at_any_fetch_leaves_the_mirror_as_it_was),
        JOB_TEST(a_failure_of_the_mirror_at_any_step_is_told_as_it_is),
        JOB_TEST(what_cannot_be_recorded_is_not_committed),
        JOB_TEST(a_silent_source_whose_run_is_stopped_leaves_the_mirror_as_it_was),
        JOB_TEST(more_rows_gone_than_the_brake_allows_stay),
        JOB_TEST(a_source_without_rows_removes_none),
        JOB_TEST(rows_gone_within_the_brake_go),
    };

    job_case_init(ROWS, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
