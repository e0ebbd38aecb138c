#include "read/split.h"

#include "../cmocka_all.h"

static struct column columns[] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };
static uint16_t key_columns[] = { 0, 1 };
static const struct key key = { .name = "k", .columns = key_columns, .column_count = 2 };
static const struct table table = {
    .name = "t", .columns = columns, .column_count = 3, .key = &key
};
static struct arena arena;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < table.column_count; i++)
        columns[i].is_nullable = columns[i].is_unenforced = false;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void
assert_parts(bool is_in_order, const enum key_part *kinds, size_t count)
{
    struct part_list list = split_table(&arena, &table, is_in_order);

    assert_int_equal(list.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list.parts[i].number, i + 1);
        assert_int_equal(list.parts[i].rows.kind, kinds[i]);
        assert_int_equal(list.parts[i].state, PART_WAITING);
        assert_int_equal(list.parts[i].row_count, 0);
    }
}

static void
a_table_in_any_order_is_one_part(void **state)
{
    static const enum key_part kinds[] = { KEY_PART_ALL };

    (void)state;
    columns[0].is_nullable = true;
    assert_parts(false, kinds, 1);
}

static void
there_is_a_part_with_null_where_a_key_column_may_be_null(void **state)
{
    static const enum key_part kinds[] = { KEY_PART_NOT_NULL, KEY_PART_WITH_NULL };

    (void)state;
    assert_parts(true, kinds, 1);
    columns[2].is_nullable = true; // not of the key
    assert_parts(true, kinds, 1);
    columns[1].is_nullable = true;
    assert_parts(true, kinds, 2);
    columns[1].is_nullable = false;
    columns[0].is_unenforced = true;
    assert_parts(true, kinds, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_in_any_order_is_one_part),
        TEST(there_is_a_part_with_null_where_a_key_column_may_be_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
