#include "read/hunt/by_row_id.h"

#include "../../../support/hunt.h"
#include "../../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static struct hunt hunt;

// OpenEdge's, and no key: the only thing that leads to a row is its id.
static int
set_up(void **state)
{
    (void)state;
    hunt_init(&hunt, 0);
    hunt.source.base.identity.product = "OpenEdge";
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    hunt_release(&hunt);
    return 0;
}

// Each row came once, in whatever order.
static void
assert_rows(size_t count, size_t gone)
{
    assert_int_equal(hunt.row_count, count - gone);
    for (size_t r = 1; r <= count; r++) {
        char number[8];
        const char *found;

        (void)snprintf(number, sizeof number, "%04zu ", r);
        found = strstr(buffer_text(&hunt.rows), number);
        assert_int_equal(found != NULL, r <= count - gone);
        assert_true(found == NULL || strstr(found + 1, number) == NULL);
    }
}

// ---- where ids do not work ----------------------------------------------------------------------

// The column is left out of all rows then, as it is of a source without ids.
static void
assert_read_without_ids(const char *why)
{
    fake_table_fill(&hunt.table, 5);
    hunt_damage(&hunt, 3, 2, FAKE_NAMED);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(hunt.around.row_id_refusal, why);
    assert_string_equal(hunt_told(&hunt), "c not_read 5");
    assert_rows(5, 0);
}

static void
rows_that_cannot_be_asked_for_by_ids_are_read_without_the_column(void **state)
{
    (void)state;
    hunt.source.refuses_ids = true;
    assert_read_without_ids("no such statement here");
}

static void
ids_for_which_there_is_no_room_are_not_used(void **state)
{
    (void)state;
    hunt.limits.row_id_bytes = 3 * ROW_ID_BYTES;
    assert_read_without_ids("the table has more rows than memory_mb leaves room for");
}

static void
ids_that_several_rows_have_are_not_used(void **state)
{
    (void)state;
    (void)fake_table_add(&hunt.table, "0001 a b c");
    (void)fake_table_add(&hunt.table, "0002 a b c");
    hunt.table.rows[1].id = 1;
    hunt_damage(&hunt, 0, 2, FAKE_UNREADABLE);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(hunt.around.row_id_refusal, "several rows have the same ROWID");
    assert_rows(2, 0);
}

static void
rows_that_are_listed_and_not_found_are_no_rows_by_ids(void **state)
{
    (void)state;
    fake_table_fill(&hunt.table, 40);
    hunt_damage(&hunt, 0, 2, FAKE_UNREADABLE);
    hunt.source.refuses_without = true;
    hunt.table.rows[30].is_lost = true;
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(
        hunt.around.row_id_refusal, "rows that are listed are not found by their ROWID");
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
    hunt.source.before = double_fourth;
    fake_table_fill(&hunt.table, 5);
    hunt_damage(&hunt, 3, 2, FAKE_NAMED);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_REFUSED);
    assert_string_equal(hunt.around.row_id_refusal, "a ROWID leads to more than one row");
    assert_rows(6, 0);
}

static void
a_lost_connection_is_no_refusal(void **state)
{
    (void)state;
    fake_table_fill(&hunt.table, 10);
    hunt_damage(&hunt, 5, 2, FAKE_UNREADABLE);
    (void)error_set(&hunt.source.failure, ERROR_SOURCE, "gone");
    hunt.source.failure.retry = RETRY_LATER;
    for (size_t at = 2; at <= 12; at++) {
        hunt.source.statements = 0;
        hunt.source.fails_at_statement = at;
        if (hunt_run(&hunt))
            continue;
        assert_int_equal(hunt.err.kind, ERROR_SOURCE);
        assert_int_equal(hunt.err.retry, RETRY_LATER);
        assert_int_not_equal(hunt.around.row_ids, ROW_IDS_REFUSED);
    }
}

static void
a_wide_value_fails_its_table_where_it_is_to(void **state)
{
    (void)state;
    hunt.settings.mirror.on_wide_value = WIDE_VALUE_FAIL;
    fake_table_fill(&hunt.table, 10);
    hunt_damage(&hunt, 5, 2, FAKE_TOO_WIDE);
    assert_false(hunt_run(&hunt));
    assert_int_equal(hunt.err.retry, RETRY_NEVER);
    assert_non_null(strstr(hunt.err.hint, "key: none."));
}

// ---- where they do ------------------------------------------------------------------------------

static void
a_bad_row_is_found_wherever_it_is(void **state)
{
    static const size_t places[] = { 0, 1, 15, 16, 150, 299 };

    (void)state;
    fake_table_fill(&hunt.table, 300);
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        for (size_t p = 0; p < 6; p++) {
            char tale[40];

            hunt_damage(&hunt, places[p], 2, (enum fake_value)how);
            hunt.source.refuses_without = p % 2 == 1;
            assert_true(hunt_run(&hunt));
            assert_int_equal(hunt.around.row_ids, ROW_IDS_REST);
            (void)snprintf(tale, sizeof tale, "c %s ROWID %zu",
                how == FAKE_TOO_WIDE ? "too_wide" : "unreadable", places[p] + 1);
            assert_string_equal(hunt_told(&hunt), tale);
            assert_rows(300, 0);
            hunt_damage(&hunt, places[p], 2, FAKE_READABLE);
        }
    }
}

static void
several_bad_rows_and_columns_are_found(void **state)
{
    (void)state;
    fake_table_fill(&hunt.table, 250);
    hunt_damage(&hunt, 0, 0, FAKE_NAMED);
    hunt_damage(&hunt, 1, 1, FAKE_UNREADABLE);
    hunt_damage(&hunt, 1, 2, FAKE_UNREADABLE);
    hunt_damage(&hunt, 120, 3, FAKE_TOO_WIDE);
    hunt_damage(&hunt, 249, 3, FAKE_NAMED);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.row_count, 250);
    assert_int_equal(hunt.told_count, 5);
    assert_non_null(strstr(hunt_told(&hunt), "a unreadable ROWID 1|"));
    assert_non_null(strstr(hunt_told(&hunt), "d unreadable ROWID 250"));
    assert_non_null(strstr(buffer_text(&hunt.rows), "0002 ~ ~ c"));
}

static void
a_row_of_which_nothing_can_be_read_is_a_row_all_the_same(void **state)
{
    (void)state;
    fake_table_fill(&hunt.table, 3);
    for (size_t i = 0; i < 4; i++)
        hunt_damage(&hunt, 1, i, FAKE_UNREADABLE);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.row_count, 3);
    assert_non_null(strstr(buffer_text(&hunt.rows), "~ ~ ~ ~"));
    assert_int_equal(hunt.told_count, 4);
}

static void
a_value_of_the_key_is_read_around_by_ids(void **state)
{
    (void)state;
    hunt_release(&hunt);
    hunt_init(&hunt, 1);
    hunt.source.base.identity.product = "OpenEdge";
    hunt.is_ordered = true;
    fake_table_fill(&hunt.table, 30);
    hunt_damage(&hunt, 12, 0, FAKE_UNREADABLE);
    hunt_damage(&hunt, 20, 2, FAKE_UNREADABLE);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_ALL);
    assert_int_equal(hunt.row_count, 30);
    assert_non_null(strstr(hunt_told(&hunt), "a unreadable ROWID 13"));
    assert_non_null(strstr(hunt_told(&hunt), "c unreadable 0021")); // its key tells it
    assert_non_null(strstr(buffer_text(&hunt.rows), "~ a b c"));
}

static void
only_rows_with_a_null_in_their_key_are_read_by_ids_where_it_leads_to_the_others(void **state)
{
    (void)state;
    hunt_release(&hunt);
    hunt_init(&hunt, 1);
    hunt.source.base.identity.product = "OpenEdge";
    hunt.is_ordered = true;
    hunt.table.columns[0].is_nullable = true;
    fake_table_fill(&hunt.table, 2);
    (void)fake_table_add(&hunt.table, "~ a b c");
    (void)fake_table_add(&hunt.table, "~ d e f");
    hunt_damage(&hunt, 0, 1, FAKE_UNREADABLE);
    hunt_damage(&hunt, 3, 2, FAKE_UNREADABLE);
    assert_true(hunt_run(&hunt));
    assert_string_equal(buffer_text(&hunt.rows), "0001 ~ b c|0002 a b c|~ a b c|~ d ~ f");
    assert_string_equal(hunt_told(&hunt), "b unreadable 0001|c unreadable ROWID 4");
}

// Whatever rows are meant, and however few of its columns.
static void
look_at_where(struct fake_source *source, const struct read_request *request)
{
    if (request->table->where == source->context)
        return;
    fail_msg("a statement has another condition than the user's");
}

static void
the_users_condition_is_his_own_in_every_statement(void **state)
{
    static char where[] = "x = 1 OR y = 2 -- why";

    (void)state;
    fake_table_fill(&hunt.table, 40);
    hunt.table.table.where = where;
    hunt.source.context = where;
    hunt.source.before = look_at_where;
    hunt_damage(&hunt, 3, 2, FAKE_UNREADABLE);
    hunt_damage(&hunt, 30, 1, FAKE_NAMED);
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_REST);
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
    fake_table_fill(&hunt.table, 30);
    hunt_damage(&hunt, 3, 2, FAKE_UNREADABLE);
    hunt.source.refuses_without = true;
    hunt.source.before = lose_last;
    assert_true(hunt_run(&hunt));
    assert_int_equal(hunt.around.row_ids, ROW_IDS_REST);
    assert_string_equal(hunt_told(&hunt), "c unreadable ROWID 4");
    assert_rows(30, 1);
}

// Far more bad rows than a table may cost statements.
static void
past_the_allowance_columns_are_left_out_of_groups_and_counted(void **state)
{
    (void)state;
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        hunt.table.row_count = 0;
        fake_table_fill(&hunt.table, 1000);
        for (size_t r = 100; r < 1000; r++)
            hunt_damage(&hunt, r, 2, (enum fake_value)how);
        hunt.source.statements = 0;
        assert_true(hunt_run(&hunt));
        assert_rows(1000, 0);
        assert_non_null(strstr(hunt_told(&hunt), "c not_read"));
        assert_in_range(hunt.source.statements, 100, 700);
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

        hunt_damage(&hunt, row, c,
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

        hunt.table.row_count = 0;
        fake_table_fill(&hunt.table, 1 + next_number(&chance, 60));
        for (size_t r = 0; r < hunt.table.row_count; r++)
            damage_by_chance(&chance, r, rarity, expected[r], sizeof expected[r]);
        hunt.limits.batch_rows = 1 + next_number(&chance, 40);
        hunt.source.refuses_without = next_number(&chance, 3) == 0;
        hunt.source.block = next_number(&chance, 3) == 0 ? 1 + next_number(&chance, 50) : 0;
        assert_true(hunt_run(&hunt));
        assert_rows(hunt.table.row_count, 0);
        for (size_t r = 0; r < hunt.table.row_count && !around_is_spent(&hunt.around); r++)
            assert_non_null(strstr(buffer_text(&hunt.rows), expected[r]));
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
