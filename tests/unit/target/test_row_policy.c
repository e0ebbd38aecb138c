#include "target/row_policy.h"

#include "../cmocka_all.h"

#include <string.h>

static struct column columns[] = {
    { .name = "a", .kind = VALUE_TEXT },
    { .name = "b", .kind = VALUE_BINARY },
    { .name = "c", .kind = VALUE_TEXT },
};
static const struct table table = { .name = "t", .columns = columns, .column_count = 3 };

static struct {
    size_t count;
    const struct cell *row;
    size_t columns[4];
    const char *reasons[4];
} seen;

static void
see(void *context, const struct refused_value *refused)
{
    assert_ptr_equal(context, &seen);
    assert_in_range(seen.count, 0, 3);
    seen.row = refused->row;
    seen.columns[seen.count] = refused->column;
    seen.reasons[seen.count++] = refused->reason;
}

static int
set_up(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    return 0;
}

static void
each_value_that_cannot_be_held_is_null_and_told_by_its_own_reason(void **state)
{
    const struct cell row[] = { { .bytes = "a\0b", .size = 3 }, { .bytes = "\0", .size = 1 },
        { .bytes = "\xFF", .size = 1 } };
    const struct cell *result;
    struct row_policy policy;

    (void)state;
    row_policy_init(&policy, &table);
    result = row_policy_apply(&policy, row, see, &seen);
    assert_ptr_not_equal(result, row);
    assert_null(result[0].bytes);
    assert_int_equal(result[0].size, 0);
    assert_ptr_equal(result[1].bytes, row[1].bytes);
    assert_null(result[2].bytes);
    assert_int_equal(seen.count, 2);
    assert_ptr_equal(seen.row, row); // as it was read
    assert_int_equal(seen.columns[0], 0);
    assert_string_equal(seen.reasons[0], "nul_byte");
    assert_int_equal(seen.columns[1], 2);
    assert_string_equal(seen.reasons[1], "invalid_utf8");
    row_policy_release(&policy);
}

static void
a_value_that_was_too_long_to_be_read_is_plain_null(void **state)
{
    const struct cell row[] = { { .bytes = "x", .size = 1 }, { .bytes = NULL, .size = 99 },
        { .bytes = NULL } };
    const struct cell *result;
    struct row_policy policy;

    (void)state;
    row_policy_init(&policy, &table);
    result = row_policy_apply(&policy, row, see, &seen);
    assert_int_equal(result[1].size, 0);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.reasons[0], "too_long");
    row_policy_release(&policy);
}

static void
a_row_before_leaves_nothing_in_the_next(void **state)
{
    const struct cell first[] = { { .bytes = "\xFF", .size = 1 }, { .bytes = "1", .size = 1 },
        { .bytes = "one", .size = 3 } };
    const struct cell second[] = { { .bytes = "x", .size = 1 }, { .bytes = NULL },
        { .bytes = "\xFF", .size = 1 } };
    const struct cell *result;
    struct row_policy policy;

    (void)state;
    row_policy_init(&policy, &table);
    (void)row_policy_apply(&policy, first, see, &seen);
    result = row_policy_apply(&policy, second, see, &seen);
    assert_string_equal(result[0].bytes, "x");
    assert_null(result[1].bytes);
    assert_null(result[2].bytes);
    row_policy_release(&policy);
}

static void
a_good_row_is_the_row_itself(void **state)
{
    const struct cell row[] = { { .bytes = "", .size = 0 }, { .bytes = "\xFF", .size = 1 },
        { .bytes = NULL } };
    struct row_policy policy;

    (void)state;
    row_policy_init(&policy, &table);
    assert_ptr_equal(row_policy_apply(&policy, row, see, &seen), row);
    assert_int_equal(seen.count, 0);
    row_policy_release(&policy);
}

static void
nobody_need_be_told(void **state)
{
    const struct cell row[] = { { .bytes = "\xFF", .size = 1 }, { .bytes = NULL },
        { .bytes = NULL } };
    struct row_policy policy;

    (void)state;
    row_policy_init(&policy, &table);
    assert_null(row_policy_apply(&policy, row, NULL, NULL)[0].bytes);
    row_policy_release(&policy);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_value_that_cannot_be_held_is_null_and_told_by_its_own_reason),
        TEST(a_value_that_was_too_long_to_be_read_is_plain_null),
        TEST(a_row_before_leaves_nothing_in_the_next),
        TEST(a_good_row_is_the_row_itself),
        TEST(nobody_need_be_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
