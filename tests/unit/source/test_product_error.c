#include "source/product/product_error.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static void
openedges_errors_are_told_by_state_then_code_then_number(void **state)
{
    static const char frame[] = "[DataDirect][OpenEdge JDBC Driver][OpenEdge] ";
    static const struct {
        const char *state;
        long code;
        const char *text;
        const char *expected;
    } cases[] = {
        { "", -210015, "Failure getting record lock", "40001" },
        { "HY000", 210015, "in any language", "40001" },
        { "M0901", 10301, "Table is locked and LCK_NOWAIT.", "40001" },
        { "22P00", 210012, "Column c in table t has value ... (7864)", "22001" },
        { "S1000", -210012, "", "22001" },
        { "", 0, "Keine Berechtigung (7512)", "42501" },
        { "42000", 0, "Access denied (Authorization failed) (7512).", "42501" },
        { "", 0, "Lock table overflow, increase -L on server (915)", "40001" },
        { "", 0, "a value (7512) in the middle", "" },
        { "42S02", -20005, "not found (7512)", "42S02" },
        { "08S01", 0, "Socket closed", "08S01" },
        { "HY000", -20398, "unsupported context(16764)", "HY000" },
        { "", 0, "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[200];
        const struct product_error *found;

        (void)snprintf(message, sizeof message, "%s%s", frame, cases[i].text);
        found = product_error_find(cases[i].state, cases[i].code, message);
        assert_string_equal(
            product_error_state(cases[i].state, cases[i].code, message), cases[i].expected);
        assert_int_equal(
            found != NULL && found->hint != NULL, strcmp(cases[i].expected, cases[i].state) != 0);
    }
    // A number at the end of another product's message is no business of OpenEdge.
    assert_string_equal(product_error_state("", 0, "something failed (7512)"), "");
}

static void
a_number_says_more_only_where_the_state_says_little(void **state)
{
    (void)state;
    assert_string_equal(product_error_state("HY000", 2013, "gone"), "08S01");
    assert_string_equal(product_error_state("HY000", 1205, "lock wait"), "40001");
    assert_string_equal(product_error_state("42S02", 1205, "no table"), "42S02");
    assert_string_equal(product_error_state("90067", 90067, "broken"), "08006");
    assert_string_equal(product_error_state("23505", 90067, "double"), "23505");
    // Vague is what one product says of everything, not what another does.
    assert_string_equal(product_error_state("42000", 1205, "syntax"), "42000");
    assert_string_equal(product_error_state("HY000", 0, "nothing"), "HY000");
}

static void
an_error_has_its_kind_retry_and_state_by_what_the_number_means(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_false(product_error_fill(&err, "could not read", "HY000", 2013, "lost"));
    assert_int_equal(err.kind, ERROR_SOURCE);
    assert_int_equal(err.retry, RETRY_LATER);
    assert_int_equal(err.native_code, 2013);
    assert_string_equal(err.sqlstate, "08S01");
    assert_string_equal(err.message, "could not read: lost");
}

static void
words_that_may_quote_a_value_are_not_repeated(void **state)
{
    struct error err = { 0 };

    (void)state;
    (void)product_error_fill(&err, "could not read", "22003", 7, "value \"secret\" out of range");
    assert_null(strstr(err.message, "secret"));
    assert_non_null(strstr(err.message, "SQLSTATE 22003, its own number 7"));
}

static void
a_value_too_wide_names_its_column_whatever_the_state_says(void **state)
{
    struct column columns[] = { { .name = "Na" }, { .name = "Name" } };
    struct table table = { .name = "Customer", .columns = columns, .column_count = 2 };
    static const char *const states[] = { "", "HY000", "22001" };
    int column;

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct error err = { 0 };

        (void)product_error_fill(&err, "could not read", states[i], -210012,
            "[OpenEdge] Column Name in table PUB.Customer has value exceeding its max length");
        assert_true(product_error_is_too_wide(&err, &table, &column));
        assert_int_equal(column, 1);
        assert_non_null(strstr(err.message, "PUB.Customer"));
    }
    assert_true(
        product_error_is_too_wide(&(struct error){ .native_code = 210012 }, &table, &column));
    assert_int_equal(column, -1);
    assert_false(product_error_is_too_wide(&(struct error){ .native_code = 0 }, &table, &column));
}

static void
a_server_that_answers_a_login_with_no_is_told_from_one_that_is_not_there(void **state)
{
    (void)state;
    assert_true(product_error_is_refusal("could not connect: FATAL:  no such role"));
    assert_false(product_error_is_refusal("could not connect: connection refused"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openedges_errors_are_told_by_state_then_code_then_number),
        cmocka_unit_test(a_number_says_more_only_where_the_state_says_little),
        cmocka_unit_test(an_error_has_its_kind_retry_and_state_by_what_the_number_means),
        cmocka_unit_test(words_that_may_quote_a_value_are_not_repeated),
        cmocka_unit_test(a_value_too_wide_names_its_column_whatever_the_state_says),
        cmocka_unit_test(a_server_that_answers_a_login_with_no_is_told_from_one_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
