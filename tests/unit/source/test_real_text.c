#include "source/real_text.h"

#include "../cmocka_all.h"
#include "model/canonical.h"

#include <stdio.h>
#include <string.h>

static void
reals_become_short_and_nothing_else_does(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        { "0.100000000000000006", "0.1" },
        { "99999.9998999999952", "99999.9999" },
        { "-1234.50000000000001", "-1234.5" },
        { "0.30000000000000004", "0.30000000000000004" },
        { "0.0", "0" },
        { "-0.000123", "-0.000123" },
        { "0.00001", "1e-05" },
        { "100.0", "100" },
        { "999999999999999.0", "999999999999999" },
        { "999999999999999.875", "999999999999999.9" },
        { "1234567890123456.0", "1.234567890123456e+15" },
        { "99999999999999.9843", "99999999999999.98" },
        { "0.99999999999999999", "1" },
        { "123456789012345.678", "123456789012345.67" },
        { "1.0e+300", "1e+300" },
        { "1.5", "1.5" },
        { "12345678901234567890", "12345678901234567890" },
        { "2024-01-02 03:04:05.678", "2024-01-02 03:04:05.678" },
        { "1.2.3.4.5.6.7.8.9.10", "1.2.3.4.5.6.7.8.9.10" },
        { "1e999.0000000000000", "1e999.0000000000000" },
        { ".", "." },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128] = "";
        size_t size = strlen(cases[i].text);

        memcpy(text, cases[i].text, size);
        (void)real_text_shorten(text, &size);
        text[size] = '\0';
        assert_string_equal(text, cases[i].expected);
    }
}

// The short cut and the general algorithm must agree.
static void
short_reals_are_canonical(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[128];
        char expected[64];
        double value;
        size_t size;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        value = (double)(int64_t)(seed % 2000000000000u) / (double)(1u << (seed >> 60)) / 10000.0;
        if (i % 2 == 0)
            value = -(double)(int64_t)(seed % 20000000000000u) / 100.0;
        (void)snprintf(text, sizeof text, "%.18g", value);
        if (strchr(text, '.') == NULL || strchr(text, 'e') != NULL)
            continue;
        size = strlen(text);
        assert_true(real_text_shorten(text, &size));
        text[size] = '\0';
        expected[canonical_float(value, false, expected)] = '\0';
        assert_string_equal(text, expected);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_become_short_and_nothing_else_does),
        cmocka_unit_test(short_reals_are_canonical),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
