#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read/page.h"

enum { MEBIBYTE = 1024 * 1024 };

static void
pages_of_short_rows_grow_to_a_limit(void **state)
{
    size_t rows = PAGE_ROWS_FIRST;
    size_t pages = 0;

    (void)state;
    for (size_t last = 0; rows != last; pages++) {
        last = rows;
        rows = page_next_rows(rows, rows, rows * 60, 3, 16 * MEBIBYTE);
    }
    assert_int_equal(rows, 20000);
    assert_true(pages <= 5);
}

static void
pages_of_long_rows_fit_their_memory(void **state)
{
    (void)state;
    assert_in_range(
        page_next_rows(20000, 20000, (size_t)20000 * 10000, 1, 16 * MEBIBYTE), 1600, 1680);
    assert_int_equal(page_next_rows(100, 100, (size_t)100 * MEBIBYTE, 1, 16 * MEBIBYTE), 15);
}

static void
a_row_that_does_not_fit_is_asked_for_alone(void **state)
{
    (void)state;
    assert_int_equal(page_next_rows(1, 1, (size_t)64 * MEBIBYTE, 1, MEBIBYTE), 1);
    assert_int_equal(page_next_rows(1, 1, 10, 1, MEBIBYTE), 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_short_rows_grow_to_a_limit),
        cmocka_unit_test(pages_of_long_rows_fit_their_memory),
        cmocka_unit_test(a_row_that_does_not_fit_is_asked_for_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
