#include "method/early_end.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <string.h>

static const char *const names[] = { "a" };

static struct fake_table table;
static struct fake_source source;
static struct task task;

static int
set_up(void **state)
{
    (void)state;
    memset(&task, 0, sizeof task);
    fake_table_init(&table, names, 1, 1, ORDER_DOCUMENTED);
    fake_table_fill(&table, 5);
    fake_source_init(&source, &table);
    source.base.session.may_end_early = true;
    task.source = &source.base;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fake_table_release(&table);
    return 0;
}

static bool
is_likely(int64_t row_count)
{
    int64_t counted = -1;
    bool likely = early_end_is_likely(&task, &table.table, row_count, &counted);

    assert_true(!likely || counted > row_count);
    return likely;
}

static void
a_source_that_does_not_count_leaves_it_at_a_warning(void **state)
{
    (void)state;
    source.refuses_counts = true;
    assert_false(is_likely(3));
}

static void
more_rows_by_two_counts_are_a_result_that_ended_early(void **state)
{
    (void)state;
    assert_true(is_likely(4));
    assert_int_equal(source.counts, 2);
}

static void
as_many_rows_are_the_whole_table(void **state)
{
    (void)state;
    assert_false(is_likely(5));
    assert_false(is_likely(6)); // some went meanwhile
    assert_int_equal(source.counts, 2);
}

static void
lose_last(struct fake_source *asked, const struct read_request *request)
{
    (void)request;
    if (asked->counts == 2)
        asked->table->row_count--;
}

static void
more_rows_by_one_count_alone_are_a_table_that_moves(void **state)
{
    (void)state;
    source.before = lose_last;
    assert_false(is_likely(4));
    assert_int_equal(source.counts, 2);
}

static void
where_no_limit_can_be_in_force_nothing_is_asked(void **state)
{
    (void)state;
    source.base.session.may_end_early = false;
    assert_false(is_likely(1));
    assert_int_equal(source.counts, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_source_that_does_not_count_leaves_it_at_a_warning),
        TEST(more_rows_by_two_counts_are_a_result_that_ended_early),
        TEST(as_many_rows_are_the_whole_table),
        TEST(more_rows_by_one_count_alone_are_a_table_that_moves),
        TEST(where_no_limit_can_be_in_force_nothing_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
