// A comparison that reads its source in several parts: one that fails is read again by itself, and
// the differences are those of a read that did not fail.
#include "method/differ.h"

#include "../../support/job_case.h"
#include "base/fault.h"
#include "read/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 9, PART_ROWS = 3, PARTS = 4, FETCHES_MAX = 200, TRIES_MAX = 3 };

// All ways end in the same differences.
enum way { BY_SET, BY_KEY, BY_WHOLE, WAYS };

static struct differ differ;
static bool is_current;
static int tries;      // of parts that failed
static size_t rearms;  // the fetch after each of them that fails, too; 0: none does
static int fails_left; // as often as that

// What a worker does, without its pauses.
static bool
try_part(struct task *task, struct error *err)
{
    assert_int_equal(err->retry, RETRY_LATER);
    assert_int_equal(job.source.open_cursors, 0);
    assert_int_not_equal(task->effort.part, 0);
    if (tries == TRIES_MAX)
        return false;
    tries++;
    job.source.fails_at_fetch = rearms > 0 && --fails_left > 0 ? job.source.fetches + rearms : 0;
    error_clear(err);
    return true;
}

static void
take(enum way way)
{
    job.mirror.is_large = way != BY_SET;
    job.task.try_part = try_part;
    tries = 0;
    rearms = 0;
    fails_left = FETCHES_MAX;
    differ = (struct differ){ .task = &job.task,
        .schema = "mirror",
        .table = &job.table.table,
        .is_whole = way == BY_WHOLE };
}

static void
start_again(enum way way)
{
    job_start_again(1);
    take(way);
}

static int
set_up(void **state)
{
    assert_int_equal(setenv("OE2PG_TEST_PART_ROWS", "3", 1), 0);
    return job_set_up(state);
}

static int
tear_down(void **state)
{
    (void)unsetenv("OE2PG_TEST_PART_ROWS");
    return job_tear_down(state);
}

static void
skip_without_parts(void)
{
    if (!split_is_wanted())
        skip(); // a build without fault points
}

static void
fail_at_fetch(size_t fetch)
{
    job.source.fails_at_fetch = fetch;
    job.source.fetches = 0;
    (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
    job.source.failure.side = ERROR_SIDE_SOURCE;
    job.source.failure.retry = RETRY_LATER;
}

static void
release(void)
{
    differ_release(&differ);
    assert_false(job.mirror.is_copying);
    assert_false(job.mirror.is_in_transaction);
    assert_int_equal(job.source.open_cursors, 0);
}

// A row of each kind of difference, in the first part, a middle one, and the last.
static void
differ_in_all(void)
{
    job.table.rows[0].values[1] = "new";
    fake_job_remove(&job.mirror.rows, 4);
    fake_job_remove(&job.table, 6);
    (void)fake_table_add(&job.table, "0010 a b");
}

static bool
run(void)
{
    error_clear(&job.err);
    return differ_run(&differ, &is_current, &job.err);
}

static void
assert_found(int64_t to_insert, int64_t to_update, int64_t to_delete)
{
    if (!run())
        fail_msg("%s", job.err.message);
    assert_true(is_current);
    assert_int_equal(differ.found.counts.to_insert, to_insert);
    assert_int_equal(differ.found.counts.to_update, to_update);
    assert_int_equal(differ.found.counts.to_delete, to_delete);
    assert_int_equal(differ_outcome(&differ).rows_read, job.table.row_count);
    assert_int_equal(job.task.counters.row_count, job.table.row_count);
    assert_int_equal(job.mirror.writes, 0);
}

// Before the first part is begun nothing is taken back: that failure is the attempt's.
static bool
failed_before_the_parts(void)
{
    if (run())
        return false;
    assert_int_equal(tries, 0);
    assert_int_equal(job.task.effort.part, 0);
    return true;
}

static size_t
fetches_for_bounds(enum way way)
{
    size_t fetch = 1;

    for (;; fetch++) {
        bool failed;

        start_again(way);
        fail_at_fetch(fetch);
        failed = failed_before_the_parts();
        release();
        if (!failed)
            return fetch;
    }
}

// Rows that are asked for again by their key come behind the parts.
static size_t
fetches_of_all(enum way way)
{
    size_t fetches;

    start_again(way);
    job.source.fetches = 0;
    assert_found(0, 0, 0);
    fetches = job.source.fetches;
    release();
    return fetches;
}

static void
every_way_finds_the_same_whichever_fetch_fails(void **state)
{
    (void)state;
    skip_without_parts();
    for (enum way way = BY_SET; way < WAYS; way++) {
        size_t first = fetches_for_bounds(way);
        size_t last = fetches_of_all(way);

        assert_in_range(last, first + 2 * PARTS, FETCHES_MAX);
        for (size_t fetch = first; fetch <= last; fetch++) {
            start_again(way);
            differ_in_all();
            fail_at_fetch(fetch);
            assert_found(2, 1, 1);
            release();
        }
    }
}

static void
a_part_that_fails_twice_is_read_a_third_time_and_the_others_once(void **state)
{
    size_t fetch;

    (void)state;
    skip_without_parts();
    fetch = fetches_for_bounds(BY_SET) + 4;
    for (tries = 0; tries != 2; fetch++) {
        start_again(BY_SET);
        differ_in_all();
        fail_at_fetch(fetch);
        rearms = 3;
        fails_left = 2;
        assert_found(2, 1, 1);
        release();
    }
}

static void
parts_that_are_done_are_not_read_again(void **state)
{
    size_t last;

    (void)state;
    skip_without_parts();
    last = fetches_of_all(BY_SET);
    for (size_t fetch = fetches_for_bounds(BY_SET); fetch <= last; fetch++) {
        int64_t reads = 0;

        start_again(BY_SET);
        fail_at_fetch(fetch);
        assert_found(0, 0, 0);
        for (size_t i = 0; i < differ.found.parts.count; i++)
            reads += differ.found.parts.parts[i].outcome.reads;
        assert_int_equal(differ.found.parts.count, PARTS);
        assert_int_equal(reads, PARTS + tries);
        release();
    }
}

static void
a_part_that_goes_on_failing_fails_the_comparison(void **state)
{
    size_t fetch;

    (void)state;
    skip_without_parts();
    fetch = fetches_for_bounds(BY_SET) + 3;
    start_again(BY_SET);
    fail_at_fetch(fetch);
    rearms = 1;
    assert_false(run());
    assert_int_equal(tries, TRIES_MAX);
    assert_int_equal(job.err.kind, ERROR_SOURCE);
    release();
    assert_int_equal(job.mirror.writes, 0);
}

static void
what_cannot_be_taken_back_fails_the_comparison(void **state)
{
    size_t fetch;

    (void)state;
    skip_without_parts();
    fetch = fetches_for_bounds(BY_SET) + 3;
    start_again(BY_SET);
    fail_at_fetch(fetch);
    job.mirror.fails_at = FAKE_TAKE_BACK;
    assert_false(run());
    assert_int_equal(job.err.kind, ERROR_TARGET);
    release();
}

// The table is read in another way then, not the part alone.
static void
what_another_way_of_reading_helps_is_no_business_of_the_part(void **state)
{
    static const enum error_retry ways[] = { RETRY_NEVER, RETRY_AT_ONCE, RETRY_WITH_ROOM,
        RETRY_IN_ORDER, RETRY_BY_OTHER_KEY };
    size_t fetch;

    (void)state;
    skip_without_parts();
    fetch = fetches_for_bounds(BY_SET) + 3;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        start_again(BY_SET);
        fail_at_fetch(fetch);
        job.source.failure.retry = ways[i];
        assert_false(run());
        assert_int_equal(tries, 0);
        release();
    }
    start_again(BY_SET);
    fail_at_fetch(fetch);
    job.task.try_part = NULL; // nobody who would try
    assert_false(run());
    release();
}

// The mirror has rows twice that were doubled there.
// They are not counted by part.
static void
a_comparison_that_met_exceptions_is_not_repeated_by_parts(void **state)
{
    struct exceptions exceptions;
    size_t fetch;

    (void)state;
    skip_without_parts();
    fetch = fetches_for_bounds(BY_SET) + 3;
    exceptions_init(&exceptions, false);
    for (int met = 0; met < 2; met++) {
        start_again(BY_SET);
        differ.exceptions = &exceptions;
        exceptions.looked_up = met;
        fail_at_fetch(fetch);
        assert_int_equal(run(), met == 0);
        assert_int_equal(tries, met == 0);
        release();
    }
    exceptions_release(&exceptions);
}

static void
equal_rows_of_two_parts_are_counted_not_merged(void **state)
{
    size_t last;

    (void)state;
    skip_without_parts();
    last = fetches_of_all(BY_SET);
    for (size_t fetch = fetches_for_bounds(BY_SET); fetch <= last; fetch++) {
        start_again(BY_SET);
        (void)fake_table_add(&job.mirror.rows, "0002 a b");
        (void)fake_table_add(&job.mirror.rows, "0005 a b");
        fail_at_fetch(fetch);
        assert_found(0, 0, 2);
        release();
    }
}

static void
rows_that_are_known_to_be_refused_are_left_out_once(void **state)
{
    const struct digest_kind unseeded = { .is_fallback = false };
    static uint64_t digest;

    (void)state;
    skip_without_parts();
    for (enum way way = BY_SET; way < WAYS; way++) {
        size_t last = fetches_of_all(way);

        for (size_t fetch = fetches_for_bounds(way); fetch <= last; fetch++) {
            struct cell row[3];

            start_again(way);
            for (size_t i = 0; i < 3; i++)
                row[i] = fake_cell(job.table.rows[4].values[i]);
            digest = digest_row(&unseeded, &job.table.table, row);
            job.mirror.known_rows = &digest;
            job.mirror.known_row_count = 1;
            fake_job_remove(&job.mirror.rows, 4);
            fail_at_fetch(fetch);
            assert_found(0, 0, 0);
            assert_int_equal(differ_outcome(&differ).rows_known, 1);
            release();
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_way_finds_the_same_whichever_fetch_fails),
        TEST(a_part_that_fails_twice_is_read_a_third_time_and_the_others_once),
        TEST(parts_that_are_done_are_not_read_again),
        TEST(a_part_that_goes_on_failing_fails_the_comparison),
        TEST(what_cannot_be_taken_back_fails_the_comparison),
        TEST(what_another_way_of_reading_helps_is_no_business_of_the_part),
        TEST(a_comparison_that_met_exceptions_is_not_repeated_by_parts),
        TEST(equal_rows_of_two_parts_are_counted_not_merged),
        TEST(rows_that_are_known_to_be_refused_are_left_out_once),
    };

    job_case_init(ROWS, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
