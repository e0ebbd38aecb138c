#include "report/rate.h"

#include "../cmocka_all.h"

static void
the_second_sample_makes_a_rate(void **state)
{
    struct rate rate = { 0 };

    (void)state;
    rate_add(&rate, 1000, 0, 0);
    assert_false(rate.is_known);
    assert_int_equal(rate_time_left_ms(&rate, 100), -1);
    rate_add(&rate, 1500, 400, 400); // too soon
    assert_false(rate.is_known);
    rate_add(&rate, 3000, 2000, 8000);
    assert_true(rate.is_known);
    assert_int_equal((int)rate.rows_per_s, 1000);
    assert_int_equal((int)rate.bytes_per_s, 4000);
    assert_int_equal(rate_time_left_ms(&rate, 5000), 5000);
}

static void
a_rate_is_smoothed(void **state)
{
    struct rate rate = { 0 };

    (void)state;
    rate_add(&rate, 1000, 0, 0);
    rate_add(&rate, 2000, 1000, 0);
    rate_add(&rate, 3000, 1000, 0);
    assert_int_equal((int)rate.rows_per_s, 700);
}

static void
counts_that_go_down_start_anew(void **state)
{
    struct rate rate = { 0 };

    (void)state;
    rate_add(&rate, 1000, 5000, 0);
    rate_add(&rate, 2000, 6000, 0);
    rate_add(&rate, 3000, 10, 0);
    assert_false(rate.is_known);
    assert_int_equal(rate.row_count, 10);
}

static void
a_standstill_has_no_end(void **state)
{
    struct rate rate = { 0 };

    (void)state;
    rate_add(&rate, 1000, 10, 0);
    rate_add(&rate, 2000, 10, 0);
    assert_int_equal(rate_time_left_ms(&rate, 1), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_sample_makes_a_rate),
        cmocka_unit_test(a_rate_is_smoothed),
        cmocka_unit_test(counts_that_go_down_start_anew),
        cmocka_unit_test(a_standstill_has_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
