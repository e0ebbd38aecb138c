#include "report/summary.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static void
tables_that_took_the_same_time_are_all_told(void **state)
{
    const struct summary_table tables[] = {
        { .name = "one", .state = SUMMARY_DONE, .duration_ms = 2000 },
        { .name = "two", .state = SUMMARY_DONE, .duration_ms = 5000 },
        { .name = "three", .state = SUMMARY_DONE, .duration_ms = 2000 },
    };
    const struct summary summary = { .tables = tables, .table_count = 3 };
    char path[] = "/tmp/oe2pg-summary-XXXXXX";
    int file = mkstemp(path);
    struct error err = { 0 };
    char text[4000];
    FILE *log;

    (void)state;
    assert_true(file >= 0);
    assert_true(log_open(path, LOG_INFO, &err));
    summary_write(&summary);
    log_close();
    log = fdopen(file, "r");
    assert_non_null(log);
    text[fread(text, 1, sizeof text - 1, log)] = '\0';
    (void)fclose(log);
    (void)unlink(path);
    assert_non_null(strstr(text, "Slow: two"));
    assert_non_null(strstr(text, "Slow: one"));
    assert_non_null(strstr(text, "Slow: three"));
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
        cmocka_unit_test(tables_that_took_the_same_time_are_all_told),
        cmocka_unit_test(what_is_missing_is_told_in_one_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
