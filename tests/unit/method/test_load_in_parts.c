// A first load of a table in several parts, each staged, and what is left of it after a failure.
#include "method/load.h"

#include "../../support/fake_job.h"
#include "../cmocka_all.h"
#include "read/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 9, PART_ROWS = 3, PARTS = 4, FINGERPRINT = 11, TICK_MS = 6000 };

static struct fake_job job;

static void
begin(size_t key_count)
{
    fake_job_init(&job, key_count, ROWS);
    job.mirror.rows.row_count = 0;
    job.mirror.place = FAKE_NOWHERE;
    job.mirror.record = (struct table_record){
        .source_schema = "", .source_table = "t", .target_table = "t", .state = TABLE_STATE_PENDING
    };
    job.tick_ms = TICK_MS; // each batch is committed
    fake_job_begin(&job);
}

// Another attempt, as a worker begins it.
static void
begin_again(void)
{
    error_clear(&job.err);
    job.result = (struct table_result){ 0 };
    fake_job_begin(&job);
}

static int
set_up(void **state)
{
    (void)state;
    assert_int_equal(setenv("OE2PG_TEST_PART_ROWS", "3", 1), 0);
    begin(2);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unsetenv("OE2PG_TEST_PART_ROWS");
    return fake_job_release(&job);
}

static bool
load(void)
{
    return load_table(&job.task, &job.table.table, FINGERPRINT, &job.record, &job.result, &job.err);
}

// By their order in the key: a part with NULLs is read last.
static void
assert_loaded(const char *rows)
{
    if (!load())
        fail_msg("%s", job.err.message);
    assert_string_equal(fake_job_mirror(&job), rows);
    assert_int_equal(job.mirror.place, FAKE_IN_PLACE);
    assert_int_equal(job.record.content.row_count, job.table.row_count);
    assert_int_equal(job.mirror.result.rows_read, job.table.row_count);
    assert_int_equal(job.mirror.result.rows_inserted, job.table.row_count);
    assert_int_equal(job.record.staging.parts.count, 0);
}

static void
fail_at_fetch(size_t fetch)
{
    job.source.fails_at_fetch = fetch;
    job.source.fetches = 0;
    (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
    job.source.failure.retry = RETRY_LATER;
}

// Waiting, begun and done parts, a letter each.
static const char *
states(void)
{
    static char letters[FAKE_MIRROR_ROWS_MAX];
    const struct part_list *parts = &job.mirror.record.staging.parts;

    for (size_t i = 0; i < parts->count; i++)
        letters[i] = "wbd"[parts->parts[i].state];
    letters[parts->count] = '\0';
    return letters;
}

static void
skip_without_parts(void)
{
    if (!split_is_wanted())
        skip(); // a build without fault points
}

// Fails as late as it takes until the parts are left in these states.
static void
fail_with(const char *wanted, void (*prepare)(void))
{
    for (size_t at = 1; strcmp(states(), wanted) != 0; at++) {
        assert_int_equal(fake_job_release(&job), 0);
        begin(2);
        if (prepare != NULL)
            prepare();
        fail_at_fetch(at);
        if (load())
            fail_msg("it ended before the parts were %s", wanted);
        begin_again();
    }
}

static void
all_parts_are_read_and_each_row_is_counted_once(void **state)
{
    (void)state;
    skip_without_parts();
    assert_loaded(strdupa(fake_job_source(&job)));
    assert_int_equal(job.mirror.record.state, TABLE_STATE_DONE);
}

static void
after_a_failure_at_any_fetch_no_row_that_was_staged_is_read_again(void **state)
{
    size_t at = 0;

    (void)state;
    skip_without_parts();
    for (;;) {
        assert_int_equal(fake_job_release(&job), 0);
        begin(2);
        fail_at_fetch(++at);
        if (load())
            break;
        assert_int_equal(part_list_rows(&job.mirror.record.staging.parts),
            job.mirror.place == FAKE_STAGED ? job.mirror.rows.row_count : 0);
        begin_again();
        assert_loaded(strdupa(fake_job_source(&job)));
        assert_int_equal(job.task.counters.row_count, ROWS);
    }
    assert_in_range(at, 2 * PARTS, 100);
}

static void
what_is_recorded_is_gone_on_with_whatever_would_be_cut_now(void **state)
{
    (void)state;
    skip_without_parts();
    fail_with("dbww", NULL);
    assert_int_equal(setenv("OE2PG_TEST_PART_ROWS", "2", 1), 0);
    for (size_t at = 1; strcmp(states(), "ddbw") != 0; at++) {
        fail_at_fetch(at);
        assert_false(load());
        assert_int_equal(job.mirror.record.staging.parts.count, PARTS);
        begin_again();
    }
    assert_loaded(strdupa(fake_job_source(&job)));
}

static void
parts_of_a_table_that_has_another_shape_are_dropped(void **state)
{
    (void)state;
    skip_without_parts();
    fail_with("dbww", NULL);
    job.record.shape.fingerprint++;
    assert_loaded(strdupa(fake_job_source(&job)));
    assert_false(job.record.content.was_resumed);
}

static void
have_a_null(void)
{
    job.table.columns[1].is_nullable = true;
    job.table.rows[4].values[1] = NULL;
}

static void
rows_with_a_null_in_their_key_are_a_part_of_their_own(void **state)
{
    (void)state;
    skip_without_parts();
    fail_with("dddw", have_a_null);
    assert_loaded(
        "0001 a b|0002 a b|0003 a b|0004 a b|0006 a b|0007 a b|0008 a b|0009 a b|0005 ~ b");
}

// By both columns of the key, and by the second one alone.
static void
be_backward(void)
{
    job.table.key.descending = 3;
    for (size_t i = 0; i < ROWS / 2; i++) {
        struct fake_row row = job.table.rows[i];

        job.table.rows[i] = job.table.rows[ROWS - 1 - i];
        job.table.rows[ROWS - 1 - i] = row;
    }
}

static void
have_pairs(void)
{
    static const char *const pairs[ROWS][2] = { { "a", "3" }, { "a", "2" }, { "a", "1" },
        { "b", "2" }, { "b", "1" }, { "c", "9" }, { "c", "8" }, { "c", "7" }, { "c", "6" } };

    job.table.key.descending = 2;
    for (size_t i = 0; i < ROWS; i++) {
        job.table.rows[i].values[0] = pairs[i][0];
        job.table.rows[i].values[1] = pairs[i][1];
    }
}

static void
keys_from_large_to_small_are_cut_and_gone_on_with_alike(void **state)
{
    static const char *const left[] = { "bwww", "dbww", "ddww", "dddw" };

    (void)state;
    skip_without_parts();
    for (size_t i = 0; i < 2 * sizeof left / sizeof left[0]; i++) {
        fail_with(left[i / 2], i % 2 == 0 ? be_backward : have_pairs);
        assert_loaded(strdupa(fake_job_source(&job)));
    }
}

// Nothing is committed before the second part is read: the first one is whole all the same.
static void
commit_late(struct fake_job *late)
{
    late->now_ms += late->result.rows_read > PART_ROWS ? TICK_MS : 0;
}

static void
be_quick(void)
{
    job.tick_ms = 0;
    job.ticked = commit_late;
}

static void
parts_that_ended_before_the_first_commit_are_done_with_it(void **state)
{
    (void)state;
    skip_without_parts();
    fail_with("dbww", be_quick);
    assert_int_equal(job.mirror.writes, 1);
    assert_loaded(strdupa(fake_job_source(&job)));
}

// Whoever stops the run does so after some commits.
static void
stop_after_some(struct fake_job *stopped)
{
    stopped->is_cancelled = stopped->mirror.writes >= 3;
}

static void
a_run_that_is_stopped_keeps_the_parts_it_has_staged(void **state)
{
    (void)state;
    skip_without_parts();
    job.ticked = stop_after_some;
    assert_false(load());
    assert_int_equal(job.err.kind, ERROR_CANCELLED);
    assert_int_equal(part_list_rows(&job.mirror.record.staging.parts), job.mirror.rows.row_count);
    job.ticked = NULL;
    job.is_cancelled = false;
    begin_again();
    assert_loaded(strdupa(fake_job_source(&job)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_parts_are_read_and_each_row_is_counted_once),
        TEST(after_a_failure_at_any_fetch_no_row_that_was_staged_is_read_again),
        TEST(what_is_recorded_is_gone_on_with_whatever_would_be_cut_now),
        TEST(parts_of_a_table_that_has_another_shape_are_dropped),
        TEST(rows_with_a_null_in_their_key_are_a_part_of_their_own),
        TEST(keys_from_large_to_small_are_cut_and_gone_on_with_alike),
        TEST(a_run_that_is_stopped_keeps_the_parts_it_has_staged),
        TEST(parts_that_ended_before_the_first_commit_are_done_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
