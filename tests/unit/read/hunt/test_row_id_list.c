#include "read/hunt/row_id_list.h"

#include "../../cmocka_all.h"

#include <string.h>

static bool
add(struct row_id_list *list, const char *text)
{
    bool is_full;

    return row_id_list_add(list, text, strlen(text), &is_full);
}

static void
only_numbers_in_their_plain_form_are_ids(void **state)
{
    static const char *const odd[] = { "", "-", "07", "+7", " 7", "7 ", "0x7", "1.0", "-0",
        "9223372036854775808", "12345678901234567890" };
    int64_t id;

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_false(row_id_parse(odd[i], strlen(odd[i]), &id));
    assert_true(row_id_parse("9223372036854775807", 19, &id));
    assert_true(id == INT64_MAX);
    assert_true(row_id_parse("-12", 3, &id));
    assert_true(id == -12);
    assert_true(row_id_parse("0", 1, &id));
    assert_true(id == 0);
}

static void
ids_are_sorted_and_one_that_stands_twice_is_told(void **state)
{
    struct row_id_list list;
    int64_t ids[4];

    (void)state;
    row_id_list_init(&list, 100 * ROW_ID_BYTES);
    assert_true(add(&list, "10") && add(&list, "9") && add(&list, "-1"));
    assert_true(row_id_list_sort(&list));
    assert_int_equal(row_id_list_waiting(&list, ids, 4), 3);
    assert_true(ids[0] == -1 && ids[1] == 9 && ids[2] == 10);
    row_id_list_release(&list);
    row_id_list_init(&list, 100 * ROW_ID_BYTES);
    assert_true(add(&list, "10") && add(&list, "9") && add(&list, "10"));
    assert_false(row_id_list_sort(&list));
    row_id_list_release(&list);
}

static void
what_is_marked_does_not_wait(void **state)
{
    struct row_id_list list;
    int64_t ids[4];

    (void)state;
    row_id_list_init(&list, 100 * ROW_ID_BYTES);
    assert_true(add(&list, "1") && add(&list, "2") && add(&list, "3"));
    assert_true(row_id_list_sort(&list));
    assert_true(row_id_list_mark(&list, 1, ROW_ID_READ));
    assert_true(row_id_list_mark(&list, 2, ROW_ID_MISSING));
    assert_false(row_id_list_mark(&list, 4, ROW_ID_READ));
    assert_int_equal(row_id_list_waiting(&list, ids, 4), 1);
    assert_true(ids[0] == 3);
    assert_true(row_id_list_is(&list, 2, ROW_ID_MISSING));
    assert_false(row_id_list_is(&list, 4, ROW_ID_WAITING));
    row_id_list_release(&list);
}

static void
a_list_that_is_full_says_so(void **state)
{
    struct row_id_list list;
    bool is_full;

    (void)state;
    row_id_list_init(&list, 2 * ROW_ID_BYTES);
    assert_true(add(&list, "1") && add(&list, "2"));
    assert_false(row_id_list_add(&list, "3", 1, &is_full));
    assert_true(is_full);
    row_id_list_release(&list);
}

static void
an_empty_table_has_none(void **state)
{
    struct row_id_list list;
    int64_t id;

    (void)state;
    row_id_list_init(&list, ROW_ID_BYTES);
    assert_true(row_id_list_sort(&list));
    assert_int_equal(row_id_list_waiting(&list, &id, 1), 0);
    assert_false(row_id_list_mark(&list, 1, ROW_ID_READ));
    row_id_list_release(&list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_numbers_in_their_plain_form_are_ids),
        cmocka_unit_test(ids_are_sorted_and_one_that_stands_twice_is_told),
        cmocka_unit_test(what_is_marked_does_not_wait),
        cmocka_unit_test(a_list_that_is_full_says_so),
        cmocka_unit_test(an_empty_table_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
