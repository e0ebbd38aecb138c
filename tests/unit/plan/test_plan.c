#include "plan/plan.h"

#include "../cmocka_all.h"

#include <string.h>

enum { TABLES = 6 };

static struct arena arena;
static struct column columns[2];
static struct table tables[TABLES];
static struct selected_table selected[TABLES];
static struct selection selection;
static struct table_record records[3];

static int
set_up(void **state)
{
    static const char *const names[TABLES] = { "a", "b", "c", "d", "e", "f" };

    (void)state;
    arena_init(&arena);
    memset(records, 0, sizeof records);
    columns[0] = (struct column){ .name = "id", .target_name = "id", .type_name = "integer" };
    columns[1] = (struct column){ .name = "n", .target_name = "n", .type_name = "varchar(5)" };
    for (size_t i = 0; i < TABLES; i++) {
        tables[i] = (struct table){ .schema = "PUB",
            .name = names[i],
            .target_name = names[i],
            .columns = columns,
            .column_count = 2,
            .row_estimate = -1 };
        selected[i] = (struct selected_table){ .table = &tables[i] };
    }
    selection =
        (struct selection){ .tables = selected, .table_count = TABLES, .taken_count = TABLES };
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *
order_of(const struct plan *plan)
{
    char *order = arena_alloc(&arena, TABLES + 1);

    for (size_t i = 0; i < plan->job_count; i++)
        order[i] = plan->jobs[i].table->name[0];
    return order;
}

static struct table_record *
record(size_t i, const char *name, enum table_state state, int64_t last_success_ms)
{
    records[i] = (struct table_record){ .source_schema = "PUB",
        .source_table = name,
        .state = state,
        .last_success_ms = last_success_ms,
        .is_loaded = last_success_ms != 0 };
    return &records[i];
}

static void
unfinished_loads_come_first_then_priority_then_new_tables(void **state)
{
    struct plan plan;

    (void)state;
    tables[1].priority = 5;
    tables[4].row_estimate = 100;
    tables[5].row_estimate = 1000;
    record(0, "c", TABLE_STATE_DONE, 1000)->content.row_count = 7;
    record(1, "d", TABLE_STATE_STAGED, 0);
    record(2, "e", TABLE_STATE_FAILED, 0);
    plan_make(&arena, &selection, records, 3, 1000, &plan);
    assert_string_equal(order_of(&plan), "dbfeac");
    assert_int_equal(plan.jobs[0].method, METHOD_LOAD);
    assert_int_equal(plan.jobs[5].method, METHOD_COMPARE);
    assert_int_equal(plan.jobs[5].row_estimate, 7);
    assert_ptr_equal(plan.jobs[5].record, &records[0]);
    for (size_t i = 0; i < plan.job_count; i++)
        assert_true(strlen(plan.jobs[i].reason) > 10);
}

static void
a_load_that_was_not_compared_yet_is_compared_and_not_loaded_again(void **state)
{
    struct plan plan;

    (void)state;
    selection.table_count = 1;
    selection.taken_count = 1;
    record(0, "a", TABLE_STATE_LOADED, 0)->is_loaded = true;
    plan_make(&arena, &selection, records, 1, 1000, &plan);
    assert_int_equal(plan.jobs[0].method, METHOD_COMPARE);
    records[0].state = TABLE_STATE_FAILED;
    plan_make(&arena, &selection, records, 1, 1000, &plan);
    assert_int_equal(plan.jobs[0].method, METHOD_COMPARE);
}

static void
what_an_interrupted_run_did_not_come_to_is_first_and_large_before_small(void **state)
{
    struct plan plan;

    (void)state;
    selection.table_count = 3;
    selection.taken_count = 3;
    record(0, "a", TABLE_STATE_DONE, 1000)->run_id = 8;
    record(1, "b", TABLE_STATE_DONE, 1000)->run_id = 7;
    record(2, "c", TABLE_STATE_DONE, 1000)->run_id = 8;
    records[0].content.row_count = 10;
    records[2].content.row_count = 20;
    plan_make(&arena, &selection, records, 3, 0, &plan);
    assert_string_equal(order_of(&plan), "bca");
}

static void
only_taken_tables_become_jobs(void **state)
{
    struct plan plan;

    (void)state;
    selected[0].verdict = SELECTION_IGNORED;
    selected[1].verdict = SELECTION_REFUSED;
    selected[2].verdict = SELECTION_NOT_SELECTED;
    selection.taken_count = 3;
    plan_make(&arena, &selection, NULL, 0, 1000, &plan);
    assert_string_equal(order_of(&plan), "def");
    selection.table_count = 0;
    selection.taken_count = 0;
    plan_make(&arena, &selection, NULL, 0, 1000, &plan);
    assert_int_equal(plan.job_count, 0);
}

static void
the_fingerprint_sees_every_change_of_shape(void **state)
{
    uint16_t positions[] = { 0 };
    const struct key key = { .columns = positions, .column_count = 1 };
    struct column other[2] = { columns[0], columns[1] };
    struct table table = tables[0];
    uint64_t first = plan_fingerprint(&table);
    uint64_t with_key;

    (void)state;
    table.columns = other;
    assert_true(plan_fingerprint(&table) == first);
    other[1].type_name = "varchar(6)";
    assert_true(plan_fingerprint(&table) != first);
    other[1] = columns[0];
    other[0] = columns[1];
    assert_true(plan_fingerprint(&table) != first);
    table.columns = columns;
    table.where.condition = "id > 1";
    assert_true(plan_fingerprint(&table) != first);
    table.where.condition = NULL;
    table.key = &key;
    with_key = plan_fingerprint(&table);
    assert_true(with_key != first);
    positions[0] = 1;
    assert_true(plan_fingerprint(&table) != with_key);
    table.key = NULL;
    table.column_count = 1;
    assert_true(plan_fingerprint(&table) != first);
}

static void
a_shape_of_before_is_known_by_the_zone_of_its_time_stamps_alone(void **state)
{
    struct column stamped[2] = { columns[0], columns[1] };
    struct table table = tables[0];
    uint64_t before = plan_fingerprint(&table);

    (void)state;
    table.columns = stamped;
    assert_false(plan_is_rezoned(&table, before));
    stamped[1].is_instant = true;
    assert_true(plan_fingerprint(&table) != before);
    assert_true(plan_is_rezoned(&table, before));
    assert_false(plan_is_rezoned(&table, plan_fingerprint(&table)));
    stamped[0].type_name = "varchar(7)";
    assert_false(plan_is_rezoned(&table, before));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unfinished_loads_come_first_then_priority_then_new_tables),
        TEST(a_load_that_was_not_compared_yet_is_compared_and_not_loaded_again),
        TEST(what_an_interrupted_run_did_not_come_to_is_first_and_large_before_small),
        TEST(only_taken_tables_become_jobs),
        TEST(a_shape_of_before_is_known_by_the_zone_of_its_time_stamps_alone),
        TEST(the_fingerprint_sees_every_change_of_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
