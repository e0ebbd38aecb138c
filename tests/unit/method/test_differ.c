#include "method/differ.h"

#include "../../support/job_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5, FETCHES_MAX = 100 };

// All ways end in the same differences.
enum way { BY_SET, BY_KEY, BY_WHOLE, WAYS };

static struct differ differ;
static bool is_current;

static void
take(enum way way)
{
    job.mirror.is_large = way != BY_SET;
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

static bool
run(void)
{
    error_clear(&job.err);
    return differ_run(&differ, &is_current, &job.err);
}

static void
release(void)
{
    differ_release(&differ);
    assert_false(job.mirror.is_copying);
    assert_false(job.mirror.is_in_transaction);
    assert_int_equal(job.source.open_cursors, 0);
}

static void
assert_counts(int64_t to_insert, int64_t to_update, int64_t to_delete)
{
    char before[200];

    (void)snprintf(before, sizeof before, "%s", fake_job_mirror(&job));
    if (!run())
        fail_msg("%s", job.err.message);
    assert_true(is_current);
    assert_int_equal(differ.found.counts.to_insert, to_insert);
    assert_int_equal(differ.found.counts.to_update, to_update);
    assert_int_equal(differ.found.counts.to_delete, to_delete);
    assert_string_equal(fake_job_mirror(&job), before);
    assert_int_equal(job.mirror.writes, 0);
}

static void
assert_fails(enum error_kind kind)
{
    assert_false(run());
    assert_int_equal(job.err.kind, kind);
    release();
    assert_int_equal(job.mirror.writes, 0);
}

// One row of each kind of difference.
static void
differ_in_all(void)
{
    job.table.rows[0].values[1] = "new";
    fake_job_remove(&job.table, 2);
    (void)fake_table_add(&job.table, "0009 a b");
}

// ---- what differs ------------------------------------------------------------------------------

static void
every_way_finds_nothing_where_sides_are_equal(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        start_again(way);
        assert_counts(0, 0, 0);
        assert_int_equal(differ.found.mirror_rows, ROWS);
        assert_int_equal(differ_outcome(&differ).rows_read, ROWS);
        release();
    }
}

static void
every_way_finds_the_same_differences_and_writes_none(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        start_again(way);
        differ_in_all();
        assert_counts(1, 1, 1);
        assert_int_equal(differ.is_by_key, way == BY_KEY);
        assert_int_equal(differ_outcome(&differ).rows_read, ROWS);
        release();
    }
}

static void
of_a_part_only_its_rows_are_read_and_missed(void **state)
{
    struct cell last = fake_cell("0003");
    struct part part = { .number = 1,
        .rows = { .kind = KEY_PART_NOT_NULL, .up_to = { .values = &last, .count = 1 } } };
    const struct part_list only = { .parts = &part, .count = 1 };

    (void)state;
    take(BY_SET);
    job.mirror.rows.row_count = 3;
    job.table.rows[4].values[1] = "new";
    differ.only = &only;
    assert_counts(0, 0, 0);
    assert_int_equal(differ_outcome(&differ).rows_read, 3);
    assert_int_equal(part.outcome.rows_read, 0); // the caller's is left alone
    release();
}

static void
without_a_key_what_only_one_of_two_reads_missed_is_kept(void **state)
{
    (void)state;
    take(BY_SET);
    fake_job_remove(&job.table, 2);
    assert_counts(0, 0, 1);
    assert_true(comparison_remember_gone(differ.comparison, &job.err));
    release();
    (void)fake_table_add(&job.table, "0003 a b");
    fake_job_remove(&job.table, 0);
    take(BY_SET);
    differ.is_second = true;
    assert_counts(0, 0, 0);
    assert_int_equal(differ.found.kept, 1);
    release();
}

static void
a_mirror_that_changed_meanwhile_makes_the_counts_worth_nothing(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        start_again(way);
        differ_in_all();
        job.mirror.changes = 1;
        assert_true(run());
        assert_false(is_current);
        release();
        take(way);
        assert_counts(1, 1, 1);
        release();
    }
}

#ifdef OE2PG_FAULT_POINTS
static void
where_too_much_differs_to_be_asked_for_the_next_read_is_a_whole_one(void **state)
{
    (void)state;
    assert_int_equal(setenv("OE2PG_TEST_ASKED_ROWS", "1", 1), 0);
    take(BY_KEY);
    differ_in_all();
    assert_true(run());
    assert_false(is_current);
    assert_true(differ.is_whole);
    assert_int_equal(unsetenv("OE2PG_TEST_ASKED_ROWS"), 0);
    release();
}
#endif

static void
a_value_that_cannot_be_read_is_compared_as_null_and_kept_for_quarantine(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        for (size_t i = 0; i < JOB_PLACES; i++) {
            start_again(way);
            job.table.rows[job_place(i)].states[2] = FAKE_UNREADABLE;
            job.task.effort.is_ordered = true;
            assert_counts(0, 1, 0);
            assert_int_equal(job.mirror.quarantined, 0); // that is for who writes
            assert_non_null(differ.sender.quarantine.first);
            release();
        }
    }
}

// ---- what quarantine knows ---------------------------------------------------------------------

static uint64_t
digest_of(const struct fake_row *row)
{
    static const struct digest_kind unseeded = { .is_fallback = false };
    struct cell cells[FAKE_COLUMNS_MAX];

    for (size_t i = 0; i < job.table.table.column_count; i++)
        cells[i] = fake_cell(row->values[i]);
    return digest_row(&unseeded, &job.table.table, cells);
}

static void
a_row_that_postgresql_is_known_to_refuse_is_left_out_again(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        uint64_t known;

        start_again(way);
        known = digest_of(&job.table.rows[1]);
        fake_job_remove(&job.mirror.rows, 1);
        job.mirror.known_rows = &known;
        job.mirror.known_row_count = 1;
        assert_counts(0, 0, 0);
        assert_true(differ.known.rows[0].met_by > 0);
        assert_int_equal(differ_outcome(&differ).rows_known, 1);
        release();
    }
}

static void
a_known_row_is_tried_again_where_all_is_and_where_it_changed(void **state)
{
    uint64_t known = digest_of(&job.table.rows[1]);

    (void)state;
    take(BY_SET);
    fake_job_remove(&job.mirror.rows, 1);
    job.mirror.known_rows = &known;
    job.mirror.known_row_count = 1;
    job.settings.mirror.full_sync = true;
    assert_counts(1, 0, 0);
    assert_false(differ.known.rows[0].met_by > 0);
    release();
    job.settings.mirror.full_sync = false;
    job.table.rows[1].values[1] = "new";
    take(BY_SET);
    assert_counts(1, 0, 0);
    assert_false(differ.known.rows[0].met_by > 0);
    release();
}

// Three equal rows, of which PostgreSQL took the first and refused the others.
static void
of_equal_rows_as_many_are_left_out_as_were_refused(void **state)
{
    static const enum way ways[] = { BY_SET, BY_WHOLE };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        uint64_t known[2];

        job_start_again(0);
        (void)fake_table_add(&job.table, "0001 a b");
        (void)fake_table_add(&job.table, "0001 a b");
        known[0] = known[1] = digest_of(&job.table.rows[0]);
        job.mirror.known_rows = known;
        job.mirror.known_row_count = 2;
        take(ways[i]);
        assert_counts(0, 0, 0);
        assert_true(differ.known.rows[0].met_by > 0 && differ.known.rows[1].met_by > 0);
        release();
    }
}

// One of them is mirrored. Which was refused is known by digest alone: against a set the first was
// struck off; without one, who has no entry is a candidate, and PostgreSQL finds its equal.
static void
more_equal_rows_than_were_refused_are_left_out_against_a_set_alone(void **state)
{
    uint64_t known = digest_of(&job.table.rows[0]);

    (void)state;
    (void)fake_table_add(&job.table, "0001 a b");
    (void)fake_table_add(&job.table, "0001 a b");
    job.mirror.known_rows = &known;
    job.mirror.known_row_count = 1;
    take(BY_SET);
    assert_counts(0, 0, 0);
    assert_int_equal(differ_outcome(&differ).rows_known, 2);
    release();
    take(BY_WHOLE);
    assert_counts(1, 0, 0);
    assert_int_equal(differ_outcome(&differ).rows_known, 1);
    release();
}

// ---- what fails --------------------------------------------------------------------------------

static void
a_source_that_is_lost_at_any_fetch_leaves_nothing_open_and_can_be_read_again(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        size_t fetch = 1;

        for (;; fetch++) {
            assert_in_range(fetch, 1, FETCHES_MAX);
            start_again(way);
            differ_in_all();
            job_lose_source(fetch);
            if (run())
                break;
            assert_int_equal(job.err.kind, ERROR_SOURCE);
            release();
            take(way);
            assert_counts(1, 1, 1);
            release();
        }
        assert_in_range(fetch, ROWS, FETCHES_MAX);
        release();
    }
}

static void
a_source_that_is_lost_between_two_reads_fails_the_second(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        start_again(way);
        job.mirror.changes = 1;
        assert_true(run());
        assert_false(is_current);
        release();
        job.source.fails_at_statement = job.source.statements + 1;
        (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
        take(way);
        assert_fails(ERROR_SOURCE);
    }
}

static void
a_target_that_is_lost_at_any_step_leaves_nothing_open(void **state)
{
    static const enum fake_step steps[] = { FAKE_READ_MIRROR, FAKE_SEND, FAKE_PAIR };

    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            start_again(way);
            differ_in_all();
            job.mirror.fails_at = steps[i];
            assert_fails(ERROR_TARGET);
            assert_int_equal(job.err.side, ERROR_SIDE_TARGET);
            assert_int_equal(job.err.retry, RETRY_LATER);
        }
    }
}

static void
a_run_that_is_stopped_ends_the_read(void **state)
{
    (void)state;
    for (enum way way = BY_SET; way < WAYS; way++) {
        start_again(way);
        job_stop_at_statement();
        assert_fails(ERROR_CANCELLED);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(every_way_finds_nothing_where_sides_are_equal),
        JOB_TEST(every_way_finds_the_same_differences_and_writes_none),
        JOB_TEST(of_a_part_only_its_rows_are_read_and_missed),
        JOB_TEST_KEYLESS(without_a_key_what_only_one_of_two_reads_missed_is_kept),
        JOB_TEST(a_mirror_that_changed_meanwhile_makes_the_counts_worth_nothing),
#ifdef OE2PG_FAULT_POINTS
        JOB_TEST(where_too_much_differs_to_be_asked_for_the_next_read_is_a_whole_one),
#endif
        JOB_TEST(a_value_that_cannot_be_read_is_compared_as_null_and_kept_for_quarantine),
        JOB_TEST(a_row_that_postgresql_is_known_to_refuse_is_left_out_again),
        JOB_TEST(a_known_row_is_tried_again_where_all_is_and_where_it_changed),
        JOB_TEST_KEYLESS(more_equal_rows_than_were_refused_are_left_out_against_a_set_alone),
        JOB_TEST_KEYLESS(of_equal_rows_as_many_are_left_out_as_were_refused),
        JOB_TEST(a_source_that_is_lost_at_any_fetch_leaves_nothing_open_and_can_be_read_again),
        JOB_TEST(a_source_that_is_lost_between_two_reads_fails_the_second),
        JOB_TEST(a_target_that_is_lost_at_any_step_leaves_nothing_open),
        JOB_TEST(a_run_that_is_stopped_ends_the_read),
    };

    job_case_init(ROWS, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
