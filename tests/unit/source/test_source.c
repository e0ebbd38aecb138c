#include "source/source.h"

#include "../cmocka_all.h"
#include "source/driver.h"

static struct source_capabilities
capabilities_of(const char *product)
{
    const struct source source = { .identity.product = product };

    return source_capabilities(&source);
}

static void
what_a_source_can_is_told_without_its_name(void **state)
{
    (void)state;
    assert_non_null(capabilities_of("OpenEdge").row_id);
    assert_true(capabilities_of("OpenEdge").may_cut);
    assert_true(capabilities_of("OpenEdge").has_metaschema);
    assert_null(capabilities_of("PostgreSQL").row_id);
    assert_false(capabilities_of("PostgreSQL").may_cut);
    assert_int_equal(capabilities_of("MySQL").name_quote, '`');
    assert_int_equal(capabilities_of("MariaDB").name_quote, '`');
    assert_int_equal(capabilities_of("PostgreSQL").name_quote, '"');
}

static void
of_an_unknown_product_nothing_is_relied_on(void **state)
{
    const struct source_capabilities capabilities = capabilities_of("Oracle");

    (void)state;
    assert_null(capabilities.row_id);
    assert_false(capabilities.may_cut);
    assert_false(capabilities.has_metaschema);
    assert_int_equal(capabilities.name_quote, '"');
    assert_null(capabilities.clock);
    assert_null(capabilities.letters);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_source_can_is_told_without_its_name),
        cmocka_unit_test(of_an_unknown_product_nothing_is_relied_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
