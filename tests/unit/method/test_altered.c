#include "method/altered.h"

#include "../cmocka_all.h"

static struct column columns[] = { { .name = "id", .target_name = "id" },
    { .name = "A", .target_name = "a" }, { .name = "B", .target_name = "b" } };
static uint16_t key_columns[] = { 0 };
static const struct key key = { .columns = key_columns, .column_count = 1 };
static const struct table table = {
    .name = "t", .target_name = "t", .columns = columns, .column_count = 3, .key = &key
};

// Blames the n-th column of what is compared now.
static bool
blame(struct altered *altered, size_t n, struct error *err)
{
    const char *why[3] = { NULL };
    const char *definition[3] = { NULL };
    const struct arrival_finding finding = { .why = why, .definition = definition, .count = 1 };

    why[n] = "it is short";
    definition[n] = "varchar(5)";
    error_clear(err);
    return altered_add(altered, &finding, err);
}

static void
a_column_that_is_left_out_is_gone_and_the_key_stays(void **state)
{
    struct altered altered;
    struct error err;

    (void)state;
    altered_init(&altered, &table);
    assert_ptr_equal(altered.table, &table);
    assert_true(blame(&altered, 1, &err));
    assert_int_equal(altered.table->column_count, 2);
    assert_string_equal(altered.table->columns[1].name, "B");
    assert_non_null(altered.table->key);
    assert_string_equal(altered.why[1], "it is short");
    altered_release(&altered);
}

static void
later_findings_count_the_columns_that_are_left(void **state)
{
    struct altered altered;
    struct error err;

    (void)state;
    altered_init(&altered, &table);
    assert_true(blame(&altered, 1, &err));
    assert_true(blame(&altered, 1, &err));
    assert_true(altered.is_left_out[1] && altered.is_left_out[2]);
    assert_int_equal(altered.count, 2);
    assert_int_equal(altered.table->column_count, 1);
    altered_release(&altered);
}

static void
a_column_of_the_key_takes_the_key_along(void **state)
{
    struct altered altered;
    struct error err;

    (void)state;
    altered_init(&altered, &table);
    assert_true(blame(&altered, 0, &err));
    assert_null(altered.table->key);
    assert_int_equal(altered.table->column_count, 2);
    altered_forget(&altered);
    assert_ptr_equal(altered.table, &table);
    assert_int_equal(altered.count, 0);
    altered_release(&altered);
}

static void
a_table_without_any_column_left_fails(void **state)
{
    struct altered altered;
    struct error err;

    (void)state;
    altered_init(&altered, &table);
    assert_true(blame(&altered, 0, &err) && blame(&altered, 0, &err));
    assert_false(blame(&altered, 0, &err));
    assert_int_equal(err.kind, ERROR_TABLE);
    altered_release(&altered);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_that_is_left_out_is_gone_and_the_key_stays),
        cmocka_unit_test(later_findings_count_the_columns_that_are_left),
        cmocka_unit_test(a_column_of_the_key_takes_the_key_along),
        cmocka_unit_test(a_table_without_any_column_left_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
