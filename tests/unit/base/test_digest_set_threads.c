// Several threads strike rows off one set at once. Under TSan (script/check, threads) it shows that
// they share nothing but the marks.
#include "base/digest_set.h"

#include "../cmocka_all.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, ROWS = 24000, STRIKES = 8000 };

struct striker {
    struct digest_set *set;
    pthread_barrier_t *start;
    const uint64_t *digests; // what it strikes, in this order
    size_t count;
    size_t struck;
    uint16_t mark;
};

static void *
strike_all(void *context)
{
    struct striker *striker = context;

    (void)pthread_barrier_wait(striker->start);
    for (size_t i = 0; i < striker->count; i++)
        striker->struck += digest_set_strike(striker->set, striker->digests[i], striker->mark);
    return NULL;
}

// Gives the strikes that found a row, of all threads.
static size_t
strike_at_once(struct striker strikers[THREADS], struct digest_set *set)
{
    pthread_barrier_t start;
    pthread_t threads[THREADS];
    size_t struck = 0;

    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        strikers[i].set = set;
        strikers[i].start = &start;
        strikers[i].mark = (uint16_t)(i + 1);
        assert_int_equal(pthread_create(&threads[i], NULL, strike_all, &strikers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        struck += strikers[i].struck;
    }
    (void)pthread_barrier_destroy(&start);
    return struck;
}

// A row of each of these digests, in one set.
static void
fill(struct digest_set *set, const uint64_t *digests, size_t count)
{
    digest_set_init(set, count * 32 + 1024);
    for (size_t i = 0; i < count; i++)
        assert_true(digest_set_add(set, digests[i], (uint32_t)i, 1));
    digest_set_freeze(set);
}

// The marks of equal rows are those of the first ones.
static void
assert_struck_from_the_front(const struct digest_set *set)
{
    for (size_t i = 1; i < set->count; i++) {
        if (set->entries[i].digest == set->entries[i - 1].digest && set->entries[i].struck_by)
            assert_true(set->entries[i - 1].struck_by);
    }
}

static void
equal_rows_are_struck_off_one_by_one_by_all_threads(void **state)
{
    static uint64_t rows[ROWS];
    static uint64_t wanted[STRIKES];
    struct striker strikers[THREADS] = { { .set = NULL } };
    struct digest_set set;

    (void)state;
    for (size_t i = 0; i < STRIKES; i++)
        wanted[i] = 42;
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = 42;
    for (size_t i = 0; i < THREADS; i++)
        strikers[i] = (struct striker){ .digests = wanted, .count = STRIKES };
    fill(&set, rows, ROWS);
    // A quarter of all strikes finds none.
    assert_int_equal(strike_at_once(strikers, &set), ROWS);
    assert_int_equal(digest_set_left(&set), 0);
    digest_set_release(&set);
    fill(&set, rows, ROWS);
    for (size_t i = 0; i < THREADS; i++)
        strikers[i] = (struct striker){ .digests = wanted, .count = ROWS / THREADS - 7 };
    assert_int_equal(strike_at_once(strikers, &set), ROWS - 7 * THREADS);
    assert_int_equal(digest_set_left(&set), 7 * THREADS);
    assert_struck_from_the_front(&set);
    digest_set_release(&set);
}

// Each thread reads a part of the table: all rows but one in a hundred are there, each once; some
// are equal to rows of other parts.
static void
threads_that_share_a_table_leave_what_none_of_them_met(void **state)
{
    static uint64_t rows[ROWS];
    struct striker strikers[THREADS] = { { .set = NULL } };
    struct digest_set set;
    size_t left;
    size_t gone = ROWS / 100;

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = (uint64_t)(i % (ROWS / 3)) * UINT64_C(0x9E3779B97F4A7C15); // three of each
    fill(&set, rows, ROWS);
    left = (ROWS - gone) / THREADS;
    for (size_t i = 0; i < THREADS; i++)
        strikers[i] = (struct striker){ .digests = rows + gone + i * left, .count = left };
    assert_int_equal(strike_at_once(strikers, &set), ROWS - gone);
    assert_int_equal(digest_set_left(&set), gone);
    assert_struck_from_the_front(&set);
    for (size_t i = 0; i < gone; i++)
        assert_true(digest_set_strike(&set, rows[i], 1));
    assert_int_equal(digest_set_left(&set), 0);
    digest_set_release(&set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_rows_are_struck_off_one_by_one_by_all_threads),
        cmocka_unit_test(threads_that_share_a_table_leave_what_none_of_them_met),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
