#include "run/retry.h"

#include "../cmocka_all.h"

static enum retry_step
fail_with(struct effort *effort, enum error_retry retry)
{
    struct error err = { .kind = ERROR_DATA, .side = ERROR_SIDE_SOURCE, .retry = retry };

    effort->attempts++;
    return retry_choose(effort, &err, false);
}

static void
what_is_missing_is_given_once(void **state)
{
    static const enum error_retry needs[] = { RETRY_WITH_ROOM, RETRY_IN_ORDER };
    struct effort effort = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        assert_int_equal(fail_with(&effort, needs[i]), RETRY_STEP_AT_ONCE);
        assert_int_equal(fail_with(&effort, needs[i]), RETRY_STEP_GIVE_UP);
        effort.attempts = 0;
    }
    assert_true(effort.has_room && effort.is_ordered && !effort.is_careful);
}

static void
a_refused_row_is_looked_for_once(void **state)
{
    struct effort effort = { .attempts = 1 };
    struct error refused = { .kind = ERROR_DATA, .side = ERROR_SIDE_TARGET };

    (void)state;
    assert_int_equal(retry_choose(&effort, &refused, true), RETRY_STEP_AT_ONCE);
    assert_true(effort.is_careful);
    assert_int_equal(retry_choose(&effort, &refused, true), RETRY_STEP_GIVE_UP);
}

static void
what_was_learned_counts_as_no_attempt_but_has_an_end(void **state)
{
    struct effort effort = { 0 };

    (void)state;
    for (int i = 0; i < RETRY_REPEATS; i++)
        assert_int_equal(
            fail_with(&effort, i % 2 == 0 ? RETRY_AT_ONCE : RETRY_WITH_LESS), RETRY_STEP_AT_ONCE);
    assert_int_equal(effort.attempts, 0);
    assert_int_equal(fail_with(&effort, RETRY_WITH_LESS), RETRY_STEP_GIVE_UP);
}

static void
what_passes_is_waited_for_a_few_times(void **state)
{
    struct effort effort = { 0 };

    (void)state;
    for (int i = 1; i < RETRY_ATTEMPTS; i++)
        assert_int_equal(fail_with(&effort, RETRY_LATER), RETRY_STEP_LATER);
    assert_int_equal(fail_with(&effort, RETRY_LATER), RETRY_STEP_GIVE_UP);
}

static void
what_passes_is_counted_for_the_part_in_hand(void **state)
{
    enum { PARTS = 30 };
    struct part_effort parts[PARTS] = { { .reads = 1 } };
    struct effort effort = { .parts = parts, .part_capacity = PARTS };

    (void)state;
    for (int i = 1; i < RETRY_ATTEMPTS; i++) {
        for (effort.part = 0; effort.part <= PARTS; effort.part++) {
            assert_int_equal(fail_with(&effort, RETRY_LATER), RETRY_STEP_LATER);
            assert_int_equal(retry_failures(&effort), i);
        }
    }
    assert_int_equal(effort.attempts, (RETRY_ATTEMPTS - 1) * (PARTS + 1));
    for (effort.part = 0; effort.part <= PARTS; effort.part++) {
        assert_int_equal(fail_with(&effort, RETRY_LATER), RETRY_STEP_GIVE_UP);
        assert_int_equal(fail_with(&effort, RETRY_AT_ONCE), RETRY_STEP_AT_ONCE);
    }
}

// With care and refused once more, or refused by a source: what the failure itself says.
static void
care_is_given_for_a_refused_row_alone(void **state)
{
    struct effort effort = { .attempts = 1, .is_careful = true };
    struct error err = { .kind = ERROR_DATA, .retry = RETRY_LATER };

    (void)state;
    assert_int_equal(retry_choose(&effort, &err, true), RETRY_STEP_LATER);
    effort.is_careful = false;
    err.retry = RETRY_NEVER;
    assert_int_equal(retry_choose(&effort, &err, false), RETRY_STEP_GIVE_UP);
    assert_false(effort.is_careful);
}

// Whatever comes, and in whatever order.
static void
no_job_is_done_again_for_ever(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 50; seed++) {
        struct effort effort = { 0 };
        unsigned number = seed;
        int steps = 0;

        for (enum retry_step step = RETRY_STEP_AT_ONCE; step != RETRY_STEP_GIVE_UP; steps++) {
            struct error err = { .kind = ERROR_DATA };

            number = number * 1664525U + 1013904223U;
            err.retry = (enum error_retry)(1 + (number >> 16) % RETRY_WITH_LESS);
            effort.attempts++;
            step = retry_choose(&effort, &err, (number >> 8) % 7 == 0);
            assert_in_range(steps, 0, RETRY_ATTEMPTS + RETRY_REPEATS + 3);
        }
    }
}

static void
the_run_stops_where_a_whole_side_is_gone(void **state)
{
    struct error err = { .kind = ERROR_TARGET };

    (void)state;
    assert_true(retry_ends_run(&err, true));
    err.kind = ERROR_BUSY;
    assert_true(retry_ends_run(&err, true));
    err.kind = ERROR_SOURCE;
    assert_true(retry_ends_run(&err, false));
    assert_false(retry_ends_run(&err, true));
    err.kind = ERROR_TABLE;
    assert_false(retry_ends_run(&err, false));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_given_once),
        cmocka_unit_test(a_refused_row_is_looked_for_once),
        cmocka_unit_test(what_was_learned_counts_as_no_attempt_but_has_an_end),
        cmocka_unit_test(what_passes_is_waited_for_a_few_times),
        cmocka_unit_test(what_passes_is_counted_for_the_part_in_hand),
        cmocka_unit_test(care_is_given_for_a_refused_row_alone),
        cmocka_unit_test(no_job_is_done_again_for_ever),
        cmocka_unit_test(the_run_stops_where_a_whole_side_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
