#include "method/small.h"

#include "target/held.h"

#include "../../support/job_case.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 4, TABLES = 3 };

__typeof__(held_see_many) __wrap_held_see_many;
__typeof__(small_tables_read) __wrap_small_tables_read;
__typeof__(small_tables_save) __wrap_small_tables_save;

// One group, and what PostgreSQL has of it.
static struct {
    struct fake_table sources[TABLES];
    struct fake_table mirrors[TABLES];
    char table_names[TABLES][8];
    struct job jobs[TABLES];
    // --- the same, as small.c takes and leaves it
    const struct job *job_list[TABLES];
    struct outcome outcomes[TABLES];
    bool is_settled[TABLES];
    // --- PostgreSQL
    bool has_grown; // a set of digests is full
    bool is_lost;   // before the digests are read
    bool is_lost_at_the_end;
    size_t saves;
    struct small_table_record saved[TABLES]; // that were committed
    size_t saved_count;
} group;

// All of them are text.
bool
__wrap_held_see_many(struct target *target, const char *schema, const struct table *const *tables,
    struct column *const *columns, size_t count, struct error *err)
{
    (void)target;
    (void)schema;
    (void)err;
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(tables[i]->columns, columns[i]); // the group's own
    return true;
}

bool
__wrap_small_tables_read(struct target *target, const struct digest_kind *kind,
    const struct small_tables *small, bool *is_full, struct error *err)
{
    (void)target;
    if (group.is_lost)
        return error_set(err, ERROR_TARGET, "PostgreSQL went away");
    *is_full = group.has_grown;
    for (size_t i = 0; i < small->count; i++) {
        const struct fake_table *rows = &group.mirrors[i];

        assert_ptr_equal(small->tables[i]->name, group.table_names[i]);
        for (size_t r = 0; r < rows->row_count; r++) {
            struct cell cells[FAKE_COLUMNS_MAX];

            for (size_t c = 0; c < rows->table.column_count; c++)
                cells[c] = fake_cell(rows->rows[r].values[c]);
            assert_true(digest_set_add(
                small->sets[i], digest_row(kind, small->tables[i], cells), (uint32_t)r, 1));
        }
        digest_set_freeze(small->sets[i]);
    }
    return true;
}

bool
__wrap_small_tables_save(struct target *target, const struct mirror_claim *claim,
    const struct small_table_record *records, size_t count, struct error *err)
{
    (void)target;
    assert_ptr_equal(claim, &job.claim);
    group.saves++;
    if (group.is_lost_at_the_end)
        return error_set(err, ERROR_TARGET, "PostgreSQL went away");
    memcpy(group.saved, records, count * sizeof *records);
    group.saved_count = count;
    return true;
}

// A source has one table at a time: the one that is asked for.
static void
turn_to_table(struct fake_source *source, const struct read_request *request)
{
    size_t i = 0;

    while (i < TABLES && request->table->name != group.table_names[i])
        i++;
    assert_in_range(i, 0, TABLES - 1);
    source->table = &group.sources[i];
}

static void
make_group(void)
{
    static const char *const names[] = { "id", "one" };

    memset(&group, 0, sizeof group);
    job.settings.mirror.full_below_rows = 1000;
    job.source.before = turn_to_table;
    for (size_t i = 0; i < TABLES; i++) {
        fake_table_init(&group.sources[i], names, 2, 1, ORDER_DOCUMENTED);
        fake_table_init(&group.mirrors[i], names, 2, 1, ORDER_DOCUMENTED);
        fake_table_fill(&group.sources[i], ROWS);
        fake_table_fill(&group.mirrors[i], ROWS);
        (void)snprintf(group.table_names[i], sizeof group.table_names[i], "t%zu", i);
        group.sources[i].table.name = group.sources[i].table.target_name = group.table_names[i];
        group.jobs[i] = (struct job){ .table = &group.sources[i].table, .reason = "small" };
        group.job_list[i] = &group.jobs[i];
    }
}

static void
release_group(void)
{
    for (size_t i = 0; i < TABLES; i++) {
        fake_table_release(&group.sources[i]);
        fake_table_release(&group.mirrors[i]);
    }
}

static int
tear_down(void **state)
{
    release_group();
    return job_tear_down(state);
}

static void
start_again(void)
{
    release_group();
    job_start_again(1);
}

static void
settle(void)
{
    small_settle(&job.task, group.job_list, TABLES, group.outcomes, group.is_settled);
    assert_null(job.task.counters.table);
    assert_int_equal(job.source.open_cursors, 0);
}

// All but one; TABLES: all.
static void
assert_all_settled_but(size_t left)
{
    size_t at = 0;

    settle();
    assert_int_equal(group.saves, 1);
    assert_int_equal(group.saved_count, left < TABLES ? TABLES - 1 : TABLES);
    for (size_t i = 0; i < TABLES; i++) {
        assert_int_equal(group.is_settled[i], i != left);
        if (i == left)
            continue;
        assert_ptr_equal(group.saved[at].table, &group.sources[i].table);
        assert_string_equal(group.saved[at].reason, "small");
        assert_int_equal(group.saved[at++].row_count, ROWS);
        assert_int_equal(group.outcomes[i].state, OUTCOME_DONE);
        assert_int_equal(group.outcomes[i].row_count, ROWS);
        assert_int_equal(group.outcomes[i].result.rows_read, ROWS);
    }
}

static void
assert_none_settled(void)
{
    settle();
    assert_int_equal(group.saved_count, 0);
    for (size_t i = 0; i < TABLES; i++)
        assert_false(group.is_settled[i]);
}

// ---- what is settled ---------------------------------------------------------------------------

static void
tables_that_did_not_change_are_recorded_together(void **state)
{
    (void)state;
    assert_all_settled_but(TABLES);
}

static void
a_table_without_rows_on_both_sides_did_not_change(void **state)
{
    (void)state;
    group.sources[1].row_count = group.mirrors[1].row_count = 0;
    settle();
    assert_true(group.is_settled[1]);
    assert_int_equal(group.outcomes[1].row_count, 0);
}

static void
a_table_that_differs_in_any_row_is_left_and_the_others_are_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES * ROWS; i++) {
        start_again();
        group.sources[i % TABLES].rows[i / TABLES].values[1] = "new";
        assert_all_settled_but(i % TABLES);
    }
}

static void
a_row_more_on_either_side_is_a_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        start_again();
        (void)fake_table_add(&group.sources[i], "0009 a");
        assert_all_settled_but(i);
        start_again();
        (void)fake_table_add(&group.mirrors[i], "0009 a");
        assert_all_settled_but(i);
        start_again();
        group.sources[i].row_count = 0;
        assert_all_settled_but(i);
    }
}

static void
a_row_that_comes_twice_is_a_difference(void **state)
{
    (void)state;
    (void)fake_table_add(&group.sources[1], "0001 a");
    assert_all_settled_but(1);
}

// The mirror holds what it can hold of the row; that there is more is to be told.
static void
a_value_that_postgresql_cannot_hold_leaves_its_table(void **state)
{
    (void)state;
    group.sources[1].rows[2].values[1] = "\xff";
    group.mirrors[1].rows[2].values[1] = NULL;
    assert_all_settled_but(1);
}

static void
where_nothing_is_equal_nothing_is_recorded(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++)
        group.sources[i].row_count--;
    assert_none_settled();
    assert_int_equal(group.saves, 0);
}

// ---- what fails --------------------------------------------------------------------------------

static void
a_value_that_cannot_be_read_leaves_its_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        start_again();
        group.sources[i].rows[ROWS - 1].states[1] = FAKE_UNREADABLE;
        assert_all_settled_but(i);
    }
}

static void
a_table_that_the_source_refuses_leaves_the_others(void **state)
{
    (void)state;
    job.source.fails_at_statement = 2;
    (void)error_set(&job.source.failure, ERROR_TABLE, "no permission");
    assert_all_settled_but(1);
}

// What was compared before is true all the same.
static void
a_connection_that_is_lost_ends_the_group_behind_what_was_compared(void **state)
{
    (void)state;
    for (size_t at = 1; at <= TABLES; at++) {
        start_again();
        job.source.fails_at_statement = at;
        (void)error_set(&job.source.failure, ERROR_SOURCE, "gone");
        settle();
        for (size_t i = 0; i < TABLES; i++)
            assert_int_equal(group.is_settled[i], i + 1 < at);
        assert_int_equal(group.saved_count, at - 1);
        assert_int_equal(job.source.statements, at);
    }
}

static void
a_run_that_is_stopped_asks_for_no_further_table(void **state)
{
    (void)state;
    job.is_cancelled = true;
    assert_none_settled();
    assert_int_equal(job.source.statements, 0);
}

static void
a_result_that_may_have_ended_early_settles_nothing(void **state)
{
    (void)state;
    job.source.base.session.may_end_early = true;
    assert_none_settled();
}

static void
without_the_digests_of_all_the_source_is_not_asked(void **state)
{
    (void)state;
    group.is_lost = true;
    assert_none_settled();
    assert_int_equal(job.source.statements, 0);
    start_again();
    group.has_grown = true;
    assert_none_settled();
    assert_int_equal(job.source.statements, 0);
}

static void
what_could_not_be_recorded_is_not_settled(void **state)
{
    (void)state;
    group.is_lost_at_the_end = true;
    assert_none_settled();
    assert_int_equal(group.saves, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, job_set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tables_that_did_not_change_are_recorded_together),
        TEST(a_table_without_rows_on_both_sides_did_not_change),
        TEST(a_table_that_differs_in_any_row_is_left_and_the_others_are_not),
        TEST(a_row_more_on_either_side_is_a_difference),
        TEST(a_row_that_comes_twice_is_a_difference),
        TEST(a_value_that_postgresql_cannot_hold_leaves_its_table),
        TEST(where_nothing_is_equal_nothing_is_recorded),
        TEST(a_value_that_cannot_be_read_leaves_its_table),
        TEST(a_table_that_the_source_refuses_leaves_the_others),
        TEST(a_connection_that_is_lost_ends_the_group_behind_what_was_compared),
        TEST(a_run_that_is_stopped_asks_for_no_further_table),
        TEST(a_result_that_may_have_ended_early_settles_nothing),
        TEST(without_the_digests_of_all_the_source_is_not_asked),
        TEST(what_could_not_be_recorded_is_not_settled),
    };

    job_case_init(1, make_group);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
