#include "read/reader.h"

#include "../../support/fake_driver.h"
#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 2, READ_MAX = 256 };

static struct fake_table shelf;
static struct fake_source source;
static char *read_rows[READ_MAX];
static size_t read_count;

static void
set_table(enum column_order order, size_t column_count)
{
    static const char *const names[COLUMNS] = { "a", "b" };

    fake_table_release(&shelf);
    fake_table_init(&shelf, names, column_count, column_count, order);
    fake_source_init(&source, &shelf);
}

// "ab ac" are two rows of two columns.
static void
put_rows(const char *letters)
{
    shelf.row_count = 0;
    for (const char *p = letters; *p != '\0'; p += strspn(p, " ")) {
        char words[2 * COLUMNS] = "";

        for (size_t i = 0; i < shelf.table.column_count; i++, p++) {
            words[2 * i] = *p;
            words[2 * i + 1] = i + 1 < shelf.table.column_count ? ' ' : '\0';
        }
        (void)fake_table_add(&shelf, words);
    }
}

static void
forget_rows(void)
{
    for (size_t i = 0; i < read_count; i++)
        free(read_rows[i]);
    read_count = 0;
}

static void
take_batch(const struct batch *batch)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        char *row = calloc(COLUMNS + 1, 1);

        for (size_t i = 0; i < batch->column_count; i++)
            row[i] = batch->cells[r * batch->column_count + i].bytes[0];
        assert_in_range(read_count, 0, READ_MAX - 1);
        read_rows[read_count++] = row;
    }
}

// Cut behind each batch, or never; false with the failure in err.
static bool
read_all(size_t batch_rows, bool is_cut, struct error *err)
{
    const struct reader_limits limits = { .batch_rows = batch_rows,
        .batch_bytes = 1000,
        .value_bytes = 1000,
        .max_transaction_s = is_cut ? 0 : 1000 };
    const struct batch *batch;
    struct reader reader;
    bool done;

    forget_rows();
    error_clear(err);
    reader_init(&reader, &source.base, &shelf.table,
        &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &limits);
    reader_prove_order(&reader);
    do {
        done = reader_fetch(&reader, &batch, err);
        if (done)
            take_batch(batch);
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    return done;
}

static const char *
rows_read(void)
{
    static char text[READ_MAX * (COLUMNS + 2)];
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < read_count; i++)
        size += (size_t)snprintf(
            text + size, sizeof text - size, "%s%s", i > 0 ? " " : "", read_rows[i]);
    return text;
}

static int
tear_down(void **state)
{
    (void)state;
    forget_rows();
    fake_table_release(&shelf);
    return 0;
}

static void
a_read_of_a_documented_key_costs_two_statements(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_DOCUMENTED, 1);
    put_rows("a b c d e");
    assert_true(read_all(2, false, &err));
    assert_string_equal(rows_read(), "a b c d e");
    assert_int_equal(source.statements, 2); // the largest key, and the rows
    assert_true(read_all(2, true, &err));
    assert_string_equal(rows_read(), "a b c d e");
    assert_int_equal(source.counts, 0);
}

static void
an_order_that_loses_rows_at_a_cut_is_found_before_it_is_relied_on(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("c d a b e");
    assert_false(read_all(2, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
    assert_string_equal(rows_read(), "c d");
}

static void
an_order_that_is_right_at_first_is_found_at_the_end(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b e f c d g h");
    assert_false(read_all(2, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
}

static void
a_false_order_does_no_harm_to_a_read_that_is_not_cut(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("c d a b e");
    assert_true(read_all(2, false, &err));
    assert_string_equal(rows_read(), "c d a b e");
    assert_int_equal(source.counts, 0);
}

// D comes twice and B never: whoever has the rows finds the key that is doubled.
static void
equal_counts_leave_a_key_that_is_doubled(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("A D C B E");
    assert_true(read_all(3, true, &err));
    assert_string_equal(rows_read(), "A D C D E");
}

static void
a_true_order_is_proved_by_counts(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 2);
    put_rows("ax ay bx by bz cx cy");
    for (size_t rows = 1; rows <= 8; rows++) {
        assert_true(read_all(rows, true, &err));
        assert_string_equal(rows_read(), "ax ay bx by bz cx cy");
    }
    shelf.key.descending = 1;
    put_rows("cx cy bx by bz ax ay");
    for (size_t rows = 1; rows <= 8; rows++) {
        assert_true(read_all(rows, true, &err));
        assert_string_equal(rows_read(), "cx cy bx by bz ax ay");
    }
    shelf.key.descending = 3;
    put_rows("cy cx bz by bx ay ax");
    for (size_t rows = 1; rows <= 8; rows++) {
        assert_true(read_all(rows, true, &err));
        assert_string_equal(rows_read(), "cy cx bz by bx ay ax");
    }
}

static void
an_order_that_nobody_counts_is_not_proved(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b c d e");
    source.refuses_counts = true;
    assert_false(read_all(2, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
}

static void
a_result_that_ends_early_is_read_on(void **state)
{
    static const enum column_order orders[] = { ORDER_DOCUMENTED, ORDER_UNPROVED };
    struct error err;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (size_t ends = 1; ends <= 8; ends++) {
            set_table(orders[i], 2);
            put_rows("ax ay bx by bz cx cy");
            source.ends_after = ends;
            assert_true(read_all(2, ends % 2 == 0, &err));
            assert_string_equal(rows_read(), "ax ay bx by bz cx cy");
        }
    }
}

// Each statement finds one row more than the one before.
static void
grow(struct fake_source *asked, const struct read_request *request)
{
    const char letter[] = { (char)('0' + asked->table->row_count), '\0' };

    (void)request;
    (void)fake_table_add(asked->table, letter);
}

static void
a_table_that_only_grows_is_not_read_for_ever(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_DOCUMENTED, 1);
    put_rows("0 1 2 3 4");
    source.before = grow;
    assert_true(read_all(4, false, &err));
    // The largest key was 5; what was there when the statement was opened came with it.
    assert_string_equal(rows_read(), "0 1 2 3 4 5 6");
    assert_in_range(source.statements, 2, 4);
}

static void
grow_far(struct fake_source *asked, const struct read_request *request)
{
    char number[8];

    (void)request;
    (void)snprintf(number, sizeof number, "%04zu", asked->table->row_count + 1);
    (void)fake_table_add(asked->table, number);
}

// Results of one row and more, left before their end or not, while each statement finds one row
// more than the one before: the read ends, and has all that was there when it began.
static void
a_table_that_grows_while_its_results_end_early_is_read_to_an_end(void **state)
{
    static const enum column_order orders[] = { ORDER_DOCUMENTED, ORDER_UNPROVED };
    struct error err;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t ends = 1; ends <= 12; ends++) {
            set_table(orders[i % 2], 1);
            fake_table_fill(&shelf, 30);
            source.ends_after = ends;
            source.before = grow_far;
            assert_true(read_all(2, i < 2, &err));
            assert_in_range(read_count, 30, READ_MAX);
            assert_in_range(source.statements, 3, 2 * ORDER_CUTS_UNBOUNDED);
        }
    }
}

static void
lose_last(struct fake_source *asked, const struct read_request *request)
{
    (void)request;
    if (asked->statements == 2)
        asked->table->row_count--;
}

static void
a_last_row_that_is_deleted_is_not_waited_for(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_DOCUMENTED, 2);
    put_rows("ax ay bx by");
    source.before = lose_last;
    assert_true(read_all(4, false, &err));
    assert_string_equal(rows_read(), "ax ay bx");
    assert_in_range(source.statements, 3, 4);
}

static void
lose_first(struct fake_table *table)
{
    table->row_count--;
    memmove(table->rows, table->rows + 1, table->row_count * sizeof *table->rows);
}

// Of the rows that were read one goes before each of the first counts, up to the cut: what differs
// is what moves.
static void
lose_a_row_at_each_count(struct fake_source *asked, const struct read_request *request)
{
    if (request->is_count && asked->counts <= 2)
        lose_first(asked->table);
}

static void
a_table_that_is_written_to_is_not_condemned_for_what_moved(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b c d e f");
    source.before = lose_a_row_at_each_count;
    assert_true(read_all(3, true, &err));
    assert_string_equal(rows_read(), "a b c d e f");
    // Twice up to the cut, then all; at the end all were counted as they are.
    assert_int_equal(source.counts, 4);
}

// Nothing moves between the counts.
static void
lose_a_row_before_the_first_count(struct fake_source *asked, const struct read_request *request)
{
    if (request->is_count && asked->counts == 1)
        lose_first(asked->table);
}

static void
a_difference_that_nothing_that_moves_explains_condemns(void **state)
{
    struct error err;

    (void)state;
    set_table(ORDER_UNPROVED, 1);
    put_rows("a b c d e f");
    source.before = lose_a_row_before_the_first_count;
    assert_false(read_all(3, true, &err));
    assert_int_equal(err.retry, RETRY_BY_OTHER_KEY);
    assert_int_equal(source.counts, 2);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_read_of_a_documented_key_costs_two_statements),
        TEST(an_order_that_loses_rows_at_a_cut_is_found_before_it_is_relied_on),
        TEST(an_order_that_is_right_at_first_is_found_at_the_end),
        TEST(a_false_order_does_no_harm_to_a_read_that_is_not_cut),
        TEST(equal_counts_leave_a_key_that_is_doubled),
        TEST(a_true_order_is_proved_by_counts),
        TEST(an_order_that_nobody_counts_is_not_proved),
        TEST(a_result_that_ends_early_is_read_on),
        TEST(a_table_that_only_grows_is_not_read_for_ever),
        TEST(a_table_that_grows_while_its_results_end_early_is_read_to_an_end),
        TEST(a_last_row_that_is_deleted_is_not_waited_for),
        TEST(a_table_that_is_written_to_is_not_condemned_for_what_moved),
        TEST(a_difference_that_nothing_that_moves_explains_condemns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
