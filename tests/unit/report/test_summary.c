#include "report/summary.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static void
only_slow_tables_are_told_and_all_that_took_the_same_time(void **state)
{
    const struct summary_table tables[] = {
        { .name = "one", .state = SUMMARY_DONE, .duration_ms = 20000, .odd_stamps = 2 },
        { .name = "two", .state = SUMMARY_DONE, .duration_ms = 50000, .odd_stamps = 3 },
        { .name = "quick", .state = SUMMARY_DONE, .duration_ms = 9999 },
        { .name = "three", .state = SUMMARY_DONE, .duration_ms = 20000 },
        { .name = "a small part", .state = SUMMARY_DONE, .duration_ms = 19000 },
    };
    const struct summary summary = { .tables = tables, .table_count = 5, .duration_ms = 200000 };
    char path[] = "/tmp/oe2pg-summary-XXXXXX";
    int file = mkstemp(path);
    struct error err = { 0 };
    char text[4000];
    FILE *log;

    (void)state;
    assert_true(file >= 0);
    assert_true(log_open(path, LOG_INFO, LOG_INFO, &err));
    summary_write(&summary);
    log_close();
    log = fdopen(file, "r");
    assert_non_null(log);
    text[fread(text, 1, sizeof text - 1, log)] = '\0';
    (void)fclose(log);
    (void)unlink(path);
    assert_non_null(strstr(text, "5 stamps with zone came in a form that is not known, mirrored as "
                                 "received: in one, two"));
    assert_non_null(strstr(text, "Slow: two"));
    assert_non_null(strstr(text, "Slow: one"));
    assert_non_null(strstr(text, "Slow: three"));
    assert_null(strstr(text, "Slow: quick"));
    assert_null(strstr(text, "Slow: a small part"));
    assert_true(strstr(text, "Slow: two") < strstr(text, "Slow: one"));
    assert_true(strstr(text, "Slow: one") < strstr(text, "Slow: three"));
}

static void
what_is_missing_is_told_in_one_sentence(void **state)
{
    const struct error error = { .message = "no" };
    const struct summary_table tables[] = {
        { .name = "one", .state = SUMMARY_FAILED, .error = &error },
        { .name = "two", .state = SUMMARY_DONE },
    };
    struct summary summary = { .tables = tables, .table_count = 2, .different_count = 1 };
    char why[400];

    (void)state;
    summary.sums.values_newly_quarantined = 3;
    summary_describe_shortfall(&summary, why, sizeof why);
    assert_string_equal(why, "1 of 2 tables failed; 1 of 2 tables differs from the source; 3 "
                             "values or rows went to quarantine anew (oe2pg status --quarantine)");
    assert_false(summary_is_mended(&summary));
    summary = (struct summary){ .tables = &tables[1], .table_count = 1, .repaired_count = 1 };
    summary_describe_shortfall(&summary, why, sizeof why);
    assert_string_equal(why, "1 of 1 table differed from the source and was repaired");
    assert_true(summary_is_mended(&summary));
    summary = (struct summary){ .tables = &tables[1], .table_count = 1 };
    summary_describe_shortfall(&summary, why, sizeof why);
    assert_string_equal(why, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_slow_tables_are_told_and_all_that_took_the_same_time),
        cmocka_unit_test(what_is_missing_is_told_in_one_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
