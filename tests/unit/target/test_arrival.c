#include "target/arrival.h"
#include "target/compare_internal.h"

#include "../../support/fake_server.h"
#include "../cmocka_all.h"

#include <string.h>

static struct column columns[] = {
    { .name = "A", .target_name = "a" },
    { .name = "B", .target_name = "b\"q" },
    { .name = "C", .target_name = "c" },
};
static const struct table table = {
    .name = "T", .target_name = "t", .columns = columns, .column_count = 3
};

static struct fake_server server;
static struct comparison comparison;
static struct arrival_column shape[3];
static struct arena arena;
static const char *why[3];
static const char *definition[3];
static struct arrival_finding finding;
static struct buffer sql;
static struct error err;

static int
set_up(void **state)
{
    (void)state;
    fake_server_init(&server);
    arena_init(&arena);
    buffer_init(&sql, 10000);
    error_clear(&err);
    for (size_t i = 0; i < 3; i++) {
        shape[i] = (struct arrival_column){
            .name = columns[i].target_name, .type = "text", .is_text = true, .definition = "text"
        };
        why[i] = definition[i] = NULL;
    }
    finding = (struct arrival_finding){ .arena = &arena, .why = why, .definition = definition };
    comparison = (struct comparison){
        .target = &server.target, .schema = "s", .table = &table, .kind = { .is_fallback = true }
    };
    comparison.shape =
        (struct arrival_shape){ .columns = shape, .column_count = 3, .is_plain = true };
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fake_server_release(&server);
    arena_release(&arena);
    buffer_release(&sql);
    return 0;
}

static void
make_integer(size_t i)
{
    shape[i].type = "integer";
    shape[i].is_text = false;
    shape[i].definition = "integer";
    comparison.shape.is_plain = false;
}

// ---- what cannot be written ---------------------------------------------------------------------

static void
what_a_table_is_made_of_may_not_be_read(void **state)
{
    static const struct fake_answer refused = { .sqlstate = "42501" };
    bool is_plain = true;

    (void)state;
    server.answers[0] = &refused;
    assert_false(arrival_look(&server.target, &arena, "s", &table, &is_plain, &err));
    assert_string_equal(err.sqlstate, "42501");
}

static void
makers_of_other_rows_are_named_with_a_remedy(void **state)
{
    (void)state;
    comparison.shape.triggers = "up, \"Down\"";
    assert_false(compare_refuse_makers(&comparison, "changes what is written", &err));
    assert_int_equal(err.kind, ERROR_TABLE);
    assert_string_equal(
        err.message, "a trigger of \"s\".\"t\" (up, \"Down\") changes what is written");
    assert_non_null(strstr(err.hint, "DISABLE TRIGGER"));
    error_clear(&err);
    comparison.shape.rules = "r";
    assert_false(compare_refuse_makers(&comparison, "changes what is written", &err));
    assert_string_equal(err.message, "a rule of \"s\".\"t\" (r) changes what is written");
    assert_non_null(strstr(err.hint, "DISABLE RULE"));
}

static void
a_generated_column_is_told_without_asking(void **state)
{
    (void)state;
    make_integer(1);
    shape[1].is_computed = true;
    shape[1].definition = "integer s (1 + 1)";
    assert_true(compare_check_types(&comparison, &finding, &err));
    assert_int_equal(server.statement_count, 0);
    assert_int_equal(finding.count, 1);
    assert_null(why[0]);
    assert_string_equal(
        why[1], "column \"b\"q\" of \"s\".\"t\" is generated: nothing can be written to it");
    assert_string_equal(definition[1], "integer s (1 + 1)");
}

static void
values_that_come_back_otherwise_are_told(void **state)
{
    static const struct fake_answer differs = {
        .row_count = 1, .column_count = 1, .cells = { { "f" } }
    };

    (void)state;
    make_integer(2);
    server.answers[1] = &differs; // behind the savepoint
    assert_true(compare_check_types(&comparison, &finding, &err));
    assert_int_equal(finding.count, 1);
    assert_non_null(strstr(why[2], "is integer, in which the source's values are not kept"));
    assert_string_equal(definition[2], "integer");
    assert_non_null(strstr(buffer_text(&server.statements), "RELEASE SAVEPOINT one_column"));
}

static void
a_value_that_is_none_of_the_type_is_told_and_the_transaction_goes_on(void **state)
{
    static const struct fake_answer refused = { .sqlstate = "22P02" };

    (void)state;
    make_integer(2);
    server.answers[1] = &refused;
    assert_true(compare_check_types(&comparison, &finding, &err));
    assert_int_equal(finding.count, 1);
    assert_int_equal(err.kind, ERROR_NONE);
    assert_non_null(strstr(buffer_text(&server.statements), "ROLLBACK TO SAVEPOINT one_column"));
}

static void
a_row_that_a_domain_refuses_is_no_matter_of_the_column(void **state)
{
    static const struct fake_answer refused = { .sqlstate = "23514" };

    (void)state;
    make_integer(2);
    server.answers[1] = &refused;
    assert_true(compare_check_types(&comparison, &finding, &err));
    assert_int_equal(finding.count, 0);
}

static void
any_other_failure_is_one(void **state)
{
    static const struct fake_answer refused = { .sqlstate = "53100" };

    (void)state;
    make_integer(2);
    for (size_t at = 0; at < 3; at++) {
        memset(server.answers, 0, sizeof server.answers);
        server.statement_count = 0;
        server.answers[at] = &refused;
        if (at == 2) { // the release behind an answer
            static const struct fake_answer same = {
                .row_count = 1, .column_count = 1, .cells = { { "t" } }
            };
            server.answers[1] = &same;
        }
        assert_false(compare_check_types(&comparison, &finding, &err));
        assert_string_equal(err.sqlstate, "53100");
    }
    assert_int_equal(finding.count, 0);
}

static void
a_column_that_is_gone_is_not_asked_about(void **state)
{
    (void)state;
    comparison.shape.column_count = 1;
    assert_true(compare_check_types(&comparison, &finding, &err));
    assert_int_equal(finding.count, 0);
    assert_null(arrival_find(&comparison.shape, "c"));
    assert_null(arrival_find(&comparison.shape, "A")); // exactly as it is spelt
    assert_ptr_equal(arrival_find(&comparison.shape, "a"), &shape[0]);
}

// ---- what a table is made of --------------------------------------------------------------------

static bool
look(const struct fake_answer *answer)
{
    bool is_plain = false;

    server.statement_count = 0;
    server.answers[0] = answer;
    assert_true(arrival_look(&server.target, &arena, "s", &table, &is_plain, &err));
    return is_plain;
}

static void
a_table_is_plain_when_nothing_but_text_is_in_it_and_nothing_acts_on_it(void **state)
{
    static const struct fake_answer plain = { .row_count = 2,
        .column_count = 9,
        .cells = { { "a", "text", "t", "f", "text", NULL, NULL, "25", "-1" },
            { "b", "text", "t", "f", "text", NULL, NULL, "25", "-1" } } };
    struct fake_answer other = plain;

    (void)state;
    assert_true(look(&plain));
    other.cells[1][2] = "f";
    assert_false(look(&other));
    other = plain;
    other.cells[0][5] = other.cells[1][5] = "a_trigger";
    assert_false(look(&other));
    other = plain;
    other.cells[0][6] = other.cells[1][6] = "a_rule";
    assert_false(look(&other));
}

static void
a_table_that_is_not_there_has_no_column(void **state)
{
    static const struct fake_answer nothing = { .column_count = 9 };
    struct arrival_shape read;

    (void)state;
    server.answers[0] = &nothing;
    assert_true(arrival_read_shape(&server.target, &arena, "s", &table, &read, &err));
    assert_int_equal(read.column_count, 0);
}

// ---- statements ---------------------------------------------------------------------------------

static void
new_values_are_made_what_the_column_is_but_for_texts_and_what_is_computed(void **state)
{
    (void)state;
    make_integer(1);
    make_integer(2);
    shape[2].is_computed = true;
    compare_append_update(&sql, &comparison);
    assert_string_equal(buffer_text(&sql), "UPDATE ONLY \"s\".\"t\" m SET \"a\" = c.\"a\", "
                                           "\"b\"\"q\" = c.\"b\"\"q\"::integer, \"c\" = c.\"c\"");
    buffer_clear(&sql);
    compare_append_insert(&sql, &comparison);
    assert_string_equal(buffer_text(&sql),
        "INSERT INTO \"s\".\"t\" AS m (\"a\", \"b\"\"q\", \"c\") SELECT c.\"a\", "
        "c.\"b\"\"q\"::integer, c.\"c\"");
}

static void
what_is_written_is_kept_in_mind_where_it_may_become_something_else(void **state)
{
    (void)state;
    compare_begin_writing(&sql, &comparison);
    compare_end_writing(&sql, &comparison);
    assert_string_equal(buffer_text(&sql), "");
    comparison.shape.is_plain = false;
    compare_begin_writing(&sql, &comparison);
    assert_string_equal(buffer_text(&sql), "WITH w AS (");
    compare_end_writing(&sql, &comparison);
    assert_non_null(strstr(buffer_text(&sql), "RETURNING m.ctid AS place, "));
    buffer_clear(&sql);
    comparison.shape.rules = "r"; // under rules there is no RETURNING
    compare_begin_writing(&sql, &comparison);
    compare_end_writing(&sql, &comparison);
    assert_string_equal(buffer_text(&sql), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_table_is_made_of_may_not_be_read),
        TEST(makers_of_other_rows_are_named_with_a_remedy),
        TEST(a_generated_column_is_told_without_asking),
        TEST(values_that_come_back_otherwise_are_told),
        TEST(a_value_that_is_none_of_the_type_is_told_and_the_transaction_goes_on),
        TEST(a_row_that_a_domain_refuses_is_no_matter_of_the_column),
        TEST(any_other_failure_is_one),
        TEST(a_column_that_is_gone_is_not_asked_about),
        TEST(a_table_is_plain_when_nothing_but_text_is_in_it_and_nothing_acts_on_it),
        TEST(a_table_that_is_not_there_has_no_column),
        TEST(new_values_are_made_what_the_column_is_but_for_texts_and_what_is_computed),
        TEST(what_is_written_is_kept_in_mind_where_it_may_become_something_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
