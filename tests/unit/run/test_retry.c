#include "run/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
        cmocka_unit_test(the_run_stops_where_a_whole_side_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
