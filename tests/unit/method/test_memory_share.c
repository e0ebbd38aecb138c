#include "method/memory_share.h"
#include "target/copy_encode.h"

#include "../cmocka_all.h"

enum { MEBIBYTE = 1024 * 1024 };

static struct memory_gate gate;

static struct memory_share
make_share(int memory_mb, size_t jobs)
{
    struct settings settings = { .mirror = { .memory_mb = memory_mb, .batch_size = 500 },
        .source = { .max_transaction_s = 30 } };
    struct memory_share share;

    memory_gate_init(&gate);
    memory_share_init(&share, &settings, jobs, &gate);
    return share;
}

// From the smallest that the configuration takes.
static const int sizes_mb[] = { 64, 65, 96, 128, 256, 512, 1024, 4096, 65536 };
static const size_t job_counts[] = { 1, 2, 3, 4, 8, 16, 64 };

enum {
    SIZES = sizeof sizes_mb / sizeof sizes_mb[0],
    JOB_COUNTS = sizeof job_counts / sizeof job_counts[0],
};

static void
memory_that_is_too_small_for_any_job_is_enough_for_one(void **state)
{
    (void)state;
    for (int mb = 0; mb < 12; mb++)
        assert_int_equal(memory_share_jobs(mb), 1);
}

static void
the_memory_that_jobs_need_is_enough_for_them_and_no_less_is(void **state)
{
    (void)state;
    for (size_t jobs = 2; jobs <= 200; jobs++) {
        assert_int_equal(memory_share_jobs(memory_share_for(jobs)), jobs);
        assert_true(memory_share_jobs(memory_share_for(jobs) - 1) < jobs);
    }
}

// What each job may hold at a time while none is behind the gate.
static void
shares_together_stay_within_the_memory(void **state)
{
    (void)state;
    for (size_t m = 0; m < SIZES; m++) {
        for (size_t j = 0; j < JOB_COUNTS; j++) {
            struct memory_share share = make_share(sizes_mb[m], job_counts[j]);
            size_t all = (size_t)sizes_mb[m] * MEBIBYTE;
            size_t each = share.map_bytes + 2 * share.limits.batch_bytes + share.limits.page_bytes +
                          (share.is_tight ? 0 : share.value_budget);

            if (memory_share_jobs(sizes_mb[m]) < job_counts[j])
                continue; // so many are never run
            assert_true(each * job_counts[j] <= all);
            assert_true(share.large_budget <= all);
        }
    }
}

static void
no_share_is_nothing(void **state)
{
    (void)state;
    for (size_t m = 0; m < SIZES; m++) {
        for (size_t j = 0; j < JOB_COUNTS; j++) {
            struct memory_share share = make_share(sizes_mb[m], job_counts[j]);

            assert_true(share.limits.batch_bytes >= 64 * 1024);
            assert_true(share.limits.batch_bytes <= MEBIBYTE);
            assert_true(share.limits.row_id_bytes >= 64 * 1024);
            assert_true(share.limits.page_bytes >= 64 * 1024);
            assert_true(share.map_bytes >= 64 * 1024);
            assert_true(share.value_budget >= 64 * 1024);
            assert_true(share.large_budget > share.value_budget);
            assert_int_equal(share.limits.batch_rows, 500);
            assert_int_equal(share.limits.max_transaction_s, 30);
        }
    }
}

static void
more_memory_never_gives_a_smaller_share(void **state)
{
    (void)state;
    for (size_t j = 0; j < JOB_COUNTS; j++) {
        for (size_t m = 1; m < SIZES; m++) {
            struct memory_share less = make_share(sizes_mb[m - 1], job_counts[j]);
            struct memory_share more = make_share(sizes_mb[m], job_counts[j]);

            assert_true(more.value_budget >= less.value_budget);
            assert_true(more.map_bytes >= less.map_bytes);
            assert_true(more.limits.batch_bytes >= less.limits.batch_bytes);
            assert_true(!more.is_tight || less.is_tight);
        }
    }
}

static void
a_value_is_at_most_what_can_be_sent_and_its_copies_share_the_room(void **state)
{
    struct memory_share share = make_share(65536, 1);

    (void)state;
    assert_int_equal(memory_share_limits(&share, 1).value_bytes, COPY_VALUE_MAX);
    share = make_share(256, 4);
    assert_int_equal(memory_share_limits(&share, 4).value_bytes, share.value_budget / 4);
    assert_false(memory_share_limits(&share, 4).is_large);
    assert_true(memory_share_enter(&share));
    assert_int_equal(memory_share_limits(&share, 4).value_bytes, share.large_budget / 4);
    assert_true(memory_share_limits(&share, 4).is_large);
    memory_share_leave(&share);
}

static void
one_at_a_time_is_behind_the_gate(void **state)
{
    struct memory_share first = make_share(256, 2);
    struct memory_share second = first;

    (void)state;
    assert_true(memory_share_enter(&first));
    assert_true(memory_share_enter(&first)); // it has it
    assert_false(memory_share_enter(&second));
    memory_share_leave(&second); // it has nothing to leave
    assert_false(memory_share_enter(&second));
    memory_share_leave(&first);
    assert_true(memory_share_enter(&second));
    assert_false(memory_share_enter(&first));
    memory_share_leave(&second);
}

static void
the_gate_is_for_large_values_and_for_long_columns_where_memory_is_tight(void **state)
{
    struct column columns[] = { { .name = "a" }, { .name = "b" } };
    const struct table table = { .name = "t", .columns = columns, .column_count = 2 };
    struct memory_share tight = make_share(64, 8);
    struct memory_share wide = make_share(4096, 2);

    (void)state;
    assert_true(tight.is_tight && !wide.is_tight);
    assert_false(memory_share_needs_gate(&tight, &table, false));
    assert_true(memory_share_needs_gate(&tight, &table, true));
    assert_true(memory_share_needs_gate(&wide, &table, true));
    columns[1].is_long = true;
    assert_true(memory_share_needs_gate(&tight, &table, false));
    assert_false(memory_share_needs_gate(&wide, &table, false));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_too_small_for_any_job_is_enough_for_one),
        cmocka_unit_test(the_memory_that_jobs_need_is_enough_for_them_and_no_less_is),
        cmocka_unit_test(shares_together_stay_within_the_memory),
        cmocka_unit_test(no_share_is_nothing),
        cmocka_unit_test(more_memory_never_gives_a_smaller_share),
        cmocka_unit_test(a_value_is_at_most_what_can_be_sent_and_its_copies_share_the_room),
        cmocka_unit_test(one_at_a_time_is_behind_the_gate),
        cmocka_unit_test(the_gate_is_for_large_values_and_for_long_columns_where_memory_is_tight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
