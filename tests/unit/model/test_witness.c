#include "model/witness.h"

#include "../cmocka_all.h"

#include <string.h>

static struct arena arena;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

#define START "Mon Nov 30 08:00:00 2026"

static const int64_t two_numbers[] = { 17, 18 };
static const int64_t later_numbers[] = { 18, 30 };
static const struct row_counters rows = { 10, 5, 2, 1 };
static const struct source_counters quiet = {
    .start = START, .uptime_s = 60, .open = { .is_known = true }
};
static const struct source_counters busy = {
    .start = START, .uptime_s = 60, .open = { two_numbers, 2, true }
};

static struct witness_point
point_at(const struct source_counters *server)
{
    const struct witness_point nothing = { 0 };

    return witness_point_now(&arena, server, &rows, &nothing);
}

// ---- what they say -----------------------------------------------------------------------------

static void
counters_that_stand_still_say_unchanged(void **state)
{
    const struct witness_point then = point_at(&quiet);

    (void)state;
    assert_int_equal(witness_ask(&quiet, &rows, &then), COUNTERS_SAY_UNCHANGED);
}

static void
each_counter_that_grew_says_written(void **state)
{
    const struct witness_point then = point_at(&quiet);
    const struct row_counters grown[] = { { 11, 5, 2, 1 }, { 10, 6, 2, 1 }, { 10, 5, 3, 1 } };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(witness_ask(&quiet, &grown[i], &then), COUNTERS_SAY_WRITTEN);
}

static void
what_fell_or_has_other_parts_says_nothing(void **state)
{
    const struct witness_point then = point_at(&quiet);
    const struct row_counters others[] = { { 9, 9, 9, 1 }, { 10, 4, 2, 1 }, { 10, 5, 1, 1 },
        { 10, 5, 2, 2 } };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(witness_ask(&quiet, &others[i], &then), COUNTERS_SAY_NOTHING);
    assert_int_equal(witness_ask(&quiet, NULL, &then), COUNTERS_SAY_NOTHING);
}

static void
another_start_or_a_younger_server_says_nothing(void **state)
{
    const struct witness_point then = point_at(&quiet);
    struct source_counters other = quiet;

    (void)state;
    other.start = "Mon Nov 30 09:00:00 2026";
    assert_int_equal(witness_ask(&other, &rows, &then), COUNTERS_SAY_NOTHING);
    other = quiet;
    other.uptime_s = 59;
    assert_int_equal(witness_ask(&other, &rows, &then), COUNTERS_SAY_NOTHING);
    other.start = NULL;
    assert_int_equal(witness_ask(&other, &rows, &then), COUNTERS_SAY_NOTHING);
}

// ---- transactions ------------------------------------------------------------------------------

static void
a_read_beside_an_open_transaction_vouches_for_nothing(void **state)
{
    const struct witness_point then = point_at(&busy);

    (void)state;
    assert_int_equal(then.suspects.count, 2);
    assert_false(witness_point_vouches(&then));
}

static void
what_is_still_open_stays_suspect_and_what_began_later_is_not(void **state)
{
    const struct witness_point first = point_at(&busy);
    struct source_counters later = busy;
    struct witness_point second;

    (void)state;
    later.open = (struct transaction_set){ later_numbers, 2, true };
    second = witness_point_now(&arena, &later, &rows, &first);
    assert_int_equal(second.suspects.count, 1);
    assert_int_equal(second.suspects.numbers[0], 18);
    second = witness_point_now(&arena, &quiet, &rows, &first);
    assert_true(witness_point_vouches(&second));
}

static void
a_table_that_was_written_to_suspects_all_that_are_open(void **state)
{
    const struct witness_point first = point_at(&quiet);
    const struct row_counters grown = { 11, 5, 2, 1 };
    const struct witness_point second = witness_point_now(&arena, &busy, &grown, &first);

    (void)state;
    assert_true(witness_point_vouches(&first));
    assert_int_equal(second.suspects.count, 2);
}

static void
where_transactions_are_not_told_a_second_read_is_believed(void **state)
{
    struct source_counters silent = quiet;
    struct witness_point first;
    struct witness_point second;

    (void)state;
    silent.open.is_known = false;
    first = point_at(&silent);
    assert_false(witness_point_vouches(&first));
    second = witness_point_now(&arena, &silent, &rows, &first);
    assert_true(witness_point_vouches(&second));
}

// ---- as a text ---------------------------------------------------------------------------------

static void
assert_goes_round(const struct witness_point *point)
{
    struct buffer text;
    struct witness_point back;

    buffer_init(&text, 1000);
    witness_point_print(&text, point);
    back = witness_point_parse(&arena, buffer_text(&text));
    buffer_release(&text);
    assert_string_equal(back.start, point->start);
    assert_int_equal(back.uptime_s, point->uptime_s);
    assert_memory_equal(&back.counters, &point->counters, sizeof back.counters);
    assert_int_equal(back.suspects.is_known, point->suspects.is_known);
    assert_int_equal(back.suspects.count, point->suspects.count);
    for (size_t i = 0; i < back.suspects.count; i++)
        assert_int_equal(back.suspects.numbers[i], point->suspects.numbers[i]);
}

static void
a_point_is_the_same_when_it_is_read_again(void **state)
{
    struct witness_point point = point_at(&quiet);

    (void)state;
    assert_goes_round(&point);
    point = point_at(&busy);
    assert_goes_round(&point);
    point.suspects = (struct transaction_set){ .is_known = false };
    assert_goes_round(&point);
    point.counters.created = INT64_MAX;
    assert_goes_round(&point);
}

static void
what_nobody_printed_is_no_point(void **state)
{
    static const char *const texts[] = { "", " ", "1", "1 2 3 4 5", "1 2 3 4 5 -", "1 2 3 4 5 - ",
        "x 2 3 4 5 - start", "1 2 3 4 5 1,, start", "1 2 3 4 5 , start",
        "99999999999999999999 2 3 4 5 - start", "1,2 3 4 5 6 - start" };

    (void)state;
    assert_null(witness_point_parse(&arena, NULL).start);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_null(witness_point_parse(&arena, texts[i]).start);
}

// ---- trust -------------------------------------------------------------------------------------

static void
enough_runs_with_changes_that_were_told_are_trusted(void **state)
{
    struct witness_record record = witness_judge_server(NULL, START, 0, 0, 2);

    (void)state;
    assert_int_equal(record.state, WITNESS_PROBATION);
    record = witness_judge_server(&record, START, 5, 0, 2);
    assert_int_equal(record.state, WITNESS_PROBATION);
    record = witness_judge_server(&record, START, 0, 0, 2);
    assert_int_equal(record.proofs, 1);
    record = witness_judge_server(&record, START, 1, 0, 2);
    assert_int_equal(record.state, WITNESS_TRUSTED);
    record = witness_judge_server(&record, START, 1, 0, 2);
    assert_int_equal(record.proofs, 2);
}

static void
another_start_begins_anew(void **state)
{
    struct witness_record record = witness_judge_server(NULL, START, 1, 0, 1);

    (void)state;
    assert_int_equal(record.state, WITNESS_TRUSTED);
    record = witness_judge_server(&record, "another", 0, 0, 1);
    assert_int_equal(record.state, WITNESS_PROBATION);
    assert_int_equal(record.proofs, 0);
}

static void
a_miss_takes_the_proofs_and_two_the_trust(void **state)
{
    struct witness_record record = witness_judge_server(NULL, START, 1, 0, 1);

    (void)state;
    record = witness_judge_server(&record, START, 3, 1, 1);
    assert_int_equal(record.state, WITNESS_PROBATION);
    record = witness_judge_server(&record, START, 3, 1, 1);
    assert_int_equal(record.state, WITNESS_DEMOTED);
    record = witness_judge_server(&record, START, 9, 0, 1);
    assert_int_equal(record.state, WITNESS_DEMOTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_that_stand_still_say_unchanged),
        cmocka_unit_test(each_counter_that_grew_says_written),
        cmocka_unit_test(what_fell_or_has_other_parts_says_nothing),
        cmocka_unit_test(another_start_or_a_younger_server_says_nothing),
        cmocka_unit_test(a_read_beside_an_open_transaction_vouches_for_nothing),
        cmocka_unit_test(what_is_still_open_stays_suspect_and_what_began_later_is_not),
        cmocka_unit_test(a_table_that_was_written_to_suspects_all_that_are_open),
        cmocka_unit_test(where_transactions_are_not_told_a_second_read_is_believed),
        cmocka_unit_test(a_point_is_the_same_when_it_is_read_again),
        cmocka_unit_test(what_nobody_printed_is_no_point),
        cmocka_unit_test(enough_runs_with_changes_that_were_told_are_trusted),
        cmocka_unit_test(another_start_begins_anew),
        cmocka_unit_test(a_miss_takes_the_proofs_and_two_the_trust),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
