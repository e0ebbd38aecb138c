#include "../../support/fake_server.h"
#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_server server;
static struct fake_answer answer;
static struct error err;
static char *unknown;

static int
set_up(void **state)
{
    (void)state;
    fake_server_init(&server);
    memset(&answer, 0, sizeof answer);
    answer.column_count = 3;
    server.answers[0] = &answer;
    error_clear(&err);
    unknown = NULL;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fake_server_release(&server);
    free(unknown);
    return 0;
}

// A time-out as the server has it behind the statement.
static void
has(const char *name, const char *value, bool is_known)
{
    const char **row = answer.cells[answer.row_count++];

    row[0] = name;
    row[1] = value;
    row[2] = is_known ? "t" : "f";
}

static bool
pin(void)
{
    return time_outs_pin(&server.target, &unknown, &err);
}

static void
a_session_that_cannot_be_set_fails(void **state)
{
    (void)state;
    answer.sqlstate = "42501";
    assert_false(pin());
    assert_non_null(strstr(err.message, "could not set the time-outs"));
    assert_null(unknown);
}

static void
a_time_out_that_stays_in_force_fails_by_its_name(void **state)
{
    (void)state;
    has("lock_timeout", TARGET_LOCK_TIMEOUT, true);
    has("made_up_timeout", "5s", false);
    has("statement_timeout", "30s", true);
    assert_false(pin());
    assert_int_equal(err.kind, ERROR_TARGET);
    assert_non_null(strstr(err.message, "statement_timeout at \"30s\", \"0\" is needed"));
    assert_null(unknown);
}

static void
time_outs_that_nobody_knows_are_named_where_they_are_in_force(void **state)
{
    (void)state;
    has("first_timeout", "5s", false);
    has("idle_timeout", "0", false);
    has("statement_timeout", "0", true);
    has("second_timeout", "1min", false);
    assert_true(pin());
    assert_string_equal(unknown, "first_timeout = 5s, second_timeout = 1min");
}

static void
a_server_with_fewer_of_them_is_as_good(void **state)
{
    (void)state;
    has("statement_timeout", "0", true);
    has("tcp_user_timeout", "77", true); // left alone, whatever it is
    assert_true(pin());
    assert_null(unknown);
}

static void
each_that_ends_a_session_is_set_and_others_are_left_alone(void **state)
{
    static const char *const set[] = { "statement_timeout", "lock_timeout",
        "idle_in_transaction_session_timeout", "idle_session_timeout", "transaction_timeout" };
    static const char *const left[] = { "tcp_user_timeout", "deadlock_timeout",
        "wal_sender_timeout", "wal_receiver_timeout" };
    const char *sql;
    const char *names;

    (void)state;
    assert_true(pin());
    sql = buffer_text(&server.statements);
    names = strstr(sql, " IN ('");
    assert_non_null(names);
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        char when[80];

        (void)snprintf(when, sizeof when, "WHEN '%s' THEN", set[i]);
        assert_non_null(strstr(sql, when));
        assert_non_null(strstr(names, set[i]));
    }
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        const char *found = strstr(sql, left[i]);

        assert_non_null(found);
        assert_true(found > names); // not among those that are set
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_session_that_cannot_be_set_fails),
        TEST(a_time_out_that_stays_in_force_fails_by_its_name),
        TEST(time_outs_that_nobody_knows_are_named_where_they_are_in_force),
        TEST(a_server_with_fewer_of_them_is_as_good),
        TEST(each_that_ends_a_session_is_set_and_others_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
