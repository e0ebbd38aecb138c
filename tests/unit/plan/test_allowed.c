#include "plan/allowed.h"

#include "../cmocka_all.h"

#include <string.h>

enum { TABLES = 3, RECORDS = 2 };

static struct arena arena;
static struct settings settings;
static struct table tables[TABLES];
static struct selected_table selected[TABLES];
static struct selection selection;
static struct table_record records[RECORDS];

static int
set_up(void **state)
{
    static const char *const names[TABLES][2] = { { "Order-Line", "order_line" },
        { "order_line", "order_line" }, { "a*b", "a_b" } };

    (void)state;
    arena_init(&arena);
    settings = (struct settings){ .target.schema = "mirror" };
    for (size_t i = 0; i < TABLES; i++) {
        tables[i] = (struct table){ .schema = "", .name = names[i][0], .target_name = names[i][1] };
        selected[i] = (struct selected_table){ .table = &tables[i] };
    }
    selected[1].verdict = SELECTION_IGNORED;
    selection = (struct selection){ .tables = selected, .table_count = TABLES };
    records[0] = (struct table_record){
        .source_schema = "", .source_table = "Order-Line", .target_table = "order_line"
    };
    records[1] = (struct table_record){
        .source_schema = "", .source_table = "Old-Things", .target_table = "old_things"
    };
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
allow(const char *word, struct error *err)
{
    struct name_pattern pattern = { word, "--allow-delete", 0 };

    settings.mirror.allowed_deletes = &pattern;
    settings.mirror.allowed_delete_count = 1;
    return allowed_apply(&arena, &settings, &selection, records, RECORDS, err);
}

static void
a_table_is_named_as_the_source_or_the_mirror_spells_it(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_true(allow("ORDER_LINE", &err)); // the ignored one loses nothing anyway
    assert_true(tables[0].may_lose_rows);
    assert_false(tables[2].may_lose_rows);
    assert_true(records[0].may_vanish);
    assert_false(records[1].may_vanish);
    tables[0].may_lose_rows = false;
    assert_true(allow("order-line", &err));
    assert_true(tables[0].may_lose_rows);
}

static void
a_table_that_the_source_has_no_more_is_known_by_its_record(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_true(allow("mirror.old_things", &err));
    assert_true(records[1].may_vanish);
    records[1].may_vanish = false;
    assert_true(allow("Old-Things", &err));
    assert_true(records[1].may_vanish);
    assert_false(records[0].may_vanish);
    assert_false(tables[0].may_lose_rows);
}

static void
a_pattern_is_refused_unless_a_table_has_that_name(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_false(allow("order*", &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(
        err.message, "--allow-delete \"order*\" is a pattern, and no table has that name");
    assert_false(tables[0].may_lose_rows);
    assert_true(allow("a*b", &err));
    assert_true(tables[2].may_lose_rows);
    assert_false(tables[0].may_lose_rows);
}

static void
a_star_alone_is_every_table(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_true(allow("*", &err));
    assert_true(tables[0].may_lose_rows && tables[2].may_lose_rows);
    assert_true(records[0].may_vanish && records[1].may_vanish);
}

static void
a_name_that_nobody_knows_is_refused_with_a_near_miss(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_false(allow("old_thing", &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.hint, "Did you mean \"old_things\"?");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_is_named_as_the_source_or_the_mirror_spells_it),
        TEST(a_table_that_the_source_has_no_more_is_known_by_its_record),
        TEST(a_pattern_is_refused_unless_a_table_has_that_name),
        TEST(a_star_alone_is_every_table),
        TEST(a_name_that_nobody_knows_is_refused_with_a_near_miss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
