#include "read/hunt/bisect.h"

#include "../../cmocka_all.h"

enum { TABLE_ROWS = 20000 };

// A table in which some rows cannot be read, and what it took to read it.
struct table_in_words {
    const size_t *bad;
    size_t bad_count;
    size_t block;       // rows that the source fetches at a time; with a bad one all are lost
    bool takes_smaller; // if it is asked to
    size_t position;
    size_t statements;
    size_t trips; // fetches from the source, in small blocks
    size_t found;
};

static const size_t scattered[] = { 0, 1, 2, 1023, 1024, 1025, 5000, 9999, 15000, TABLE_ROWS - 1 };

static size_t
next_bad(const struct table_in_words *table)
{
    for (size_t i = 0; i < table->bad_count; i++) {
        if (table->bad[i] >= table->position)
            return table->bad[i];
    }
    return TABLE_ROWS;
}

// One statement: delivers what comes before the bad row, but for what is lost of its block.
static void
run_statement(struct table_in_words *table, struct bisect *bisect)
{
    size_t left = TABLE_ROWS - table->position;
    size_t wanted = bisect->limit == 0 || bisect->limit > left ? left : bisect->limit;
    size_t good = next_bad(table) - table->position;
    bool is_small = table->takes_smaller && bisect->block > 0 && bisect->block < table->block;
    size_t block = is_small ? bisect->block : table->block;

    table->statements++;
    table->trips += is_small ? (good < wanted ? good : wanted) / block + 1 : 0;
    if (good >= wanted) {
        table->position += wanted;
        bisect_pass(bisect, wanted);
        return;
    }
    table->position += good - good % block;
    bisect_fail(bisect, good - good % block);
}

static void
read_table(struct table_in_words *table)
{
    struct bisect bisect = { .reach = 0 };

    while (table->position < TABLE_ROWS) {
        if (!bisect_is_at_row(&bisect)) {
            run_statement(table, &bisect);
            continue;
        }
        table->statements += 3;
        if (table->position == next_bad(table)) {
            table->found++;
            bisect_found(&bisect, true);
        } else {
            bisect_miss(&bisect);
        }
        table->position++;
    }
    assert_int_equal(table->found, table->bad_count);
}

static void
a_table_without_bad_rows_is_one_statement(void **state)
{
    struct table_in_words table = { .bad_count = 0, .block = 1 };

    (void)state;
    read_table(&table);
    assert_int_equal(table.statements, 1);
}

static void
each_bad_row_is_found_by_few_statements_where_blocks_are_as_asked(void **state)
{
    (void)state;
    for (size_t block = 1; block < 6000; block = block * 3 + 1) {
        struct table_in_words table = { .bad = scattered,
            .bad_count = sizeof scattered / sizeof scattered[0],
            .block = block,
            .takes_smaller = true };

        read_table(&table);
        assert_true(table.statements <= 8 * table.bad_count + 1);
        assert_true(table.trips <= 60 * table.bad_count);
    }
}

static void
each_bad_row_is_found_where_the_source_has_blocks_of_its_own(void **state)
{
    (void)state;
    for (size_t block = 1; block < 3000; block = block * 3 + 1) {
        struct table_in_words table = {
            .bad = scattered, .bad_count = sizeof scattered / sizeof scattered[0], .block = block
        };

        read_table(&table);
        assert_true(table.statements <= 21 * table.bad_count);
    }
}

static void
a_row_that_is_mended_meanwhile_is_not_waited_for(void **state)
{
    struct bisect bisect = { .reach = 0 };

    (void)state;
    bisect_fail(&bisect, 0);
    for (int i = 0; i < 8 && bisect.limit > 0; i++)
        bisect_pass(&bisect, bisect.limit);
    assert_int_equal(bisect.limit, 0);
    assert_false(bisect_is_searching(&bisect));
}

static void
after_a_bad_row_statements_grow_until_they_have_no_limit(void **state)
{
    struct bisect bisect = { .since = TABLE_ROWS };
    size_t last = 0;

    (void)state;
    bisect_found(&bisect, true);
    for (int i = 0; i < 8 && bisect.limit > 0; i++) {
        assert_true(bisect.limit > last);
        assert_false(bisect_is_searching(&bisect));
        last = bisect.limit;
        bisect_pass(&bisect, bisect.limit);
    }
    assert_int_equal(bisect.limit, 0);
}

static void
bad_rows_close_to_each_other_cost_few_statements_each(void **state)
{
    size_t bad[40];

    (void)state;
    for (size_t gap = 1; gap <= 8; gap++) {
        struct table_in_words table = {
            .bad = bad, .bad_count = 40, .block = 500, .takes_smaller = true
        };

        for (size_t i = 0; i < table.bad_count; i++)
            bad[i] = 1000 + i * gap;
        read_table(&table);
        assert_true(table.statements <= 4 * table.bad_count + 20); // three of the row itself
    }
}

static void
a_source_that_cannot_limit_its_rows_is_no_trap(void **state)
{
    struct bisect bisect = { .reach = 0 };

    (void)state;
    bisect_fail(&bisect, 50);
    bisect_fail(&bisect, 100000);
    bisect_fail(&bisect, 100000);
    bisect_fail(&bisect, 100000);
    assert_true(bisect_is_at_row(&bisect));
    bisect_miss(&bisect);
    bisect_fail(&bisect, 100000);
    assert_int_equal(bisect.limit, BISECT_FIRST);
    assert_int_equal(bisect.reach, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_without_bad_rows_is_one_statement),
        cmocka_unit_test(each_bad_row_is_found_by_few_statements_where_blocks_are_as_asked),
        cmocka_unit_test(each_bad_row_is_found_where_the_source_has_blocks_of_its_own),
        cmocka_unit_test(a_row_that_is_mended_meanwhile_is_not_waited_for),
        cmocka_unit_test(after_a_bad_row_statements_grow_until_they_have_no_limit),
        cmocka_unit_test(bad_rows_close_to_each_other_cost_few_statements_each),
        cmocka_unit_test(a_source_that_cannot_limit_its_rows_is_no_trap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
