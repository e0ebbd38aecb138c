#include "model/narrow.h"

#include "../cmocka_all.h"

#include <string.h>

static struct column columns[] = { { .name = "a" }, { .name = "b" }, { .name = "c" },
    { .name = "d" } };
static uint16_t key_columns[] = { 3, 0 };
static const struct key key = { .name = "k", .columns = key_columns, .column_count = 2 };
static const struct table table = {
    .schema = "", .name = "t", .columns = columns, .column_count = 4, .key = &key
};

static void
columns_and_key_keep_their_order(void **state)
{
    const bool is_left_out[] = { false, true, false, false };
    struct narrow narrow;

    (void)state;
    narrow_init(&narrow, &table, is_left_out);
    assert_int_equal(narrow.table.column_count, 3);
    assert_string_equal(narrow.table.columns[1].name, "c");
    assert_int_equal(narrow.table.key->columns[0], 2);
    assert_int_equal(narrow.table.key->columns[1], 0);
    narrow_release(&narrow);
}

static void
a_key_that_lost_a_column_is_none(void **state)
{
    const bool is_left_out[] = { true, false, false, false };
    struct narrow narrow;

    (void)state;
    narrow_init(&narrow, &table, is_left_out);
    assert_null(narrow.table.key);
    narrow_release(&narrow);
}

static void
rows_have_null_where_nothing_was_read(void **state)
{
    const bool is_left_out[] = { false, true, true, false };
    struct cell cells[] = { { "1", 1 }, { "2", 1 }, { "3", 1 }, { NULL, 0 } };
    const struct batch batch = {
        .cells = cells, .column_count = 2, .row_count = 2, .size_bytes = 3
    };
    const struct batch *wide;
    struct narrow narrow;

    (void)state;
    narrow_init(&narrow, &table, is_left_out);
    wide = narrow_widen(&narrow, &batch);
    assert_int_equal(wide->row_count, 2);
    assert_int_equal(wide->column_count, 4);
    assert_int_equal(wide->size_bytes, 3);
    assert_memory_equal(wide->cells[0].bytes, "1", 1);
    assert_null(wide->cells[1].bytes);
    assert_null(wide->cells[2].bytes);
    assert_memory_equal(wide->cells[3].bytes, "2", 1);
    assert_memory_equal(wide->cells[4].bytes, "3", 1);
    assert_null(wide->cells[7].bytes);
    narrow_release(&narrow);
    narrow_release(&narrow);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_and_key_keep_their_order),
        cmocka_unit_test(a_key_that_lost_a_column_is_none),
        cmocka_unit_test(rows_have_null_where_nothing_was_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
