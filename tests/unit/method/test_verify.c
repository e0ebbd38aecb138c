#include "method/verify.h"

#include "../../support/fake_job.h"
#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 5 };
static const size_t places[] = { 0, 2, ROWS - 1 };
enum { PLACES = sizeof places / sizeof places[0] };

static struct fake_job job;

static int
set_up(void **state)
{
    (void)state;
    fake_job_init(&job, 1, ROWS);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    return fake_job_release(&job);
}

static void
start_again(size_t key_count)
{
    assert_int_equal(fake_job_release(&job), 0);
    fake_job_init(&job, key_count, ROWS);
}

static bool
verify(void)
{
    struct verification verification;

    return verify_table(&job.task, &job.table.table, &verification, &job.err);
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
    for (size_t i = 0; i < PLACES; i++) {
        start_again(1);
        job.table.rows[places[i]].values[1] = "new";
        assert_found(0, 1, 0);
        assert_told(
            "DIFFERENT: 1 changed, 0 missing in the mirror, 0 only in the mirror, of 5 rows");
        start_again(1);
        fake_job_remove(&job.mirror.rows, places[i]);
        assert_found(1, 0, 0);
        start_again(1);
        fake_job_remove(&job.table, places[i]);
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
    start_again(1);
    job.settings.mirror.verify_values = true;
    job.table.rows[2].values[1] = "new";
    assert_found(0, 1, 0);
    assert_told("changed  id=\"0003\": one source \"new\" mirror \"a\"");
}

static void
equal_rows_without_a_key_are_counted(void **state)
{
    (void)state;
    start_again(0);
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
        start_again(1);
        job.source.block = 1;
        job.source.fails_at_fetch = at;
        (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
        assert_false(verify());
        assert_int_equal(job.err.kind, ERROR_SOURCE);
        assert_int_equal(job.mirror.writes, 0);
        assert_int_equal(job.output.size, 0);
    }
}

// Whoever watches a silent source stops the run; its statement ends then.
static void
stop_the_run(struct fake_source *source, const struct read_request *request)
{
    atomic_bool *is_cancelled = source->context;

    (void)request;
    *is_cancelled = true;
}

static void
a_run_that_is_stopped_says_nothing_of_the_table(void **state)
{
    (void)state;
    job.source.before = stop_the_run;
    job.source.context = &job.is_cancelled;
    assert_false(verify());
    assert_int_equal(job.err.kind, ERROR_CANCELLED);
    assert_int_equal(job.output.size, 0);
    assert_int_equal(job.mirror.writes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_sides_are_told_and_recorded),
        TEST(what_differs_is_counted_wherever_it_stands),
        TEST(without_values_the_columns_that_differ_are_told_and_with_them_the_rows),
        TEST(equal_rows_without_a_key_are_counted),
        TEST(a_row_that_is_equal_when_it_is_asked_for_again_was_moving),
        TEST(a_mirror_that_changes_all_the_time_is_no_equal_one),
        TEST(a_table_that_is_not_there_is_different),
        TEST(a_connection_that_is_lost_at_any_fetch_records_nothing),
        TEST(a_run_that_is_stopped_says_nothing_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
