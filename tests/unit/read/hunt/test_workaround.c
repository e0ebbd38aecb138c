#include "base/log.h"
#include "read/hunt/workaround.h"

#include "../../../support/trial.h"
#include "../../cmocka_all.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct trial trial;

static int
set_up(void **state)
{
    (void)state;
    trial_init(&trial, 1);
    trial.is_ordered = true;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    trial_release(&trial);
    return 0;
}

static void
mend_all(void)
{
    for (size_t r = 0; r < trial.table.row_count; r++)
        memset(trial.table.rows[r].states, 0, sizeof trial.table.rows[r].states);
}

static const char *
rows(void)
{
    return buffer_text(&trial.rows);
}

// ---- what cannot be helped ----------------------------------------------------------------------

static void
a_bad_value_of_the_key_fails_the_table_wherever_it_is(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 300);
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        for (size_t row = 0; row < 300; row += 149) {
            mend_all();
            trial_damage(&trial, row, 0, (enum fake_value)how);
            assert_false(trial_run(&trial));
            assert_int_equal(trial.err.kind, ERROR_DATA);
            assert_int_equal(trial.err.retry, RETRY_NEVER);
            assert_non_null(strstr(trial.err.hint, "part of the key"));
            assert_string_equal(trial_told(&trial), "");
        }
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
    assert_int_equal(trial.err.kind, ERROR_DATA);
    assert_non_null(strstr(trial.err.message, "Column c"));
    assert_non_null(strstr(trial.err.hint, "dbtool"));
    assert_non_null(strstr(trial.err.hint, "key: a."));
    assert_string_equal(trial_told(&trial), "");
}

static void
an_unreadable_value_is_no_wide_one(void **state)
{
    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_FAIL;
    fake_table_fill(&trial.table, 10);
    trial_damage(&trial, 5, 2, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_string_equal(trial_told(&trial), "c unreadable 0006");
}

static void
a_lost_connection_is_no_bad_value(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 10);
    trial_damage(&trial, 5, 2, FAKE_UNREADABLE);
    (void)error_set(&trial.source.failure, ERROR_SOURCE, "gone");
    trial.source.failure.retry = RETRY_LATER;
    for (size_t at = 1; at <= 6; at++) {
        trial.source.fetches = 0;
        trial.source.fails_at_fetch = at;
        assert_false(trial_run(&trial));
        assert_int_equal(trial.err.kind, ERROR_SOURCE);
        assert_int_equal(trial.err.retry, RETRY_LATER);
    }
}

static void
a_value_that_is_cut_needs_a_connection_that_cuts(void **state)
{
    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_TRUNCATE;
    fake_table_fill(&trial.table, 3);
    trial_damage(&trial, 1, 2, FAKE_TOO_WIDE);
    assert_false(trial_run(&trial));
    assert_int_equal(trial.err.kind, ERROR_TABLE);
    assert_string_equal(trial_told(&trial), "");
}

// ---- one row ------------------------------------------------------------------------------------

static void
a_bad_row_is_found_wherever_it_is_and_nothing_else_is_lost(void **state)
{
    static const size_t places[] = { 0, 1, 99, 100, 101, 250, 299 };
    static const size_t blocks[] = { 0, 1, 7, 64, 1000 };

    (void)state;
    fake_table_fill(&trial.table, 300);
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        for (size_t p = 0; p < 7; p++) {
            for (size_t b = 0; b < 5; b++) {
                char row[32];
                char tale[40];

                mend_all();
                trial_damage(&trial, places[p], 2, (enum fake_value)how);
                trial.source.block = blocks[b];
                trial.limits.max_transaction_s = b % 2 == 0 ? 0 : 1000;
                assert_true(trial_run(&trial));
                (void)snprintf(row, sizeof row, "%04zu a ~ c", places[p] + 1);
                (void)snprintf(tale, sizeof tale, "c %s %04zu",
                    how == FAKE_TOO_WIDE ? "too_wide" : "unreadable", places[p] + 1);
                assert_non_null(strstr(rows(), row));
                assert_string_equal(trial_told(&trial), tale);
                assert_int_equal(trial.row_count, 300);
                assert_int_equal(trial.rows.size, 300 * sizeof "0001 a b c" - 1);
            }
        }
    }
}

static void
each_bad_column_of_a_row_is_told(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 3);
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        trial_damage(&trial, 1, 1, (enum fake_value)how);
        trial_damage(&trial, 1, 3, FAKE_UNREADABLE);
        assert_true(trial_run(&trial));
        assert_string_equal(rows(), "0001 a b c|0002 ~ b ~|0003 a b c");
        assert_int_equal(trial.told_count, 2);
        assert_non_null(strstr(trial_told(&trial), "d unreadable 0002"));
    }
    trial_damage(&trial, 1, 2, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 a b c|0002 ~ ~ ~|0003 a b c");
    assert_int_equal(trial.told_count, 3);
}

static void
rows_beside_one_another_and_at_both_ends_are_found(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 6);
    trial_damage(&trial, 0, 1, FAKE_NAMED);
    trial_damage(&trial, 1, 2, FAKE_UNREADABLE);
    trial_damage(&trial, 4, 3, FAKE_TOO_WIDE);
    trial_damage(&trial, 5, 1, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_string_equal(
        rows(), "0001 ~ b c|0002 a ~ c|0003 a b c|0004 a b c|0005 a b ~|0006 ~ b c");
    assert_string_equal(trial_told(&trial),
        "b unreadable 0001|c unreadable 0002|d too_wide 0005|b unreadable 0006");
}

static void
a_table_in_which_each_row_is_bad_is_read(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 20);
    for (size_t r = 0; r < 20; r++)
        trial_damage(&trial, r, 1 + r % 3, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 20);
    assert_int_equal(trial.told_count, 20);
}

static void
a_bad_row_is_found_under_a_key_of_several_columns(void **state)
{
    static const char *const words[] = { "a x 1 1", "a y 2 2", "b x 3 3", "b y 4 4", "c x 5 5" };

    (void)state;
    trial.table.key.column_count = 2;
    trial.limits.batch_rows = 1;
    trial.limits.max_transaction_s = 0;
    for (size_t bad = 0; bad < 5; bad++) {
        trial.table.row_count = 0;
        for (size_t r = 0; r < 5; r++)
            (void)fake_table_add(&trial.table, words[r]);
        trial_damage(&trial, bad, 3, FAKE_UNREADABLE);
        assert_true(trial_run(&trial));
        assert_int_equal(trial.row_count, 5);
        assert_int_equal(trial.told_count, 1);
        assert_memory_equal(rows() + bad * 8, words[bad], 5);
        assert_int_equal(rows()[bad * 8 + 6], '~');
    }
}

static void
mend_and_lose(struct fake_source *source, const struct read_request *request)
{
    struct fake_row *row = &source->table->rows[1];

    if (request->part != KEY_PART_EQUAL)
        return;
    if (source->context != NULL)
        source->table->row_count = 1;
    else
        row->states[2] = FAKE_READABLE;
}

static void
a_row_that_is_mended_while_it_is_looked_for_comes_whole(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2);
    trial_damage(&trial, 1, 2, FAKE_UNREADABLE);
    trial.source.before = mend_and_lose;
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 a b c|0002 a b c");
    assert_string_equal(trial_told(&trial), "");
}

static void
a_row_that_is_deleted_while_it_is_looked_for_is_no_row(void **state)
{
    (void)state;
    fake_table_fill(&trial.table, 2);
    trial_damage(&trial, 1, 2, FAKE_UNREADABLE);
    trial.source.before = mend_and_lose;
    trial.source.context = &trial;
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 a b c");
    assert_string_equal(trial_told(&trial), "");
}

static void
a_wide_value_is_cut_by_a_connection_that_cuts(void **state)
{
    struct fake_source cutting;

    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_TRUNCATE;
    fake_table_fill(&trial.table, 1);
    (void)fake_table_add(&trial.table, "0002 a 0123456789ABC c");
    (void)fake_table_add(&trial.table, "0003 a 0123456789ABC c");
    trial_damage(&trial, 1, 2, FAKE_TOO_WIDE);
    trial_damage(&trial, 2, 2, FAKE_TOO_WIDE);
    trial_damage(&trial, 2, 3, FAKE_UNREADABLE);
    fake_source_init(&cutting, &trial.table);
    fake_source_opens(&cutting);
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 a b c|0002 a 0123456789 c|0003 a 0123456789 ~");
    assert_string_equal(trial_told(&trial), "c truncated 0002|c truncated 0003|d unreadable 0003");
    assert_true(cutting.cuts_wide);
    source_close(&trial.source.base);
    assert_int_equal(cutting.closes, 1);
}

static void
what_the_cutting_connection_refuses_too_is_told_as_too_wide(void **state)
{
    struct fake_source cutting;

    (void)state;
    trial.settings.mirror.on_wide_value = WIDE_VALUE_TRUNCATE;
    fake_table_fill(&trial.table, 3);
    trial_damage(&trial, 1, 2, FAKE_TOO_WIDE);
    fake_source_init(&cutting, &trial.table);
    cutting.fails_at_fetch = 1;
    (void)error_set(&cutting.failure, ERROR_DATA, "numbers are not cut");
    fake_source_opens(&cutting);
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 a b c|0002 a ~ c|0003 a b c");
    assert_string_equal(trial_told(&trial), "c too_wide 0002");
    source_close(&trial.source.base);
}

// ---- rows that are not looked for ---------------------------------------------------------------

static void
a_read_in_any_order_is_begun_in_key_order_for_a_bad_value(void **state)
{
    (void)state;
    trial.is_ordered = false;
    fake_table_fill(&trial.table, 10);
    trial_damage(&trial, 9, 3, FAKE_UNREADABLE);
    assert_false(trial_try(&trial));
    assert_int_equal(trial.err.retry, RETRY_IN_ORDER);
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 10);
    assert_string_equal(trial_told(&trial), "d unreadable 0010");
}

static void
where_no_key_leads_to_a_row_the_column_is_left_out_of_all(void **state)
{
    (void)state;
    trial.table.table.key = NULL;
    trial.is_ordered = false;
    fake_table_fill(&trial.table, 4);
    trial_damage(&trial, 2, 1, FAKE_NAMED);
    trial_damage(&trial, 3, 3, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 ~ b ~|0002 ~ b ~|0003 ~ b ~|0004 ~ b ~");
    assert_string_equal(trial_told(&trial), "b not_read 4|d not_read 4");
}

static void
a_table_of_which_no_column_can_be_read_fails(void **state)
{
    (void)state;
    trial.table.table.key = NULL;
    trial.is_ordered = false;
    fake_table_fill(&trial.table, 4);
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        for (size_t i = 0; i < 4; i++)
            trial_damage(&trial, i, i, (enum fake_value)how);
        assert_false(trial_run(&trial));
        assert_int_equal(trial.err.kind, ERROR_DATA);
        assert_int_equal(trial.err.retry, RETRY_NEVER);
        assert_non_null(strstr(trial.err.hint, "Every column"));
        hunt_close(trial.hunt);
        trial.hunt = hunt_open(&trial.settings, &trial.table.table);
    }
}

static void
rows_whose_key_has_a_null_lose_the_column_and_others_do_not(void **state)
{
    (void)state;
    trial.table.columns[0].is_nullable = true;
    fake_table_fill(&trial.table, 2);
    (void)fake_table_add(&trial.table, "~ a b c");
    (void)fake_table_add(&trial.table, "~ d e f");
    trial_damage(&trial, 0, 1, FAKE_UNREADABLE);
    trial_damage(&trial, 3, 2, FAKE_UNREADABLE);
    assert_true(trial_run(&trial));
    assert_string_equal(rows(), "0001 ~ b c|0002 a b c|~ a ~ c|~ d ~ f");
    assert_string_equal(trial_told(&trial), "b unreadable 0001|c not_read 2");
}

// Far more bad rows than a table may cost statements.
static void
past_the_allowance_columns_are_left_out_of_pieces_and_counted(void **state)
{
    (void)state;
    for (int how = FAKE_UNREADABLE; how <= FAKE_TOO_WIDE; how++) {
        trial.table.row_count = 0;
        fake_table_fill(&trial.table, 3000);
        for (size_t r = 100; r < 3000; r++)
            trial_damage(&trial, r, 2, (enum fake_value)how);
        trial.source.statements = 0;
        assert_true(trial_run(&trial));
        assert_int_equal(trial.row_count, 3000);
        assert_int_equal(trial.rows.size, 3000 * sizeof "0001 a b c" - 1);
        assert_non_null(strstr(rows(), "0100 a b c|0101 a ~ c"));
        assert_non_null(strstr(rows(), "3000 a ~ c"));
        assert_non_null(strstr(trial_told(&trial), "c not_read"));
        assert_in_range(trial.source.statements, 100, 600);
    }
}

// A piece goes on in the range behind the one in which it began.
static void
past_the_allowance_a_piece_goes_over_several_ranges_of_a_key(void **state)
{
    (void)state;
    trial.table.key.column_count = 2;
    for (size_t r = 0; r < 3000; r++) {
        char words[32];

        (void)snprintf(words, sizeof words, "%04zu %zu b c", r / 2, r % 2);
        (void)fake_table_add(&trial.table, words);
        trial_damage(&trial, r, 2, r >= 100 ? FAKE_NAMED : FAKE_READABLE);
    }
    assert_true(trial_run(&trial));
    assert_int_equal(trial.row_count, 3000);
    assert_int_equal(trial.rows.size, 3000 * sizeof "0001 0 b c" - 1);
    assert_non_null(strstr(trial_told(&trial), "c not_read"));
    assert_in_range(trial.source.statements, 100, 800);
}

static void
a_second_pass_may_ask_as_often_as_the_first(void **state)
{
    size_t first;

    (void)state;
    fake_table_fill(&trial.table, 600);
    for (size_t r = 0; r < 600; r += 2)
        trial_damage(&trial, r, 2, FAKE_NAMED);
    assert_true(trial_run(&trial));
    first = trial.told_count;
    assert_true(trial_run(&trial));
    assert_int_equal(trial.told_count, first);
}

// ---- rows that are known ------------------------------------------------------------------------

static void
known_rows_are_read_first_and_by_themselves(void **state)
{
    struct cell keys[] = { { .bytes = "0002", .size = 4 }, { .bytes = "0009", .size = 4 } };
    struct key_position known[] = { { .values = &keys[0], .count = 1 },
        { .values = &keys[1], .count = 1 } };
    const struct batch *batch;
    struct reader reader;

    (void)state;
    fake_table_fill(&trial.table, 3);
    trial_damage(&trial, 1, 2, FAKE_UNREADABLE);
    assert_true(trial_try(&trial));
    buffer_clear(&trial.rows);
    trial.source.statements = 0;
    hunt_begin_pass(trial.hunt);
    reader_init(&reader, &trial.source.base, &trial.table.table,
        &(struct part_rows){ .kind = KEY_PART_NOT_NULL }, &trial.limits);
    hunt_know(trial.hunt, &trial.table.arena, known, 2, NULL, 0);
    reader_hunt(
        &reader, trial.hunt, trial.hunt->workaround.sink, trial.hunt->workaround.sink_context);
    reader_read_known_first(&reader, false);
    do {
        assert_true(reader_fetch(&reader, &batch, &trial.err));
        fake_append_rows(&trial.rows, batch);
    } while (batch->row_count > 0);
    reader_release(&reader);
    assert_string_equal(rows(), "0002 a ~ c|0001 a b c|0003 a b c");
    assert_int_equal(trial.hunt->workaround.query_count, 0);
}

// ---- by chance ----------------------------------------------------------------------------------

static uint32_t
next_number(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static void
damage_by_chance(uint32_t *seed, struct buffer *expected)
{
    uint32_t rarity = 1 + next_number(seed, 60);

    for (size_t r = 0; r < trial.table.row_count; r++) {
        (void)buffer_printf(expected, "%s%04zu", r > 0 ? "|" : "", r + 1);
        for (size_t c = 1; c < 4; c++) {
            bool is_bad = next_number(seed, rarity + 4) == 0;

            trial_damage(&trial, r, c,
                is_bad ? (enum fake_value)(1 + next_number(seed, FAKE_TOO_WIDE)) : FAKE_READABLE);
            (void)buffer_printf(expected, " %c", is_bad ? '~' : (char)('a' + c - 1));
        }
    }
}

static void
whatever_is_bad_all_else_is_read_within_the_allowance(void **state)
{
    struct buffer expected;

    (void)state;
    buffer_init(&expected, 1024 * 1024);
    for (uint32_t seed = 1; seed <= 60; seed++) {
        uint32_t chance = seed;

        trial.table.row_count = 0;
        buffer_clear(&expected);
        fake_table_fill(&trial.table, 1 + next_number(&chance, 60));
        damage_by_chance(&chance, &expected);
        trial.limits.batch_rows = 1 + next_number(&chance, 40);
        trial.limits.max_transaction_s = next_number(&chance, 2) == 0 ? 0 : 1000;
        trial.source.block = next_number(&chance, 3) == 0 ? 1 + next_number(&chance, 50) : 0;
        trial.source.base.buffers_results = next_number(&chance, 3) == 0;
        assert_true(trial_run(&trial));
        if (!workaround_is_spent(&trial.hunt->workaround))
            assert_string_equal(rows(), buffer_text(&expected));
        assert_int_equal(trial.row_count, trial.table.row_count);
    }
    buffer_release(&expected);
}

// Results that end early, an order that has to be proved, and rows that cannot be read, at once.
static void
a_read_that_is_proved_comes_to_the_same_around_bad_values(void **state)
{
    static const enum column_order orders[] = { ORDER_DOCUMENTED, ORDER_UNPROVED };
    struct buffer expected;

    (void)state;
    buffer_init(&expected, 1024 * 1024);
    trial.proves_order = true;
    for (uint32_t seed = 1; seed <= 80; seed++) {
        uint32_t chance = seed;

        trial.table.row_count = 0;
        buffer_clear(&expected);
        fake_table_fill(&trial.table, 1 + next_number(&chance, 60));
        damage_by_chance(&chance, &expected);
        trial.table.columns[0].order = orders[seed % 2];
        trial.limits.batch_rows = 1 + next_number(&chance, 20);
        trial.limits.max_transaction_s = next_number(&chance, 2) == 0 ? 0 : 1000;
        trial.source.ends_after = next_number(&chance, 2) == 0 ? 1 + next_number(&chance, 30) : 0;
        trial.source.block = next_number(&chance, 3) == 0 ? 1 + next_number(&chance, 50) : 0;
        assert_true(trial_run(&trial));
        if (!workaround_is_spent(&trial.hunt->workaround))
            assert_string_equal(rows(), buffer_text(&expected));
        assert_int_equal(trial.row_count, trial.table.row_count);
    }
    buffer_release(&expected);
}

// ---- what people are told -----------------------------------------------------------------------

static struct buffer warnings;

static void
keep_warning(void *context, enum log_level level, const char *message)
{
    (void)context;
    if (level == LOG_WARNING)
        (void)buffer_append_text(&warnings, message);
}

// However many rows came meanwhile, for which the table may cost more.
static void
the_warning_says_why_rows_lost_a_column(void **state)
{
    const struct log_console_hook hook = { .write = keep_warning };

    (void)state;
    buffer_init(&warnings, 10000);
    log_set_console_hook(&hook);
    trial.table.columns[0].is_nullable = true;
    fake_table_fill(&trial.table, 3000);
    for (size_t r = 100; r < 3000; r++)
        trial_damage(&trial, r, 2, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_non_null(strstr(buffer_text(&warnings), "too many were met to tell each row. Mend"));
    assert_null(strstr(buffer_text(&warnings), "no key leads"));
    buffer_clear(&warnings);
    trial.table.row_count = 0;
    (void)fake_table_add(&trial.table, "~ a b c");
    trial_damage(&trial, 0, 2, FAKE_NAMED);
    assert_true(trial_run(&trial));
    assert_non_null(strstr(buffer_text(&warnings), "no key leads to their rows. Mend"));
    log_set_console_hook(NULL);
    buffer_release(&warnings);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bad_value_of_the_key_fails_the_table_wherever_it_is),
        TEST(a_wide_value_fails_its_table_where_it_is_to),
        TEST(an_unreadable_value_is_no_wide_one),
        TEST(a_lost_connection_is_no_bad_value),
        TEST(a_value_that_is_cut_needs_a_connection_that_cuts),
        TEST(a_bad_row_is_found_wherever_it_is_and_nothing_else_is_lost),
        TEST(each_bad_column_of_a_row_is_told),
        TEST(rows_beside_one_another_and_at_both_ends_are_found),
        TEST(a_table_in_which_each_row_is_bad_is_read),
        TEST(a_bad_row_is_found_under_a_key_of_several_columns),
        TEST(a_row_that_is_mended_while_it_is_looked_for_comes_whole),
        TEST(a_row_that_is_deleted_while_it_is_looked_for_is_no_row),
        TEST(a_wide_value_is_cut_by_a_connection_that_cuts),
        TEST(what_the_cutting_connection_refuses_too_is_told_as_too_wide),
        TEST(a_read_in_any_order_is_begun_in_key_order_for_a_bad_value),
        TEST(where_no_key_leads_to_a_row_the_column_is_left_out_of_all),
        TEST(a_table_of_which_no_column_can_be_read_fails),
        TEST(rows_whose_key_has_a_null_lose_the_column_and_others_do_not),
        TEST(past_the_allowance_columns_are_left_out_of_pieces_and_counted),
        TEST(past_the_allowance_a_piece_goes_over_several_ranges_of_a_key),
        TEST(a_second_pass_may_ask_as_often_as_the_first),
        TEST(known_rows_are_read_first_and_by_themselves),
        TEST(a_read_that_is_proved_comes_to_the_same_around_bad_values),
        TEST(the_warning_says_why_rows_lost_a_column),
        TEST(whatever_is_bad_all_else_is_read_within_the_allowance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
