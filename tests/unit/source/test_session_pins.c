// A door that plays a server with settings: what is asked and set is the text of the statements.
#include "source/catalog/session_pins.h"

#include "../cmocka_all.h"
#include "source/product/product.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 64 };

struct server {
    const struct product_session *product;
    char values[PRODUCT_PINS_MAX][VALUE_BYTES]; // by number of the pin
    bool has[PRODUCT_PINS_MAX];
    const char *forbidden; // may not be set
    size_t row_limit;      // of an answer while the first setting is not as wanted
    int statements;
    bool is_dead;
};

static struct arena arena;
static struct server server;
static struct source_session session;
static struct error err;

static bool
query(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
    struct error *failure)
{
    struct server *asked = context;
    bool is_limited = strcmp(asked->values[0], asked->product->pins[0].expected) != 0;
    size_t given = 0;

    assert_int_equal(field_count, 2);
    if (asked->is_dead) {
        error_set(failure, ERROR_SOURCE, "the line is cut");
        (void)snprintf(failure->sqlstate, sizeof failure->sqlstate, "08S01");
        return false;
    }
    for (size_t i = asked->product->pin_count; i-- > 0;) {
        const char *fields[] = { asked->product->pins[i].name, asked->values[i] };

        assert_non_null(strstr(sql, fields[0]));
        if (!asked->has[i] || (is_limited && given == asked->row_limit))
            continue;
        given++;
        if (!take(taker, fields, failure))
            return false;
    }
    return true;
}

static bool
run(void *context, const char *sql, struct error *failure)
{
    struct server *told = context;

    told->statements++;
    if (told->forbidden != NULL && strstr(sql, told->forbidden) != NULL)
        return error_set(failure, ERROR_TABLE, "you may not");
    for (size_t i = 0; i < told->product->pin_count; i++) {
        char name[VALUE_BYTES];

        (void)snprintf(name, sizeof name, "'%s'", told->product->pins[i].name);
        if (strstr(sql, name) == NULL)
            continue;
        if (!told->has[i])
            return error_set(failure, ERROR_TABLE, "there is no such setting");
        (void)snprintf(told->values[i], VALUE_BYTES, "%s", told->product->pins[i].expected);
    }
    return true;
}

static const struct catalog_door door = { .context = &server, .query = query, .run = run };

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    error_clear(&err);
    server = (struct server){ .product = &product_find("PostgreSQL")->session, .row_limit = 99 };
    for (size_t i = 0; i < server.product->pin_count; i++) {
        server.has[i] = true;
        (void)snprintf(server.values[i], VALUE_BYTES, "odd");
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool
pin(void)
{
    return session_pins_set(&door, product_find("PostgreSQL"), &arena, &session, &err);
}

static void
all_settings_are_made_in_one_statement_and_read_back(void **state)
{
    (void)state;
    assert_true(pin());
    assert_int_equal(server.statements, 1);
    assert_int_equal(session.pinned_count, server.product->pin_count);
    assert_null(session.loose);
    assert_false(session.may_end_early);
    assert_true(session.has_zone && session.is_utc);
    assert_string_equal(session.zone_before, "odd");
    assert_non_null(strstr(session.changed, "TimeZone (was odd)"));
}

static void
what_is_right_already_is_not_set(void **state)
{
    (void)state;
    assert_true(pin() && pin());
    assert_int_equal(server.statements, 1);
    assert_string_equal(session.changed, "");
}

static void
one_that_may_not_be_set_takes_no_other_along(void **state)
{
    (void)state;
    server.forbidden = "DateStyle";
    assert_true(pin());
    assert_int_equal(session.pinned_count, server.product->pin_count - 1);
    assert_non_null(session.loose);
    assert_null(session.loose->next);
    assert_string_equal(session.loose->name, "DateStyle");
    assert_string_equal(session.loose->found, "odd");
    assert_string_equal(session.loose->why, "you may not");
    assert_false(session.may_end_early);
}

static void
a_zone_that_may_not_be_set_leaves_no_instants(void **state)
{
    struct column column = { .type_name = "timestamptz", .kind = VALUE_TIMESTAMP_TZ };
    struct table table = { .columns = &column, .column_count = 1 };
    struct table *tables[] = { &table };
    struct catalog catalog = { .tables = tables, .table_count = 1 };

    (void)state;
    server.forbidden = "TimeZone";
    assert_true(pin());
    session_pins_mark_instants(&session, product_find("PostgreSQL"), &catalog);
    assert_false(column.is_instant);
    server.forbidden = NULL;
    assert_true(pin());
    session_pins_mark_instants(&session, product_find("PostgreSQL"), &catalog);
    assert_true(column.is_instant);
}

static void
a_limit_that_hides_the_settings_is_lifted_first(void **state)
{
    (void)state;
    for (size_t limit = 0; limit < 4; limit++) {
        assert_int_equal(tear_down(NULL) + set_up(NULL), 0);
        server.row_limit = limit;
        assert_true(pin());
        assert_int_equal(session.pinned_count, server.product->pin_count);
        assert_null(session.loose);
    }
}

static void
a_limit_that_stays_is_told(void **state)
{
    (void)state;
    server.forbidden = server.product->pins[0].name;
    assert_true(pin());
    assert_true(session.may_end_early);
}

static void
a_setting_that_this_version_does_not_have_is_none(void **state)
{
    (void)state;
    server.has[server.product->pin_count - 1] = false;
    server.has[server.product->pin_count - 2] = false;
    assert_true(pin());
    assert_int_equal(session.pinned_count, server.product->pin_count - 2);
    assert_null(session.loose);
}

static void
a_lost_connection_is_a_failure(void **state)
{
    (void)state;
    server.is_dead = true;
    assert_false(pin());
    assert_string_equal(err.message, "the line is cut");
}

static void
a_product_without_settings_is_left_alone(void **state)
{
    (void)state;
    assert_true(session_pins_set(&door, product_find("Apache Derby"), &arena, &session, &err));
    assert_int_equal(server.statements, 0);
    assert_false(session.may_end_early || session.has_zone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_settings_are_made_in_one_statement_and_read_back),
        TEST(what_is_right_already_is_not_set),
        TEST(one_that_may_not_be_set_takes_no_other_along),
        TEST(a_zone_that_may_not_be_set_leaves_no_instants),
        TEST(a_limit_that_hides_the_settings_is_lifted_first),
        TEST(a_limit_that_stays_is_told),
        TEST(a_setting_that_this_version_does_not_have_is_none),
        TEST(a_lost_connection_is_a_failure),
        TEST(a_product_without_settings_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
