#include "method/verify.h"

#include "../../support/job_case.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 5 };

static bool
verify(void)
{
    struct outcome outcome = { .report = NULL };
    bool done = verify_table(&job.task, &job.table.table, &outcome, &job.err);

    outcome_release(&outcome);
    return done;
}

// What is told and recorded; and that nothing of the mirror changed.
static void
assert_found(int64_t missing, int64_t changed, int64_t surplus)
{
    const struct verification *found = &job.mirror.verification;
    char before[200];

    (void)snprintf(before, sizeof before, "%s", fake_job_mirror(&job));
    if (!verify())
        fail_msg("%s", job.err.message);
    assert_int_equal(found->missing, missing);
    assert_int_equal(found->changed, changed);
    assert_int_equal(found->surplus, surplus);
    assert_int_equal(found->is_equal, missing + changed + surplus == 0);
    assert_int_equal(job.mirror.writes, 1);
    assert_int_equal(job.mirror.quarantined, 0);
    assert_string_equal(fake_job_mirror(&job), before);
}

static void
assert_told(const char *words)
{
    if (strstr(buffer_text(&job.output), words) == NULL)
        fail_msg("not told: %s; but: %s", words, buffer_text(&job.output));
}

static void
equal_sides_are_told_and_recorded(void **state)
{
    (void)state;
    assert_found(0, 0, 0);
    assert_told("t: equal, 5 rows");
}

static void
what_differs_is_counted_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < JOB_PLACES; i++) {
        job_start_again(1);
        job.table.rows[job_place(i)].values[1] = "new";
        assert_found(0, 1, 0);
        assert_told(
            "DIFFERENT: 1 changed, 0 missing in the mirror, 0 only in the mirror, of 5 rows");
        job_start_again(1);
        fake_job_remove(&job.mirror.rows, job_place(i));
        assert_found(1, 0, 0);
        job_start_again(1);
        fake_job_remove(&job.table, job_place(i));
        assert_found(0, 0, 1);
    }
}

static void
without_values_the_columns_that_differ_are_told_and_with_them_the_rows(void **state)
{
    (void)state;
    job.table.rows[2].values[1] = "new";
    assert_found(0, 1, 0);
    assert_told("changed in 1 of them: one (1)");
    assert_null(strstr(buffer_text(&job.output), "0003"));
    job_start_again(1);
    job.settings.mirror.verify_values = true;
    job.table.rows[2].values[1] = "new";
    assert_found(0, 1, 0);
    assert_told("changed  id=\"0003\": one source \"new\" mirror \"a\"");
}

static void
equal_rows_without_a_key_are_counted(void **state)
{
    (void)state;
    job_start_again(0);
    (void)fake_table_add(&job.table, "0001 a b");
    assert_found(1, 0, 0);
    assert_told("not to be told, for the table has no key");
}

// The row comes to be as the mirror has it.
static void
settle(struct fake_job *asleep)
{
    asleep->table.rows[2].values[1] = "a";
}

static void
a_row_that_is_equal_when_it_is_asked_for_again_was_moving(void **state)
{
    (void)state;
    job.table.rows[2].values[1] = "new";
    job.asleep = settle;
    assert_found(0, 0, 0);
    assert_int_equal(job.mirror.verification.moving, 1);
    assert_told("(1 more were moving)");
}

static void
a_mirror_that_changes_all_the_time_is_no_equal_one(void **state)
{
    (void)state;
    job.mirror.changes = 3;
    assert_false(verify());
    assert_int_equal(job.err.kind, ERROR_TABLE);
    assert_int_equal(job.mirror.writes, 0);
}

static void
a_table_that_is_not_there_is_different(void **state)
{
    (void)state;
    job.mirror.place = FAKE_NOWHERE;
    assert_true(verify());
    assert_told("there is no such table in the mirror");
    assert_int_equal(job.source.statements, 0);
}

static void
a_connection_that_is_lost_at_any_fetch_records_nothing(void **state)
{
    (void)state;
    for (size_t at = 1; at <= ROWS; at += 2) {
        job_start_again(1);
        job_lose_source(at);
        assert_false(verify());
        assert_int_equal(job.err.kind, ERROR_SOURCE);
        assert_int_equal(job.mirror.writes, 0);
        assert_int_equal(job.output.size, 0);
    }
}

static void
a_run_that_is_stopped_says_nothing_of_the_table(void **state)
{
    (void)state;
    job_stop_at_statement();
    assert_false(verify());
    assert_int_equal(job.err.kind, ERROR_CANCELLED);
    assert_int_equal(job.output.size, 0);
    assert_int_equal(job.mirror.writes, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(equal_sides_are_told_and_recorded),
        JOB_TEST(what_differs_is_counted_wherever_it_stands),
        JOB_TEST(without_values_the_columns_that_differ_are_told_and_with_them_the_rows),
        JOB_TEST(equal_rows_without_a_key_are_counted),
        JOB_TEST(a_row_that_is_equal_when_it_is_asked_for_again_was_moving),
        JOB_TEST(a_mirror_that_changes_all_the_time_is_no_equal_one),
        JOB_TEST(a_table_that_is_not_there_is_different),
        JOB_TEST(a_connection_that_is_lost_at_any_fetch_records_nothing),
        JOB_TEST(a_run_that_is_stopped_says_nothing_of_the_table),
    };

    job_case_init(ROWS, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
