#include "source/catalog/catalog_read.h"

#include "../cmocka_all.h"
#include "source/product/product.h"

static struct buffer out;

static int
set_up(void **state)
{
    (void)state;
    buffer_init(&out, 4096);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    buffer_release(&out);
    return 0;
}

static void
a_pattern_means_the_name_alone(void **state)
{
    (void)state;
    catalog_append_pattern(&out, "\\", "a_b%c\\d'e");
    assert_string_equal(buffer_text(&out), "a\\_b\\%c\\\\d'e");
}

static void
a_driver_without_an_escape_gets_the_name(void **state)
{
    (void)state;
    catalog_append_pattern(&out, "", "a_b\\c");
    assert_string_equal(buffer_text(&out), "a_b\\c");
}

static void
a_query_of_all_tables_has_no_condition(void **state)
{
    (void)state;
    catalog_append_query(&out, "SELECT 1 WHERE a{s,t} UNION b{,t} ORDER BY 1", NULL, NULL);
    assert_string_equal(buffer_text(&out), "SELECT 1 WHERE a UNION b ORDER BY 1");
}

static void
a_query_of_one_table_names_it_in_quotes(void **state)
{
    const struct table table = { .schema = "it's", .name = "o\\ne" };

    (void)state;
    catalog_append_query(&out, "SELECT 1 WHERE a{s,t} UNION b{,t}", NULL, &table);
    assert_string_equal(buffer_text(&out),
        "SELECT 1 WHERE a AND s = 'it''s' AND t = 'o\\ne' UNION b AND t = 'o\\ne'");
}

static void
a_server_with_escapes_of_its_own_gets_no_character_of_the_name(void **state)
{
    const struct table table = { .schema = "", .name = "\\'" };

    (void)state;
    catalog_append_query(&out, "a{,t}", product_find("MariaDB")->catalog.append_text, &table);
    assert_string_equal(buffer_text(&out), "a AND t = CONVERT(X'5c27' USING utf8mb4)");
    buffer_clear(&out);
    catalog_append_query(&out, "a{,t}", product_find("PostgreSQL")->catalog.append_text, &table);
    assert_string_equal(buffer_text(&out),
        "a AND t = pg_catalog.convert_from(pg_catalog.decode('5c27', 'hex'), 'UTF8')");
}

static void
an_answer_is_taken_exactly_or_where_nothing_is_said(void **state)
{
    (void)state;
    assert_true(catalog_is_asked("shop_1", "shop_1"));
    assert_false(catalog_is_asked("shop_1", "shopx1"));
    assert_false(catalog_is_asked("shop", "SHOP"));
    assert_true(catalog_is_asked("shop", NULL));
    assert_true(catalog_is_asked("", "any"));
    assert_true(catalog_is_asked(NULL, "any"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pattern_means_the_name_alone),
        TEST(a_driver_without_an_escape_gets_the_name),
        TEST(a_query_of_all_tables_has_no_condition),
        TEST(a_query_of_one_table_names_it_in_quotes),
        TEST(a_server_with_escapes_of_its_own_gets_no_character_of_the_name),
        TEST(an_answer_is_taken_exactly_or_where_nothing_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
