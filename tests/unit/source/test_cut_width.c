#include "source/cut_width.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <string.h>

static struct fake_table table; // columns k and v, v of width 10
static struct fake_source source;
static struct fake_source cutting;
static struct cut_width found;

static int
set_up(void **state)
{
    static const char *const names[] = { "k", "v" };

    (void)state;
    fake_table_init(&table, names, 2, 1, ORDER_DOCUMENTED);
    fake_source_init(&source, &table);
    fake_source_init(&cutting, &table);
    source.base.identity.product = cutting.base.identity.product = "OpenEdge";
    source.base.identity.code_page = cutting.base.identity.code_page = "UTF-8";
    fake_source_opens(&cutting);
    table.columns[0].width = 100;
    (void)fake_table_add(&table, "1 short");
    (void)fake_table_add(&table, "2 ~");
    (void)fake_table_add(&table, "3 exactly-10");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(source.open_cursors, 0);
    assert_int_equal(cutting.open_cursors, 0);
    source_close(&source.base);
    fake_source_opens(NULL);
    fake_table_release(&table);
    return 0;
}

static void
add_wide(const char *words)
{
    fake_table_add(&table, words)->states[1] = FAKE_TOO_WIDE;
}

static void
add_many(size_t count, const char *value, enum fake_value state)
{
    for (size_t i = 0; i < count; i++)
        fake_table_add(&table, arena_printf(&table.arena, "%zu %s", 1000 + i, value))->states[1] =
            state;
}

static void
try(bool is_again)
{
    struct error err;

    error_clear(&err);
    assert_true(cut_width_try(&source.base, &table.table, 1, is_again, &found, &err));
    assert_int_equal(err.kind, ERROR_NONE);
}

static void
a_session_that_cuts_at_the_width_is_relied_on(void **state)
{
    (void)state;
    add_wide("4 one-that-is-longer-than-ten");
    try(false);
    assert_int_equal(found.way.kind, WAY_CUT);
    assert_in_range(source.statements, 1, 4);
}

// Ten letters and ten bytes: it may be either.
static void
widths_may_be_bytes_as_long_as_no_value_shows_what_they_are(void **state)
{
    (void)state;
    add_wide("4 one-that-is-longer-than-ten");
    try(false);
    assert_true(found.way.counts_bytes);
    (void)fake_table_add(&table, "5 \xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC");
    try(false);
    assert_false(found.way.counts_bytes);
}

static void
in_a_code_page_of_single_bytes_they_are_the_same(void **state)
{
    (void)state;
    source.base.identity.code_page = "ISO8859-15";
    add_wide("4 one-that-is-longer-than-ten");
    try(false);
    assert_int_equal(found.way.kind, WAY_CUT);
    assert_false(found.way.counts_bytes);
}

static void
where_no_row_fails_it_is_not(void **state)
{
    (void)state;
    try(false);
    assert_int_equal(found.way.kind, WAY_ROWS);
    assert_non_null(strstr(found.why, "no value that is too wide was found"));
}

static void
a_session_that_cannot_be_opened_is_none(void **state)
{
    (void)state;
    add_wide("4 one-that-is-longer-than-ten");
    fake_source_opens(NULL);
    try(false);
    assert_int_equal(found.way.kind, WAY_ROWS);
    assert_non_null(strstr(found.why, "nobody is there"));
}

static void
where_most_of_many_are_too_wide_the_others_are_given_up(void **state)
{
    (void)state;
    add_many(150, "one-that-is-longer-than-ten", FAKE_TOO_WIDE);
    try(false);
    assert_int_equal(found.way.kind, WAY_SHORT);
    assert_int_equal(found.way.rows, 151);
    assert_in_range(source.statements, 1, 17);
}

static void
where_most_of_many_are_good_the_column_is_read_plainly(void **state)
{
    (void)state;
    add_many(150, "exactly-10", FAKE_READABLE);
    add_wide("2000 one-that-is-longer-than-ten");
    try(false);
    assert_int_equal(found.way.kind, WAY_ROWS);
}

static void
a_second_look_never_comes_to_reading_row_after_row_again(void **state)
{
    (void)state;
    add_wide("4 one-that-is-longer-than-ten");
    try(true);
    assert_int_equal(found.way.kind, WAY_SHORT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_session_that_cuts_at_the_width_is_relied_on),
        TEST(widths_may_be_bytes_as_long_as_no_value_shows_what_they_are),
        TEST(in_a_code_page_of_single_bytes_they_are_the_same),
        TEST(where_no_row_fails_it_is_not),
        TEST(a_session_that_cannot_be_opened_is_none),
        TEST(where_most_of_many_are_too_wide_the_others_are_given_up),
        TEST(where_most_of_many_are_good_the_column_is_read_plainly),
        TEST(a_second_look_never_comes_to_reading_row_after_row_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
