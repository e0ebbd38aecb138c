#include "base/sqlstate.h"

#include "../cmocka_all.h"

#include <string.h>

static void
the_longest_prefix_decides(void **state)
{
    static const struct {
        const char *sqlstate;
        enum error_kind source;
        enum error_kind target;
        bool is_passing;
    } cases[] = {
        { "08006", ERROR_SOURCE, ERROR_TARGET, true },
        { "08004", ERROR_SOURCE, ERROR_TARGET, false },
        { "22001", ERROR_DATA, ERROR_DATA, false },
        { "25006", ERROR_SOURCE, ERROR_TARGET, false },
        { "28P01", ERROR_SOURCE, ERROR_TARGET, false },
        { "40001", ERROR_TABLE, ERROR_TABLE, true },
        { "40P01", ERROR_TABLE, ERROR_TABLE, true },
        { "42501", ERROR_TABLE, ERROR_TABLE, false },
        { "42P01", ERROR_TABLE, ERROR_TABLE, false },
        { "53100", ERROR_SOURCE, ERROR_TARGET, false },
        { "53300", ERROR_SOURCE, ERROR_TARGET, true },
        { "55P03", ERROR_TABLE, ERROR_TABLE, true },
        { "57014", ERROR_TABLE, ERROR_TABLE, true },
        { "57P01", ERROR_SOURCE, ERROR_TARGET, true },
        { "HYT00", ERROR_SOURCE, ERROR_TARGET, true },
        { "IM002", ERROR_SOURCE, ERROR_TARGET, false },
        { "ZZ999", ERROR_TABLE, ERROR_TABLE, false },
        { "", ERROR_TABLE, ERROR_TABLE, false },
        { "0", ERROR_TABLE, ERROR_TABLE, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sqlstate_meaning source = sqlstate_find(cases[i].sqlstate, ERROR_SIDE_SOURCE);
        struct sqlstate_meaning target = sqlstate_find(cases[i].sqlstate, ERROR_SIDE_TARGET);

        assert_int_equal(source.kind, cases[i].source);
        assert_int_equal(target.kind, cases[i].target);
        assert_int_equal(source.retry, cases[i].is_passing ? RETRY_LATER : RETRY_NEVER);
        assert_int_equal(target.retry, cases[i].is_passing ? RETRY_LATER : RETRY_NEVER);
    }
}

static void
known_troubles_come_with_a_remedy(void **state)
{
    static const char *const states[] = { "08006", "28000", "53100", "53300", "42501", "IM002" };

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        assert_non_null(sqlstate_find(states[i], ERROR_SIDE_SOURCE).hint);
    assert_null(sqlstate_find("99999", ERROR_SIDE_SOURCE).hint);
}

static void
each_side_has_a_remedy_of_its_own(void **state)
{
    static const char *const states[] = { "40001", "42501", "53000", "54000", "57014", "P0001",
        "XX000" };

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        const char *source = sqlstate_find(states[i], ERROR_SIDE_SOURCE).hint;
        const char *target = sqlstate_find(states[i], ERROR_SIDE_TARGET).hint;

        assert_non_null(strstr(source, "source"));
        assert_null(strstr(target, "source"));
    }
    assert_non_null(strstr(sqlstate_find("HY008", ERROR_SIDE_SOURCE).hint, "who holds a lock"));
}

static void
data_constraints_and_triggers_may_quote_values(void **state)
{
    (void)state;
    assert_true(sqlstate_may_quote_values("22P02"));
    assert_true(sqlstate_may_quote_values("23514"));
    assert_true(sqlstate_may_quote_values("P0001"));
    assert_false(sqlstate_may_quote_values("42P01"));
    assert_false(sqlstate_may_quote_values(""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_decides),
        cmocka_unit_test(data_constraints_and_triggers_may_quote_values),
        cmocka_unit_test(known_troubles_come_with_a_remedy),
        cmocka_unit_test(each_side_has_a_remedy_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
