// What is asked through ODBC, as strings: no driver of OpenEdge is at hand.
#include "source/odbc/odbc_query.h"
#include "source/openedge/openedge.h"
#include "source/product/product.h"

#include "../cmocka_all.h"

#include <string.h>

static char bytes[] = "7";

static struct column columns[] = {
    { .name = "Cust-Num", .kind = VALUE_INTEGER, .is_nullable = true, .width = 4 },
    { .name = "Bill\"To", .kind = VALUE_INTEGER, .is_nullable = false, .width = 4 },
};
static uint16_t key_columns[] = { 0, 1 };
static const struct key billing = {
    .name = "k", .columns = key_columns, .column_count = 2, .descending = 2
};
static const struct table table = {
    .schema = "PUB", .name = "Order", .columns = columns, .column_count = 2
};

static void
check_sql(const struct read_request *request, bool needs_unlocked, const char *expected)
{
    struct odbc_source source = { .product = product_find_by_odbc("OpenEdge", "pgoe27.so"),
        .needs_unlocked = needs_unlocked };
    static const uint16_t order[] = { 0, 1 };
    const struct odbc_note note = { 0 };
    struct odbc_query query = { 0 };
    struct error err = { 0 };

    source.base.identity.code_page = "UTF-8";
    memcpy(source.quote, "\"", 2);
    assert_true(odbc_query_build(&source, request, order, &note, &query, &err));
    assert_string_equal(buffer_text(&query.sql), expected);
    odbc_query_release(&query);
}

#define ITEMS "\"Cust-Num\", \"Bill\"\"To\" FROM \"PUB\".\"Order\""

static void
openedge_is_read_in_the_direction_of_its_index(void **state)
{
    struct cell values[] = { { .bytes = bytes, .size = 1 }, { .bytes = bytes, .size = 1 } };
    struct key_position after = { .values = values, .count = 2 };
    struct read_request request = {
        .table = &table, .part = KEY_PART_NOT_NULL, .key = &billing, .row_limit = 500
    };

    (void)state;
    check_sql(&request, false,
        "SELECT TOP 500 " ITEMS
        " WHERE \"Cust-Num\" IS NOT NULL ORDER BY \"Cust-Num\", \"Bill\"\"To\" DESC");
    request.row_limit = 0;
    request.after = &after;
    check_sql(&request, false,
        "SELECT " ITEMS " WHERE \"Cust-Num\" IS NOT NULL AND \"Cust-Num\" = ? AND "
        "\"Bill\"\"To\" < ? ORDER BY \"Cust-Num\", \"Bill\"\"To\" DESC");
    after.count = 1;
    check_sql(&request, false,
        "SELECT " ITEMS " WHERE \"Cust-Num\" IS NOT NULL AND \"Cust-Num\" > ? "
        "ORDER BY \"Cust-Num\", \"Bill\"\"To\" DESC");
}

static void
openedge_is_read_without_locks_by_a_hint_where_the_level_cannot_be_had(void **state)
{
    struct read_request request = { .table = &table, .part = KEY_PART_WITH_NULL, .key = &billing };

    (void)state;
    check_sql(&request, true,
        "SELECT " ITEMS " WITH (NOLOCK) WHERE (\"Cust-Num\" IS NULL OR \"Bill\"\"To\" IS NULL)");
    request.part = KEY_PART_ALL;
    request.key = NULL;
    check_sql(&request, true, "SELECT " ITEMS " WITH (NOLOCK)");
    check_sql(&request, false, "SELECT " ITEMS);
}

static void
rowid_is_asked_for_like_a_column_but_never_in_quotes(void **state)
{
    static const int64_t ids[] = { 7, 8 };
    struct column with_id[] = { columns[0], openedge_row_id };
    struct table asked = table;
    struct read_request request = {
        .table = &asked, .part = KEY_PART_ALL, .only_ids = { .ids = ids, .count = 2 }
    };

    (void)state;
    asked.columns = with_id;
    check_sql(&request, true,
        "SELECT \"Cust-Num\", ROWID FROM \"PUB\".\"Order\" WITH (NOLOCK)"
        " WHERE (ROWID = '7' OR ROWID = '8')");
}

static void
the_users_condition_stands_beside_those_of_the_request(void **state)
{
    static const int64_t ids[] = { 5, 7 };
    static const int64_t id[] = { 9 };
    struct table asked = table;
    struct read_request request = { .table = &asked,
        .part = KEY_PART_ALL,
        .only_ids = { .ids = id, .count = 1 },
        .except_ids = { .ids = ids, .count = 2 } };

    (void)state;
    asked.where.condition = "x = 1 OR y = 2 -- why";
    check_sql(&request, false,
        "SELECT " ITEMS " WHERE (x = 1 OR y = 2 -- why\n) AND (ROWID = '9')"
        " AND (ROWID <> '5' AND ROWID <> '7')");
}

// In groups, for SQLite refuses an expression that is a thousand deep.
static void
values_that_the_driver_would_cut_are_told_by_one_condition_and_else_texts_are_counted(void **state)
{
    static struct column few[] = {
        { .name = "n", .type_name = "INTEGER", .kind = VALUE_INTEGER },
        { .name = "r", .type_name = "REAL", .kind = VALUE_FLOAT },
        { .name = "k", .type_name = "INTEGER", .kind = VALUE_INTEGER, .order = ORDER_DOCUMENTED },
        { .name = "d", .type_name = "DATE", .kind = VALUE_DATE },
        { .name = "t", .type_name = "VARCHAR(9)", .kind = VALUE_TEXT, .width = 9 },
        { .name = "u", .type_name = "VARCHAR(9)", .kind = VALUE_TEXT, .width = 9 },
    };
    static struct column many[120];
    uint16_t order[120];
    struct odbc_source source = { .product = product_find_by_odbc("SQLite", "libsqlite3odbc.so") };
    struct table asked = { .schema = "", .name = "T", .columns = few, .column_count = 6 };
    const struct read_request request = { .table = &asked, .part = KEY_PART_ALL };
    const struct odbc_note note = { 0 };
    struct odbc_query query = { 0 };
    struct error err = { 0 };

    (void)state;
    source.base.identity.code_page = "UTF-8";
    memcpy(source.quote, "\"", 2);
    for (uint16_t i = 0; i < 120; i++) {
        order[i] = i;
        many[i] = few[0];
    }
    assert_true(odbc_query_build(&source, &request, order, &note, &query, &err));
    assert_non_null(strstr(buffer_text(&query.sql),
        ", CASE WHEN ((+\"T\".\"n\" > 9223372036854775807 AND instr(\"T\".\"n\", char(0))) OR "
        "(instr(\"T\".\"d\", char(0)))) THEN 1000000000000 ELSE "
        "((ifnull(length(CAST(\"T\".\"t\" AS BLOB)), 0)) + "
        "(ifnull(length(CAST(\"T\".\"u\" AS BLOB)), 0))) END FROM"));
    assert_true(query.has_guard && query.is_counted[4] && !query.is_counted[3]);
    // The expression of a real tells such a text itself, if the bytes are UTF-8.
    assert_non_null(strstr(buffer_text(&query.sql), "instr(\"T\".\"r\", char(0))"));
    odbc_query_release(&query);
    source.base.identity.code_page = "UTF-16le";
    assert_true(odbc_query_build(&source, &request, order, &note, &query, &err));
    assert_non_null(strstr(buffer_text(&query.sql), "OR (+\"T\".\"r\" > 9223372036854775807"));
    assert_null(strstr(buffer_text(&query.sql), "hex("));
    odbc_query_release(&query);
    source.base.identity.code_page = "UTF-8";
    asked.columns = many;
    asked.column_count = 120;
    assert_true(odbc_query_build(&source, &request, order, &note, &query, &err));
    assert_non_null(strstr(buffer_text(&query.sql), "char(0)))) OR ((+"));
    assert_non_null(strstr(buffer_text(&query.sql), " ELSE 0 END FROM"));
    odbc_query_release(&query);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openedge_is_read_in_the_direction_of_its_index),
        cmocka_unit_test(openedge_is_read_without_locks_by_a_hint_where_the_level_cannot_be_had),
        cmocka_unit_test(rowid_is_asked_for_like_a_column_but_never_in_quotes),
        cmocka_unit_test(the_users_condition_stands_beside_those_of_the_request),
        cmocka_unit_test(
            values_that_the_driver_would_cut_are_told_by_one_condition_and_else_texts_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
