#include "source/product/product.h"

#include "../cmocka_all.h"

#include <string.h>

static void
both_doors_find_a_product_by_its_name(void **state)
{
    static const char *const names[] = { "PostgreSQL", "MariaDB", "MySQL", "SQLite", "H2",
        "HSQL Database Engine", "Apache Derby", "OpenEdge", "Progress OpenEdge RDBMS" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_ptr_not_equal(product_find(names[i]), &product_unknown);
    assert_ptr_equal(product_find("MySQL"), product_find("MariaDB"));
    assert_ptr_equal(product_find("Oracle"), &product_unknown);
    assert_ptr_equal(product_find(""), &product_unknown);
}

static void
what_is_said_of_a_driver_is_said_of_no_other(void **state)
{
    (void)state;
    assert_ptr_equal(
        product_find_by_odbc("PostgreSQL", "psqlodbcw.so"), product_find("PostgreSQL"));
    assert_ptr_equal(product_find_by_odbc("PostgreSQL", "other.so"), &product_unknown);
    assert_ptr_equal(product_find_by_odbc("SQLite", "libsqlite3odbc.so"), product_find("SQLite"));
    assert_ptr_equal(product_find_by_odbc("SQLite", "other.so"), &product_unknown);
    assert_ptr_equal(product_find_by_odbc("OpenEdge", "any.so"), product_find("OpenEdge"));
    // Nothing was tried of it by ODBC.
    assert_ptr_equal(product_find_by_odbc("H2", "psqlodbcw.so"), &product_unknown);
}

static void
a_format_of_a_limit_has_one_number(void **state)
{
    static const char *const names[] = { "PostgreSQL", "MariaDB", "SQLite", "H2", "HSQL",
        "Apache Derby", "OpenEdge" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct product_dialect *dialect = &product_find(names[i])->dialect;
        const char *format = dialect->top != NULL ? dialect->top : dialect->limit;

        assert_non_null(strstr(format, "%zu"));
        assert_ptr_equal(strchr(format, '%'), strrchr(format, '%'));
    }
}

static void
check_order(
    const char *product, const char *type_name, enum value_kind kind, enum column_order expected)
{
    struct column column = { .name = "c", .type_name = type_name, .kind = kind };
    struct table table = { .name = "t", .columns = &column, .column_count = 1 };

    product_order_tell(product_find(product), &table);
    assert_int_equal(column.order, expected);
}

// What is declared an integer and the primary key need not be one: INTEGER PRIMARY KEY DESC.
static void
of_loosely_typed_columns_a_row_number_alone_is_sorted_as_numbers_are(void **state)
{
    struct column column = { .name = "id", .type_name = "INTEGER", .kind = VALUE_INTEGER };
    uint16_t positions[] = { 0 };
    struct key key = { .name = "k", .is_primary = true, .columns = positions, .column_count = 1 };
    struct table table = {
        .name = "t", .columns = &column, .column_count = 1, .keys = &key, .key_count = 1
    };

    (void)state;
    product_order_tell(product_find("SQLite"), &table);
    assert_int_equal(column.order, ORDER_UNPROVED);
    key.is_row_number = true;
    product_order_tell(product_find("SQLite"), &table);
    assert_int_equal(column.order, ORDER_DOCUMENTED);
}

static void
an_order_is_relied_on_where_the_product_documents_it(void **state)
{
    (void)state;
    check_order("PostgreSQL", "uuid", VALUE_TEXT, ORDER_DOCUMENTED);
    check_order("PostgreSQL", "text", VALUE_TEXT, ORDER_UNPROVED);
    check_order("MariaDB", "int", VALUE_INTEGER, ORDER_DOCUMENTED);
    check_order("MariaDB", "timestamp", VALUE_TIMESTAMP, ORDER_UNPROVED);
    check_order("MariaDB", "enum('a','b')", VALUE_TEXT, ORDER_BROKEN);
    check_order("SQLite", "integer", VALUE_INTEGER, ORDER_UNPROVED); // no rowid
    check_order("OpenEdge", "timestamp", VALUE_TIMESTAMP, ORDER_DOCUMENTED);
    check_order("OpenEdge", "varchar", VALUE_TEXT, ORDER_UNPROVED);
    check_order("Oracle", "date", VALUE_DATE, ORDER_DOCUMENTED);
    check_order("Oracle", "timestamp", VALUE_TIMESTAMP, ORDER_UNPROVED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_doors_find_a_product_by_its_name),
        cmocka_unit_test(what_is_said_of_a_driver_is_said_of_no_other),
        cmocka_unit_test(a_format_of_a_limit_has_one_number),
        cmocka_unit_test(an_order_is_relied_on_where_the_product_documents_it),
        cmocka_unit_test(of_loosely_typed_columns_a_row_number_alone_is_sorted_as_numbers_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
