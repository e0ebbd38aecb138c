#include "read/lookup.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <string.h>

static const char *const names[] = { "a", "b", "c" };
static const struct reader_limits limits = {
    .batch_rows = 2, .batch_bytes = 1000, .value_bytes = 1000
};

static struct fake_table table;
static struct fake_source source;
static struct error err;

static int
set_up(void **state)
{
    (void)state;
    error_clear(&err);
    fake_table_init(&table, names, 3, 2, ORDER_DOCUMENTED);
    fake_source_init(&source, &table);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fake_table_release(&table);
    return source.open_cursors > 0;
}

static void
key_values_that_are_too_long_to_be_kept_are_refused(void **state)
{
    static char text[LOOKUP_KEY_CAP];
    struct cell value = { .bytes = text, .size = sizeof text };
    struct cell kept;
    struct buffer bytes;

    (void)state;
    memset(text, 'x', sizeof text);
    buffer_init(&bytes, LOOKUP_KEY_CAP);
    assert_false(lookup_keep_values(&bytes, &kept, &value, NULL, 1, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    error_clear(&err);
    value.size = 10;
    assert_true(lookup_keep_values(&bytes, &kept, &value, NULL, 1, &err));
    assert_memory_equal(kept.bytes, text, 10);
    buffer_release(&bytes);
}

static bool
count_key(const char *a, const char *b, size_t enough, size_t *count)
{
    const struct cell key[] = { { .bytes = a, .size = a != NULL ? strlen(a) : 0 },
        { .bytes = b, .size = b != NULL ? strlen(b) : 0 } };

    error_clear(&err);
    return lookup_count(&source.base, &table.table, key, &limits, enough, count, &err);
}

static void
a_key_that_cannot_be_asked_for_is_no_count(void **state)
{
    size_t count = 7;

    (void)state;
    (void)fake_table_add(&table, "a x 1");
    (void)fake_table_add(&table, "a y 2");
    source.fails_at_statement = 1;
    source.fails_at_fetch = 1;
    (void)error_set(&source.failure, ERROR_TABLE, "not now");
    assert_false(count_key("a", "x", 2, &count));
    assert_false(count_key("a", "x", 2, &count));
    assert_int_equal(source.open_cursors, 0);
}

static void
a_key_is_counted_by_its_bytes_whatever_the_source_takes_for_equal(void **state)
{
    size_t count = 7;

    (void)state;
    source.folds_case = true;
    (void)fake_table_add(&table, "A x 1");
    (void)fake_table_add(&table, "a x 2");
    (void)fake_table_add(&table, "a X 3");
    assert_true(count_key("a", "x", 2, &count));
    assert_int_equal(count, 1);
    assert_true(count_key("A", "X", 2, &count));
    assert_int_equal(count, 0);
}

static void
a_key_with_null_is_counted_and_no_empty_text_is_taken_for_it(void **state)
{
    size_t count = 7;

    (void)state;
    (void)fake_table_add(&table, "a ~ 1");
    (void)fake_table_add(&table, "a ~ 2");
    (void)fake_table_add(&table, "a  3");
    assert_true(count_key("a", NULL, 10, &count));
    assert_int_equal(count, 2);
    assert_true(count_key("a", "", 10, &count));
    assert_int_equal(count, 1);
}

static void
counting_a_key_stops_at_enough(void **state)
{
    size_t count = 7;

    (void)state;
    for (int i = 0; i < 100; i++)
        (void)fake_table_add(&table, "a x 1");
    assert_true(count_key("a", "x", 2, &count));
    assert_in_range(count, 2, 3);
    assert_int_equal(source.fetches, 1);
}

static void
counting_a_key_reads_no_column_beside_it(void **state)
{
    size_t count = 7;

    (void)state;
    (void)fake_table_add(&table, "a x 1");
    (void)fake_table_add(&table, "a y 2");
    table.rows[0].states[2] = FAKE_UNREADABLE;
    assert_true(count_key("a", "x", 2, &count));
    assert_int_equal(count, 1);
}

// A source may take 'a' for 'a ', or for another size of what it shows.
static void
a_key_is_all_of_its_bytes_and_null_is_none(void **state)
{
    static const struct cell row[] = { { .bytes = "ab", .size = 2 }, { .bytes = NULL } };
    const struct cell keys[][2] = {
        { { .bytes = "ab", .size = 2 }, { .bytes = NULL } },
        { { .bytes = "a", .size = 1 }, { .bytes = NULL } },
        { { .bytes = "ab ", .size = 3 }, { .bytes = NULL } },
        { { .bytes = "ab", .size = 2 }, { .bytes = "" } },
        { { .bytes = NULL }, { .bytes = NULL } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(lookup_has_key(&table.key, row, keys[i]), i == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(key_values_that_are_too_long_to_be_kept_are_refused),
        TEST(a_key_that_cannot_be_asked_for_is_no_count),
        TEST(a_key_is_counted_by_its_bytes_whatever_the_source_takes_for_equal),
        TEST(a_key_with_null_is_counted_and_no_empty_text_is_taken_for_it),
        TEST(counting_a_key_stops_at_enough),
        TEST(a_key_is_all_of_its_bytes_and_null_is_none),
        TEST(counting_a_key_reads_no_column_beside_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
