#include "base/digest_set.h"

#include "../cmocka_all.h"

#include <stdlib.h>

enum { ROWS = 20000 };

static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void
check_all_struck_once(const uint64_t *digests, size_t count)
{
    struct digest_set set;

    digest_set_init(&set, count * 32 + 1024);
    for (size_t i = 0; i < count; i++)
        assert_true(digest_set_add(&set, digests[i], (uint32_t)i, (uint16_t)(i % 100)));
    digest_set_freeze(&set);
    assert_int_equal(digest_set_left(&set), count);
    for (size_t i = 0; i < count; i++) {
        assert_true(set.entries[i].offset == set.entries[i].block % 100);
        assert_true(i == 0 || set.entries[i - 1].digest <= set.entries[i].digest);
    }
    for (size_t i = 0; i < count; i++)
        assert_true(digest_set_strike(&set, digests[i], 1));
    assert_int_equal(digest_set_left(&set), 0);
    for (size_t i = 0; i < count; i++)
        assert_false(digest_set_strike(&set, digests[i], 1));
    digest_set_release(&set);
}

static void
every_row_is_struck_off_exactly_once(void **state)
{
    static uint64_t digests[ROWS];
    uint64_t random = UINT64_C(88172645463325252);

    (void)state;
    for (size_t count = 0; count < 200; count++) {
        digests[count] = next_random(&random);
        check_all_struck_once(digests, count);
    }
    for (size_t i = 0; i < ROWS; i++)
        digests[i] = next_random(&random);
    check_all_struck_once(digests, ROWS);
}

static void
digests_that_crowd_are_told_apart(void **state)
{
    static uint64_t digests[ROWS];
    uint64_t random = 7;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) // all in one bucket, many equal
        digests[i] = next_random(&random) % 500;
    check_all_struck_once(digests, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        digests[i] = UINT64_MAX - i % 3;
    check_all_struck_once(digests, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        digests[i] = 0;
    check_all_struck_once(digests, ROWS);
}

static void
three_equal_rows_becoming_two_leave_one(void **state)
{
    struct digest_set set;

    (void)state;
    digest_set_init(&set, 4096);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(digest_set_add(&set, 42, i, 1));
    assert_true(digest_set_add(&set, 43, 9, 1));
    digest_set_freeze(&set);
    assert_true(digest_set_strike(&set, 42, 1));
    assert_true(digest_set_strike(&set, 42, 1));
    assert_false(digest_set_strike(&set, 41, 1));
    assert_false(digest_set_strike(&set, UINT64_MAX, 1));
    assert_int_equal(digest_set_left(&set), 2);
    digest_set_release(&set);
}

static void
a_full_set_says_so(void **state)
{
    struct digest_set set;
    size_t count = 0;

    (void)state;
    digest_set_init(&set, 1024);
    while (digest_set_add(&set, count, 0, 0))
        count++;
    assert_int_equal(count, set.capacity);
    assert_true(count > 40 && count * sizeof(struct digest_entry) <= 1024);
    digest_set_freeze(&set);
    assert_true(digest_set_strike(&set, count - 1, 1));
    assert_false(digest_set_strike(&set, count, 1));
    digest_set_release(&set);
    digest_set_init(&set, 0);
    assert_false(digest_set_add(&set, 1, 0, 0));
    digest_set_freeze(&set);
    assert_false(digest_set_strike(&set, 1, 1));
    digest_set_release(&set);
}

// Digests 0 to 6, each of them once more than it says, struck by marks in turn.
static void
what_one_mark_struck_is_taken_back_and_can_be_struck_again(void **state)
{
    enum { DIGESTS = 7, MARKS = 3 };
    size_t taken[MARKS + 1] = { 0 };
    struct digest_set set;
    uint16_t mark = 0;
    size_t count = 0;

    (void)state;
    digest_set_init(&set, 4096);
    for (uint64_t digest = 0; digest < DIGESTS; digest++) {
        for (uint64_t i = 0; i <= digest; i++, count++)
            assert_true(digest_set_add(&set, digest << 60 | digest, (uint32_t)count, 1));
    }
    digest_set_freeze(&set);
    for (uint64_t digest = 0; digest < DIGESTS; digest++) {
        for (uint64_t i = 0; i <= digest; i++) {
            mark = (uint16_t)(mark % MARKS + 1);
            assert_true(digest_set_strike(&set, digest << 60 | digest, mark));
            taken[mark]++;
        }
    }
    assert_int_equal(digest_set_left(&set), 0);
    digest_set_take_back(&set, 2);
    assert_int_equal(digest_set_left(&set), taken[2]);
    for (size_t i = 1; i < set.count; i++) {
        assert_int_not_equal(set.entries[i].struck_by, 2);
        if (set.entries[i].digest == set.entries[i - 1].digest && set.entries[i].struck_by > 0)
            assert_true(set.entries[i - 1].struck_by > 0);
    }
    for (uint64_t digest = 0; digest < DIGESTS; digest++) {
        while (digest_set_strike(&set, digest << 60 | digest, DIGEST_MARK_MAX))
            taken[2]--;
    }
    assert_int_equal(taken[2], 0);
    assert_int_equal(digest_set_left(&set), 0);
    digest_set_take_back(&set, 1);
    digest_set_take_back(&set, 3);
    assert_int_equal(digest_set_left(&set), taken[1] + taken[3]);
    digest_set_take_back(&set, 9); // nobody's
    assert_int_equal(digest_set_left(&set), taken[1] + taken[3]);
    digest_set_release(&set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_struck_off_exactly_once),
        cmocka_unit_test(what_one_mark_struck_is_taken_back_and_can_be_struck_again),
        cmocka_unit_test(digests_that_crowd_are_told_apart),
        cmocka_unit_test(three_equal_rows_becoming_two_leave_one),
        cmocka_unit_test(a_full_set_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
