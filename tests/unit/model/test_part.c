#include "model/part.h"

#include "../cmocka_all.h"

static void
outcomes_of_many_parts_add_up(void **state)
{
    enum { PARTS = 300 };
    static struct part parts[PARTS];
    const struct part_list list = { .parts = parts, .count = PARTS };
    struct part_outcome sum;

    (void)state;
    for (int i = 0; i < PARTS; i++) {
        parts[i] = (struct part){ .number = i + 1, .row_count = i, .size_bytes = 10 };
        parts[i].outcome = (struct part_outcome){ .rows_read = i + 3,
            .bytes_read = 20,
            .rows_known = 1,
            .rows_refused = 2,
            .values_quarantined = 4,
            .values_newly_quarantined = 3,
            .reads = 1 + (i % 3 == 0) };
    }
    assert_int_equal(part_list_rows(&list), PARTS * (PARTS - 1) / 2);
    assert_int_equal(part_list_bytes(&list), 10 * PARTS);
    sum = part_list_outcome(&list);
    assert_int_equal(sum.rows_read, PARTS * (PARTS - 1) / 2 + 3 * PARTS);
    assert_int_equal(sum.bytes_read, 20 * PARTS);
    assert_int_equal(sum.rows_known, PARTS);
    assert_int_equal(sum.rows_refused, 2 * PARTS);
    assert_int_equal(sum.values_quarantined, 4 * PARTS);
    assert_int_equal(sum.values_newly_quarantined, 3 * PARTS);
    assert_int_equal(sum.reads, PARTS + PARTS / 3);
}

static void
no_part_has_come_to_nothing(void **state)
{
    const struct part_list list = { .parts = NULL, .count = 0 };

    (void)state;
    assert_int_equal(part_list_rows(&list), 0);
    assert_int_equal(part_list_outcome(&list).rows_read, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_of_many_parts_add_up),
        cmocka_unit_test(no_part_has_come_to_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
