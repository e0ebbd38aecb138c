#include "read/hunt/by_row_id.h"

#include "../../../support/trial.h"
#include "../../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static struct trial trial;

// OpenEdge's, and no key: the only thing that leads to a row is its id.
static int
set_up(void **state)
{
    (void)state;
    trial_init(&trial, 0);
    trial.source.base.identity.product = "OpenEdge";
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    trial_release(&trial);
    return 0;
}

// Each row came once, in whatever order.
static void
assert_rows(size_t count, size_t gone)
{
    assert_int_equal(trial.row_count, count - gone);
    for (size_t r = 1; r <= count; r++) {
        char number[8];
        const char *found;

        (void)snprintf(number, sizeof number, "%04zu ", r);
        found = strstr(buffer_text(&trial.rows), number);
        assert_int_equal(found != NULL, r <= count - gone);
        assert_true(found == NULL || strstr(found + 1, number) == NULL);
    }
}

// ---- where ids do not work ----------------------------------------------------------------------

// The column is left out of all rows then, as it is of a source without ids.
static void
assert_read_without_ids(const char *why)
{
    fake_table_fill(&trial.table, 5);
    trial_damage(&trial, 3, 2, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(trial.hunt->workaround.row_id_refusal, why);
    assert_string_equal(trial_told(&trial), "c not_read 5");
    assert_rows(5, 0);
}

static void
rows_that_cannot_be_asked_for_by_ids_are_read_without_the_column(void **state)
{
    (void)state;
    trial.source.refuses_ids = true;
    assert_read_without_ids("no such statement here");
}

static void
ids_for_which_there_is_no_room_are_not_used(void **state)
{
    (void)state;
    trial.limits.row_id_bytes = 3 * ROW_ID_BYTES;
    assert_read_without_ids("the table has more rows than memory_mb leaves room for");
}

static void
ids_that_several_rows_have_are_not_used(void **state)
{
    (void)state;
    (void)fake_table_add(&trial.table, "0001 a b c");
    (void)fake_table_add(&trial.table, "0002 a b c");
    trial.table.rows[1].id = 1;
    trial_damage(&trial, 0, 2, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(trial.hunt->workaround.row_id_refusal, "several rows have the same ROWID");
    assert_rows(2, 0);
}

static void
rows_that_are_listed_and_not_found_are_no_rows_by_ids(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 40);
    trial_damage(&trial, 0, 2, FAKE_UNREADABLE);
    trial.source.refuses_without = true;
    trial.table.rows[30].is_lost = true;
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(
        trial.hunt->workaround.row_id_refusal, "rows that are listed are not found by their ROWID");
    assert_rows(40, 0);
}

static void
double_fourth(struct fake_source *source, const struct read_request *request)
{
    if (request->only_ids.count == 1 && request->only_ids.ids[0] == 4 &&
        source->table->row_count == 5)
        fake_table_add(source->table, "0006 a b c")->id = 4;
}

// The list has each once: it shows only where one is asked for.
static void
an_id_that_leads_to_two_rows_is_not_used(void **state)
{
    (void)state;
    trial.source.before = double_fourth;
    fake_table_fill(&trial.table, 5);
    trial_damage(&trial, 3, 2, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(
        trial.hunt->workaround.row_id_refusal, "a ROWID leads to more than one row");
    assert_rows(6, 0);
}

static void
a_lost_connection_is_no_refusal(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 10);
    trial_damage(&trial, 5, 2, FAKE_UNREADABLE);
    (void)error_set(&trial.source.failure, ERROR_SOURCE, "gone");
    trial.source.failure.retry = RETRY_LATER;
    for (size_t at = 2; at <= 12; at++) {
        trial.source.statements = 0;
        trial.source.fails_at_statement = at;
        if (trial_run(&trial))
            continue;
        assert_int_equal(trial.err.kind, ERROR_SOURCE);
        assert_int_equal(trial.err.retry, RETRY_LATER);
        assert_int_not_equal(trial.hunt->workaround.row_ids, ROW_IDS_REFUSED);
    }
}

static void
a_wide_value_fails_its_table_where_it_is_to(void **state)
{
    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_FAIL;
    fake_table_fill(&trial.table, 10);
    trial_damage(&trial, 5, 2, FAKE_TOO_WIDE);
    assert_false(trial_run(&trial));
    assert_int_equal(trial.err.retry, RETRY_NEVER);
    assert_non_null(strstr(trial.err.hint, "key: none."));
}

// ---- where they do ------------------------------------------------------------------------------

static void
a_bad_row_is_found_wherever_it_is(void **state)
{
    static const size_t places[] = { 0, 1, 15, 16, 150, 299 };

    (void)state;
    fake_table_fill(&trial.table, 300);
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        for (size_t p = 0; p < 6; p++) {
            char tale[40];

            trial_damage(&trial, places[p], 2, (enum fake_value)how);
            trial.source.refuses_without = p % 2 == 1;
            assert_true(trial_run(&trial));
            assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REST);
            (void)snprintf(tale, sizeof tale, "c %s ROWID %zu",
                how == FAKE_TOO_WIDE ? "too_wide" : "unreadable", places[p] + 1);
            assert_string_equal(trial_told(&trial), tale);
            assert_rows(300, 0);
            trial_damage(&trial, places[p], 2, FAKE_READABLE);
        }
    }
}

static void
several_bad_rows_and_columns_are_found(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 250);
    trial_damage(&trial, 0, 0, FAKE_NAMED);
    trial_damage(&trial, 1, 1, FAKE_UNREADABLE);
    trial_damage(&trial, 1, 2, FAKE_UNREADABLE);
    trial_damage(&trial, 120, 3, FAKE_TOO_WIDE);
    trial_damage(&trial, 249, 3, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 250);
    assert_int_equal(trial.told_count, 5);
    assert_non_null(strstr(trial_told(&trial), "a unreadable ROWID 1|"));
    assert_non_null(strstr(trial_told(&trial), "d unreadable ROWID 250"));
    assert_non_null(strstr(buffer_text(&trial.rows), "0002 ~ ~ c"));
}

static void
a_row_of_which_nothing_can_be_read_is_a_row_all_the_same(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 3);
    for (size_t i = 0; i < 4; i++)
        trial_damage(&trial, 1, i, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 3);
    assert_non_null(strstr(buffer_text(&trial.rows), "~ ~ ~ ~"));
    assert_int_equal(trial.told_count, 4);
}

static void
a_value_of_the_key_is_read_around_by_ids(void **state)
{
    (void)state;
    trial_release(&trial);
    trial_init(&trial, 1);
    trial.source.base.identity.product = "OpenEdge";
    trial.is_ordered = true;
    fake_table_fill(&trial.table, 30);
    trial_damage(&trial, 12, 0, FAKE_UNREADABLE);
    trial_damage(&trial, 20, 2, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_ALL);
    assert_int_equal(trial.row_count, 30);
    assert_non_null(strstr(trial_told(&trial), "a unreadable ROWID 13"));
    assert_non_null(strstr(trial_told(&trial), "c unreadable 0021")); // its key tells it
    assert_non_null(strstr(buffer_text(&trial.rows), "~ a b c"));
}

static void
only_rows_with_a_null_in_their_key_are_read_by_ids_where_it_leads_to_the_others(void **state)
{
    (void)state;
    trial_release(&trial);
    trial_init(&trial, 1);
    trial.source.base.identity.product = "OpenEdge";
    trial.is_ordered = true;
    trial.table.columns[0].is_nullable = true;
    fake_table_fill(&trial.table, 2);
    (void)fake_table_add(&trial.table, "~ a b c");
    (void)fake_table_add(&trial.table, "~ d e f");
    trial_damage(&trial, 0, 1, FAKE_UNREADABLE);
    trial_damage(&trial, 3, 2, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_string_equal(buffer_text(&trial.rows), "0001 ~ b c|0002 a b c|~ a b c|~ d ~ f");
    assert_string_equal(trial_told(&trial), "b unreadable 0001|c unreadable ROWID 4");
}

// Whatever rows are meant, and however few of its columns.
static void
look_at_where(struct fake_source *source, const struct read_request *request)
{
    if (request->table->where.condition == source->context)
        return;
    fail_msg("a statement has another condition than the user's");
}

static void
the_users_condition_is_his_own_in_every_statement(void **state)
{
    static char where[] = "x = 1 OR y = 2 -- why";

    (void)state;
    fake_table_fill(&trial.table, 40);
    trial.table.table.where.condition = where;
    trial.source.context = where;
    trial.source.before = look_at_where;
    trial_damage(&trial, 3, 2, FAKE_UNREADABLE);
    trial_damage(&trial, 30, 1, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REST);
    assert_rows(40, 0);
}

static void
lose_last(struct fake_source *source, const struct read_request *request)
{
    (void)request;
    if (source->statements >= 6 && source->table->row_count == 30)
        source->table->row_count--;
}

static void
a_row_that_is_deleted_behind_the_list_is_not_waited_for(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 30);
    trial_damage(&trial, 3, 2, FAKE_UNREADABLE);
    trial.source.refuses_without = true;
    trial.source.before = lose_last;
    assert_true(trial_run(&trial));
    assert_int_equal(trial.hunt->workaround.row_ids, ROW_IDS_REST);
    assert_string_equal(trial_told(&trial), "c unreadable ROWID 4");
    assert_rows(30, 1);
}

// Far more bad rows than a table may cost statements.
static void
past_the_allowance_columns_are_left_out_of_groups_and_counted(void **state)
{
    (void)state;
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        trial.table.row_count = 0;
        fake_table_fill(&trial.table, 1000);
        for (size_t r = 100; r < 1000; r++)
            trial_damage(&trial, r, 2, (enum fake_value)how);
        trial.source.statements = 0;
        assert_true(trial_run(&trial));
        assert_rows(1000, 0);
        assert_non_null(strstr(trial_told(&trial), "c not_read"));
        assert_in_range(trial.source.statements, 100, 700);
    }
}

// ---- by chance ----------------------------------------------------------------------------------

static uint32_t
next_number(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

// The row as it is to come; its first column is good, so that it is found again.
static void
damage_by_chance(uint32_t *seed, size_t row, uint32_t rarity, char *expected, size_t size)
{
    char shown[3];

    for (size_t c = 1; c < 4; c++) {
        bool is_bad = next_number(seed, rarity) == 0;

        trial_damage(&trial, row, c,
            is_bad ? (enum fake_value)(1 + next_number(seed, FAKE_TOO_WIDE)) : FAKE_READABLE);
        shown[c - 1] = is_bad ? '~' : (char)('a' + c - 1);
    }
    (void)snprintf(expected, size, "%04zu %c %c %c", row + 1, shown[0], shown[1], shown[2]);
}

static void
whatever_is_bad_all_else_is_read_by_ids(void **state)
{
    static char expected[60][32];

    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        uint32_t chance = seed;
        uint32_t rarity = 4 + next_number(&chance, 60);

        trial.table.row_count = 0;
        fake_table_fill(&trial.table, 1 + next_number(&chance, 60));
        for (size_t r = 0; r < trial.table.row_count; r++)
            damage_by_chance(&chance, r, rarity, expected[r], sizeof expected[r]);
        trial.limits.batch_rows = 1 + next_number(&chance, 40);
        trial.source.refuses_without = next_number(&chance, 3) == 0;
        trial.source.block = next_number(&chance, 3) == 0 ? 1 + next_number(&chance, 50) : 0;
        assert_true(trial_run(&trial));
        assert_rows(trial.table.row_count, 0);
        for (size_t r = 0;
             r < trial.table.row_count && !workaround_is_spent(&trial.hunt->workaround); r++)
            assert_non_null(strstr(buffer_text(&trial.rows), expected[r]));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_that_cannot_be_asked_for_by_ids_are_read_without_the_column),
        TEST(ids_for_which_there_is_no_room_are_not_used),
        TEST(ids_that_several_rows_have_are_not_used),
        TEST(rows_that_are_listed_and_not_found_are_no_rows_by_ids),
        TEST(an_id_that_leads_to_two_rows_is_not_used),
        TEST(a_lost_connection_is_no_refusal),
        TEST(a_wide_value_fails_its_table_where_it_is_to),
        TEST(a_bad_row_is_found_wherever_it_is),
        TEST(several_bad_rows_and_columns_are_found),
        TEST(a_row_of_which_nothing_can_be_read_is_a_row_all_the_same),
        TEST(a_value_of_the_key_is_read_around_by_ids),
        TEST(only_rows_with_a_null_in_their_key_are_read_by_ids_where_it_leads_to_the_others),
        TEST(the_users_condition_is_his_own_in_every_statement),
        TEST(a_row_that_is_deleted_behind_the_list_is_not_waited_for),
        TEST(past_the_allowance_columns_are_left_out_of_groups_and_counted),
        TEST(whatever_is_bad_all_else_is_read_by_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
