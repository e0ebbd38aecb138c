// Small results, from a driver that is made here: a row it cannot deliver leaves the block a
// success.
#include "base/text.h"
#include "source/odbc/odbc.h"
#include "source/product/product.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 100, FIELD = 16 };

// What the driver answers: blocks of `rows` rows until all are told. Row `bad` of all of them,
// counted from 0, has the state `bad_state`.
static struct {
    size_t rows[4];
    size_t block;
    size_t told;
    size_t bad;
    SQLUSMALLINT bad_state;
    const char *sqlstate; // NULL: nothing is said of the failure
    SQLULEN *fetched;
    SQLUSMALLINT *states;
    char *values;
    SQLLEN *indicators;
} driver;

static int handle;

// --- the driver: stands before unixODBC's functions of these names

SQLRETURN
SQLAllocHandle(SQLSMALLINT type, SQLHANDLE input, SQLHANDLE *output)
{
    (void)type;
    (void)input;
    *output = &handle;
    return SQL_SUCCESS;
}

SQLRETURN
SQLFreeHandle(SQLSMALLINT type, SQLHANDLE freed)
{
    (void)type;
    (void)freed;
    return SQL_SUCCESS;
}

SQLRETURN
SQLSetStmtAttr(SQLHSTMT statement, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER size)
{
    (void)statement;
    (void)size;
    if (attribute == SQL_ATTR_ROWS_FETCHED_PTR)
        driver.fetched = value;
    if (attribute == SQL_ATTR_ROW_STATUS_PTR)
        driver.states = value;
    return SQL_SUCCESS;
}

SQLRETURN
SQLBindCol(SQLHSTMT statement, SQLUSMALLINT column, SQLSMALLINT type, SQLPOINTER values,
    SQLLEN size, SQLLEN *indicators)
{
    (void)statement;
    (void)type;
    assert_int_equal(column, 1);
    assert_int_equal(size, FIELD);
    driver.values = values;
    driver.indicators = indicators;
    return SQL_SUCCESS;
}

SQLRETURN
SQLFetch(SQLHSTMT statement)
{
    SQLRETURN code = SQL_SUCCESS;
    size_t count = driver.rows[driver.block];

    (void)statement;
    if (count == 0)
        return SQL_NO_DATA;
    driver.block++;
    for (size_t i = 0; i < count; i++) {
        SQLUSMALLINT state = SQL_ROW_SUCCESS;

        if (driver.told + i == driver.bad) {
            state = driver.bad_state;
            code = SQL_SUCCESS_WITH_INFO;
        }
        driver.indicators[i] =
            snprintf(driver.values + i * FIELD, FIELD, "row %zu", driver.told + i);
        if (driver.states != NULL)
            driver.states[i] = state;
    }
    driver.told += count;
    *driver.fetched = count;
    return code;
}

SQLRETURN
SQLGetDiagRec(SQLSMALLINT type, SQLHANDLE of, SQLSMALLINT number, SQLCHAR *state,
    SQLINTEGER *native, SQLCHAR *message, SQLSMALLINT capacity, SQLSMALLINT *size)
{
    (void)type;
    (void)of;
    if (number > 1 || driver.sqlstate == NULL)
        return SQL_NO_DATA;
    (void)snprintf((char *)state, 6, "%s", driver.sqlstate);
    *size = (SQLSMALLINT)snprintf((char *)message, (size_t)capacity, "the record is damaged");
    *native = 42;
    return SQL_SUCCESS;
}

// --- reading it

// Returns the rows read; `err` says why they ended, unless all were told.
static size_t
read_all(bool *is_done, struct error *err)
{
    struct source_settings settings = { 0 };
    struct odbc_source source = { .settings = &settings, .product = &product_unknown };
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    bool has_row = true;
    size_t count = 0;

    assert_int_equal(pthread_mutex_init(&source.running_lock, NULL), 0);
    assert_true(odbc_statement_open(&source, &statement, err));
    assert_true(odbc_result_open(&statement, 1, FIELD, &result, err));
    for (;;) {
        char expected[FIELD];

        *is_done = odbc_result_next(&result, &has_row, err);
        if (!*is_done || !has_row)
            break;
        (void)snprintf(expected, sizeof expected, "row %zu", count++);
        assert_string_equal(odbc_result_text(&result, 0, NULL), expected);
    }
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    assert_int_equal(pthread_mutex_destroy(&source.running_lock), 0);
    return count;
}

static void
begin(size_t bad, SQLUSMALLINT bad_state, const char *sqlstate)
{
    memset(&driver, 0, sizeof driver);
    driver.rows[0] = BLOCK;
    driver.rows[1] = BLOCK;
    driver.rows[2] = 7;
    driver.bad = bad;
    driver.bad_state = bad_state;
    driver.sqlstate = sqlstate;
}

static void
every_row_of_every_block_is_read(void **state)
{
    struct error err = { 0 };
    bool is_done = false;

    (void)state;
    begin(SIZE_MAX, SQL_ROW_SUCCESS, NULL);
    assert_int_equal(read_all(&is_done, &err), 207);
    assert_true(is_done);
    begin(150, SQL_ROW_SUCCESS_WITH_INFO, "01004");
    assert_int_equal(read_all(&is_done, &err), 207);
    assert_true(is_done);
}

static void
a_row_that_the_driver_could_not_deliver_is_an_error_and_not_skipped(void **state)
{
    static const size_t places[] = { 0, 5, 99, 100, 206 };
    static const SQLUSMALLINT states[] = { SQL_ROW_ERROR, SQL_ROW_DELETED };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof places / sizeof places[0]; i++) {
        struct error err = { 0 };
        bool is_done = true;

        begin(places[i / 2], states[i % 2], i % 2 == 0 ? "HY000" : NULL);
        assert_int_equal(read_all(&is_done, &err), places[i / 2]);
        assert_false(is_done);
        assert_int_equal(err.kind, ERROR_DATA);
        assert_true(text_match("could not read a row of the catalogue*", err.message));
        if (i % 2 == 0)
            assert_true(text_match("*the record is damaged*", err.message));
    }
}

static void
a_connection_lost_in_a_row_stays_one(void **state)
{
    struct error err = { 0 };
    bool is_done = true;

    (void)state;
    begin(5, SQL_ROW_ERROR, "08S01");
    assert_int_equal(read_all(&is_done, &err), 5);
    assert_int_equal(err.kind, ERROR_SOURCE);
    assert_int_equal(err.retry, RETRY_LATER);
}

static void
rows_that_are_none_end_the_last_block(void **state)
{
    struct error err = { 0 };
    bool is_done = false;

    (void)state;
    begin(206, SQL_ROW_NOROW, NULL);
    assert_int_equal(read_all(&is_done, &err), 206);
    assert_true(is_done);
    begin(205, SQL_ROW_NOROW, NULL);
    assert_int_equal(read_all(&is_done, &err), 205);
    assert_false(is_done);
    assert_int_equal(err.kind, ERROR_DATA);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_every_block_is_read),
        cmocka_unit_test(a_row_that_the_driver_could_not_deliver_is_an_error_and_not_skipped),
        cmocka_unit_test(a_connection_lost_in_a_row_stays_one),
        cmocka_unit_test(rows_that_are_none_end_the_last_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
