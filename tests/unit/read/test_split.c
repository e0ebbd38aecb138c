#include "read/split.h"

#include "base/buffer.h"
#include "read/reader.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "a", "b", "c" };
static const struct reader_limits limits = {
    .batch_rows = 3, .batch_bytes = 1000, .value_bytes = 1000
};

static struct fake_table table;
static struct fake_source source;
static struct arena arena;
static struct part_list parts;
static struct buffer text;
static struct error err;

static void
begin(size_t key_count)
{
    error_clear(&err);
    arena_init(&arena);
    buffer_init(&text, 4096);
    fake_table_init(&table, names, 3, key_count, ORDER_DOCUMENTED);
    fake_source_init(&source, &table);
}

static int
set_up(void **state)
{
    (void)state;
    begin(2);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unsetenv("OE2PG_TEST_PART_ROWS");
    fake_table_release(&table);
    arena_release(&arena);
    buffer_release(&text);
    return source.open_cursors > 0;
}

static bool
split(bool is_in_order)
{
    return split_table(&arena, &source.base, &table.table, &limits, is_in_order, &parts, &err);
}

static void
assert_parts(bool is_in_order, const enum key_part *kinds, size_t count)
{
    assert_true(split(is_in_order));
    assert_int_equal(parts.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(parts.parts[i].number, i + 1);
        assert_int_equal(parts.parts[i].rows.kind, kinds[i]);
        assert_int_equal(parts.parts[i].state, PART_WAITING);
        assert_int_equal(parts.parts[i].row_count, 0);
    }
    assert_int_equal(source.statements, 0);
}

static void
a_table_in_any_order_is_one_part(void **state)
{
    static const enum key_part kinds[] = { KEY_PART_ALL };

    (void)state;
    table.columns[0].is_nullable = true;
    assert_parts(false, kinds, 1);
}

static void
there_is_a_part_with_null_where_a_key_column_may_be_null(void **state)
{
    static const enum key_part kinds[] = { KEY_PART_NOT_NULL, KEY_PART_WITH_NULL };

    (void)state;
    assert_parts(true, kinds, 1);
    table.columns[2].is_nullable = true; // not of the key
    assert_parts(true, kinds, 1);
    table.columns[1].is_nullable = true;
    assert_parts(true, kinds, 2);
    table.columns[1].is_nullable = false;
    table.columns[0].is_unenforced = true;
    assert_parts(true, kinds, 2);
}

// ---- bounds ------------------------------------------------------------------------------------

static void
want_parts_of(int rows)
{
    char number[12];

    (void)snprintf(number, sizeof number, "%d", rows);
    assert_int_equal(setenv("OE2PG_TEST_PART_ROWS", number, 1), 0);
    if (!split_is_wanted())
        skip(); // a build without fault points
}

static void
append_key(const struct key_position *key)
{
    for (size_t i = 0; i < key->count; i++)
        (void)buffer_printf(
            &text, "%s%.*s", i > 0 ? " " : "", (int)key->values[i].size, key->values[i].bytes);
}

// "after-up to" of each part; "~" is that of rows with a NULL.
static void
assert_bounds(const char *wanted)
{
    buffer_clear(&text);
    for (size_t i = 0; i < parts.count; i++) {
        const struct part_rows *rows = &parts.parts[i].rows;

        (void)buffer_append_text(&text, i > 0 ? ", " : "");
        append_key(&rows->after);
        (void)buffer_append_byte(&text, rows->kind == KEY_PART_WITH_NULL ? '~' : '-');
        append_key(&rows->up_to);
        assert_int_equal(parts.parts[i].number, i + 1);
    }
    assert_string_equal(buffer_text(&text), wanted);
    assert_true(split_is_whole(&table.table, &parts));
}

static void
there_is_a_bound_behind_every_so_many_rows(void **state)
{
    (void)state;
    want_parts_of(2);
    fake_table_fill(&table, 5);
    assert_true(split(true));
    assert_bounds("-0002 a, 0002 a-0004 a, 0004 a-");
}

static void
a_bound_that_is_the_last_row_leaves_room_for_what_comes_behind_it(void **state)
{
    (void)state;
    want_parts_of(3);
    fake_table_fill(&table, 6);
    assert_true(split(true));
    assert_bounds("-0003 a, 0003 a-0006 a, 0006 a-");
}

static void
a_table_of_fewer_rows_or_none_is_one_part(void **state)
{
    (void)state;
    want_parts_of(3);
    assert_true(split(true));
    assert_bounds("-");
    fake_table_fill(&table, 2);
    assert_true(split(true));
    assert_bounds("-");
}

static void
rows_with_a_null_in_their_key_come_last_and_give_no_bound(void **state)
{
    (void)state;
    want_parts_of(2);
    table.columns[1].is_nullable = true;
    fake_table_fill(&table, 3);
    for (int i = 0; i < 5; i++)
        (void)fake_table_add(&table, "0009 ~ x");
    assert_true(split(true));
    assert_bounds("-0002 a, 0002 a-, ~");
}

static void
many_parts_are_all_of_the_table(void **state)
{
    enum { ROWS = 1000 };

    (void)state;
    want_parts_of(1);
    fake_table_fill(&table, ROWS);
    assert_true(split(true));
    assert_int_equal(parts.count, ROWS + 1);
    assert_true(split_is_whole(&table.table, &parts));
}

static void
in_any_order_nothing_is_asked_for(void **state)
{
    static const enum key_part kinds[] = { KEY_PART_ALL };

    (void)state;
    want_parts_of(1);
    fake_table_fill(&table, 4);
    assert_parts(false, kinds, 1);
}

static void
a_key_that_cannot_be_recorded_is_no_bound(void **state)
{
    (void)state;
    want_parts_of(2);
    fake_table_fill(&table, 5);
    table.rows[1].values[1] = "a\xff";
    assert_true(split(true));
    assert_bounds("-0003 a, 0003 a-0005 a, 0005 a-");
}

static void
behind_a_key_that_cannot_be_read_there_is_one_part(void **state)
{
    (void)state;
    want_parts_of(2);
    fake_table_fill(&table, 9);
    source.block = 1;
    table.rows[6].states[0] = FAKE_UNREADABLE;
    assert_true(split(true));
    assert_bounds("-0002 a, 0002 a-0004 a, 0004 a-0006 a, 0006 a-");
}

static void
a_connection_that_is_lost_meanwhile_is_a_failure(void **state)
{
    (void)state;
    want_parts_of(2);
    fake_table_fill(&table, 9);
    source.fails_at_fetch = 2;
    (void)error_set(&source.failure, ERROR_SOURCE, "gone");
    assert_false(split(true));
    assert_int_equal(err.kind, ERROR_SOURCE);
}

// Rows of all parts, one behind the other.
static void
read_parts(void)
{
    buffer_clear(&text);
    for (size_t i = 0; i < parts.count; i++) {
        const struct batch *batch;
        struct reader reader;

        reader_init(&reader, &source.base, &table.table, &parts.parts[i].rows, &limits);
        reader_prove_order(&reader);
        do {
            assert_true(reader_fetch(&reader, &batch, &err));
            fake_append_rows(&text, batch);
        } while (batch->row_count > 0);
        reader_release(&reader);
    }
}

static void
give_keys(const char *const (*keys)[2], size_t count, uint64_t descending)
{
    table.key.descending = descending;
    table.columns[1].is_nullable = true;
    for (size_t i = 0; i < count; i++) {
        struct fake_row *row = fake_table_add(&table, "a b c");

        row->values[0] = keys[i][0];
        row->values[1] = keys[i][1];
    }
}

static void
every_row_is_in_exactly_one_part_whatever_the_keys_direction(void **state)
{
    enum { KEYS = 8, DIRECTIONS = 4 };
    static const char *const keys[DIRECTIONS][KEYS][2] = {
        { { "a", "1" }, { "a", "2" }, { "a", "3" }, { "b", "0" }, { "b", "9" }, { "c", "1" },
            { "a", NULL }, { "b", NULL } },
        { { "c", "1" }, { "b", "0" }, { "b", "9" }, { "a", "1" }, { "a", "2" }, { "a", "3" },
            { "b", NULL }, { "a", NULL } },
        { { "a", "3" }, { "a", "2" }, { "a", "1" }, { "b", "9" }, { "b", "0" }, { "c", "1" },
            { "a", NULL }, { "b", NULL } },
        { { "c", "1" }, { "b", "9" }, { "b", "0" }, { "a", "3" }, { "a", "2" }, { "a", "1" },
            { "b", NULL }, { "a", NULL } },
    };

    (void)state;
    for (uint64_t descending = 0; descending < DIRECTIONS; descending++) {
        for (int rows = 1; rows <= KEYS; rows++) {
            char whole[200];

            assert_int_equal(tear_down(NULL), 0);
            begin(2);
            want_parts_of(rows);
            give_keys(keys[descending], KEYS, descending);
            // Pages: a bounded part is read on from within, too.
            source.base.buffers_results = rows % 2 == 0;
            parts =
                (struct part_list){ .parts = (struct part[]){ { .rows.kind = KEY_PART_NOT_NULL },
                                        { .rows.kind = KEY_PART_WITH_NULL } },
                    .count = 2 };
            read_parts();
            (void)snprintf(whole, sizeof whole, "%s", buffer_text(&text));
            assert_int_equal(strlen(whole), KEYS * strlen("a 1 c|") - 1);
            assert_true(split(true));
            assert_int_equal(parts.count, (KEYS - 2) / rows + 2);
            read_parts();
            assert_string_equal(buffer_text(&text), whole);
        }
    }
}

// ---- parts that were recorded ------------------------------------------------------------------

enum { RECORDED = 4 };

// Three of whole keys, one of those with a NULL.
static struct part *
record(void)
{
    static struct cell bounds[2][2];
    static struct part recorded[RECORDED];

    table.columns[1].is_nullable = true;
    for (size_t i = 0; i < 2; i++) {
        bounds[i][0] = (struct cell){ .bytes = i == 0 ? "0002" : "0004", .size = 4 };
        bounds[i][1] = (struct cell){ .bytes = "a", .size = 1 };
    }
    memset(recorded, 0, sizeof recorded);
    for (int i = 0; i < RECORDED; i++) {
        recorded[i].number = i + 1;
        recorded[i].rows.kind = i == RECORDED - 1 ? KEY_PART_WITH_NULL : KEY_PART_NOT_NULL;
        recorded[i].state = PART_DONE;
        if (i == 1 || i == 2)
            recorded[i].rows.after = (struct key_position){ bounds[i - 1], 2 };
        if (i < 2)
            recorded[i].rows.up_to = (struct key_position){ bounds[i], 2 };
    }
    parts = (struct part_list){ .parts = recorded, .count = RECORDED };
    return recorded;
}

static bool
is_whole(void)
{
    return split_is_whole(&table.table, &parts);
}

static void
parts_with_every_row_of_the_table_are_whole(void **state)
{
    struct part *recorded;
    struct cell position[2] = { { .bytes = "0003", .size = 4 }, { .bytes = "b", .size = 1 } };

    (void)state;
    recorded = record();
    assert_true(is_whole());
    recorded[1].state = PART_BEGUN;
    recorded[1].position = (struct key_position){ position, 2 };
    recorded[2].state = recorded[3].state = PART_WAITING;
    assert_true(is_whole());
}

static void
parts_that_leave_rows_out_or_have_some_twice_are_not(void **state)
{
    struct part *recorded;

    (void)state;
    recorded = record();
    recorded[2].rows.after.count = 0;
    assert_false(is_whole());
    recorded = record();
    recorded[2].rows.after = recorded[0].rows.up_to;
    assert_false(is_whole());
    recorded = record();
    recorded[1].rows.up_to.count = recorded[2].rows.after.count = 0;
    assert_false(is_whole());
    recorded = record();
    recorded[2].rows.up_to = recorded[1].rows.up_to;
    assert_false(is_whole());
    (void)record();
    parts.count = RECORDED - 1; // no rows with a NULL, though there may be some
    assert_false(is_whole());
    (void)record();
    table.columns[1].is_nullable = false; // though there can be none
    assert_false(is_whole());
    recorded = record();
    recorded[1].number = 3;
    assert_false(is_whole());
    parts.count = 0;
    assert_false(is_whole());
}

static void
parts_that_cannot_be_read_on_are_not(void **state)
{
    static const int64_t ids[] = { 7 };
    struct part *recorded;

    (void)state;
    recorded = record();
    recorded[0].state = PART_BEGUN; // and no position
    assert_false(is_whole());
    recorded = record();
    recorded[3].state = PART_BEGUN; // in no order
    assert_false(is_whole());
    recorded = record();
    recorded[1].rows.ids = (struct row_ids){ ids, 1 }; // who knows which others there are?
    assert_false(is_whole());
}

static void
parts_by_a_key_of_another_size_are_not(void **state)
{
    (void)state;
    (void)record();
    table.key.column_count = 1;
    table.columns[0].is_nullable = true;
    assert_false(is_whole());
    table.table.key = NULL;
    assert_false(is_whole());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_in_any_order_is_one_part),
        TEST(there_is_a_part_with_null_where_a_key_column_may_be_null),
        TEST(there_is_a_bound_behind_every_so_many_rows),
        TEST(a_bound_that_is_the_last_row_leaves_room_for_what_comes_behind_it),
        TEST(a_table_of_fewer_rows_or_none_is_one_part),
        TEST(rows_with_a_null_in_their_key_come_last_and_give_no_bound),
        TEST(many_parts_are_all_of_the_table),
        TEST(in_any_order_nothing_is_asked_for),
        TEST(a_key_that_cannot_be_recorded_is_no_bound),
        TEST(behind_a_key_that_cannot_be_read_there_is_one_part),
        TEST(a_connection_that_is_lost_meanwhile_is_a_failure),
        TEST(every_row_is_in_exactly_one_part_whatever_the_keys_direction),
        TEST(parts_with_every_row_of_the_table_are_whole),
        TEST(parts_that_leave_rows_out_or_have_some_twice_are_not),
        TEST(parts_that_cannot_be_read_on_are_not),
        TEST(parts_by_a_key_of_another_size_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
