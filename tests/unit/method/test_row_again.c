#include "method/row_again.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <string.h>

static const char *const names[] = { "a", "b" };
static const struct cell key = { .bytes = "0002", .size = 4 };

static struct fake_table table;
static struct fake_source source;
static struct settings settings;
static struct task task;
static struct unread_row row;
static struct buffer text;
static struct error err;

static int
set_up(void **state)
{
    (void)state;
    memset(&settings, 0, sizeof settings);
    memset(&task, 0, sizeof task);
    memset(&row, 0, sizeof row);
    error_clear(&err);
    buffer_init(&text, 1000);
    arena_init(&row.arena);
    fake_table_init(&table, names, 2, 1, ORDER_DOCUMENTED);
    fake_source_init(&source, &table);
    fake_table_fill(&table, 3);
    task.settings = &settings;
    task.source = &source.base;
    task.reading = (struct reader_limits){ .batch_bytes = 1000, .value_bytes = 1000 };
    task.hunt = hunt_open(&settings, &table.table);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    hunt_close(task.hunt);
    arena_release(&row.arena);
    buffer_release(&text);
    fake_table_release(&table);
    return source.open_cursors > 0;
}

static bool
read_again(void)
{
    bool done = row_read_again(&task, &table.table, &key, &row, &err);

    buffer_clear(&text);
    if (done)
        fake_append_rows(&text, &row.batch);
    return done;
}

static void
a_connection_that_is_lost_fails_it(void **state)
{
    (void)state;
    source.fails_at_statement = source.fails_at_fetch = 1;
    (void)error_set(&source.failure, ERROR_SOURCE, "gone");
    assert_false(read_again());
    assert_int_equal(err.kind, ERROR_SOURCE);
    assert_false(read_again());
    assert_int_equal(err.kind, ERROR_SOURCE);
}

static void
a_row_that_went_is_no_row_and_no_failure(void **state)
{
    (void)state;
    table.row_count = 1;
    assert_true(read_again());
    assert_int_equal(row.batch.row_count, 0);
    assert_int_equal(row.found, 0);
}

static void
what_cannot_be_read_of_it_is_null_once_more(void **state)
{
    (void)state;
    table.rows[1].states[1] = FAKE_UNREADABLE;
    assert_true(read_again());
    assert_string_equal(buffer_text(&text), "0002 ~");
    assert_false(row.is_whole);
}

static void
a_row_is_seen_as_it_is_now(void **state)
{
    (void)state;
    assert_true(read_again());
    assert_string_equal(buffer_text(&text), "0002 a");
    assert_true(row.is_whole);
    table.rows[1].values[1] = "z";
    assert_true(read_again());
    assert_string_equal(buffer_text(&text), "0002 z");
}

static void
a_key_that_repeats_is_told_by_the_rows_found(void **state)
{
    (void)state;
    (void)fake_table_add(&table, "0002 y");
    assert_true(read_again());
    assert_int_equal(row.found, 2);
    assert_string_equal(buffer_text(&text), "0002 a");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_that_is_lost_fails_it),
        TEST(a_row_that_went_is_no_row_and_no_failure),
        TEST(what_cannot_be_read_of_it_is_null_once_more),
        TEST(a_row_is_seen_as_it_is_now),
        TEST(a_key_that_repeats_is_told_by_the_rows_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
