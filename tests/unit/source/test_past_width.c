#include "source/past_width.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <string.h>

static struct fake_table table; // columns k and v, v of width 10
static struct fake_source source;
static struct past_width found;

static int
set_up(void **state)
{
    static const char *const names[] = { "k", "v" };

    (void)state;
    fake_table_init(&table, names, 2, 1, ORDER_DOCUMENTED);
    fake_source_init(&source, &table);
    source.base.identity.product = "OpenEdge";
    (void)fake_table_add(&table, "1 short");
    (void)fake_table_add(&table, "2 ~");
    fake_table_add(&table, "3 one-that-is-longer-than-ten")->states[1] = FAKE_TOO_WIDE;
    (void)fake_table_add(&table, "4 exactly-10");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(source.open_cursors, 0);
    fake_table_release(&table);
    return 0;
}

static void
try(enum fake_expressions expressions)
{
    struct error err;

    error_clear(&err);
    source.expressions = expressions;
    assert_true(past_width_try(&source.base, &table.table, 1, &found, &err));
    assert_int_equal(err.kind, ERROR_NONE);
}

static void
a_cast_that_gets_past_the_width_is_trusted(void **state)
{
    (void)state;
    try(FAKE_CASTS);
    assert_true(found.is_trusted);
    assert_int_equal(found.way.kind, WAY_CAST);
    assert_int_equal(found.way.declared_width, 10);
    assert_int_equal(found.way.longest, 27);
    assert_in_range(source.statements, 2, 5);
}

static void
slices_are_as_many_as_the_longest_value_takes_and_some(void **state)
{
    (void)state;
    try(FAKE_SLICES);
    assert_true(found.is_trusted);
    assert_int_equal(found.way.kind, WAY_SLICES);
    assert_int_equal(found.way.slice_width, 10);
    assert_int_equal(found.way.slice_count, column_way_slices_for(10, 40));
}

static void
a_value_far_longer_than_its_column_is_reached(void **state)
{
    char words[400] = "5 ";

    (void)state;
    memset(words + 2, 'x', 390);
    fake_table_add(&table, words)->states[1] = FAKE_TOO_WIDE;
    try(FAKE_SLICES);
    assert_true(found.is_trusted);
    assert_int_equal(found.way.longest, 390);
}

static void
what_the_source_refuses_is_not_tried_again_on_this_connection(void **state)
{
    size_t statements;

    (void)state;
    try(FAKE_REFUSES);
    assert_false(found.is_trusted);
    assert_non_null(strstr(found.why, "the source refuses it"));
    statements = source.statements;
    try(FAKE_CASTS);
    assert_false(found.is_trusted);
    assert_int_equal(source.statements, statements);
}

static void
what_comes_no_longer_than_the_column_is_not_trusted(void **state)
{
    (void)state;
    try(FAKE_CUTS);
    assert_false(found.is_trusted);
    assert_non_null(strstr(found.why, "no value comes longer"));
}

static void
what_changes_values_that_come_plainly_is_not_trusted(void **state)
{
    (void)state;
    try(FAKE_SPOILS);
    assert_false(found.is_trusted);
}

static void
a_product_without_expressions_is_not_asked(void **state)
{
    (void)state;
    source.base.identity.product = "Oracle";
    try(FAKE_CASTS);
    assert_false(found.is_trusted);
    assert_int_equal(source.statements, 0);
}

static void
a_lost_connection_is_no_answer(void **state)
{
    struct error err;

    (void)state;
    source.expressions = FAKE_CASTS;
    for (size_t at = 1; at <= 3; at++) {
        error_clear(&err);
        source.statements = 0;
        source.fails_at_statement = at;
        (void)error_set(&source.failure, ERROR_SOURCE, "gone");
        source.failure.retry = RETRY_LATER;
        assert_false(past_width_try(&source.base, &table.table, 1, &found, &err));
        assert_int_equal(err.retry, RETRY_LATER);
        assert_int_equal(source.open_cursors, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cast_that_gets_past_the_width_is_trusted),
        TEST(slices_are_as_many_as_the_longest_value_takes_and_some),
        TEST(a_value_far_longer_than_its_column_is_reached),
        TEST(what_the_source_refuses_is_not_tried_again_on_this_connection),
        TEST(what_comes_no_longer_than_the_column_is_not_trusted),
        TEST(what_changes_values_that_come_plainly_is_not_trusted),
        TEST(a_product_without_expressions_is_not_asked),
        TEST(a_lost_connection_is_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
