#include "write/full_width.h"

#include "../cmocka_all.h"

#include <string.h>

static struct column columns[] = {
    { .name = "a", .target_name = "a", .kind = VALUE_TEXT, .width = 4 },
    { .name = "n", .target_name = "n", .kind = VALUE_INTEGER, .width = 4 },
    { .name = "l", .target_name = "l", .kind = VALUE_TEXT, .width = 4, .is_long = true },
    { .name = "u", .target_name = "u", .kind = VALUE_TEXT, .width = 0 },
    { .name = "b", .target_name = "b", .kind = VALUE_TEXT, .width = 2 },
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const struct table table = {
    .name = "t", .target_name = "t", .columns = columns, .column_count = COLUMNS
};

static struct cell
text(const char *bytes)
{
    return (struct cell){ .bytes = bytes, .size = bytes != NULL ? strlen(bytes) : 0 };
}

static void
count(struct full_width *full, const char *a, const char *b)
{
    const struct cell row[COLUMNS] = { text(a), text("1234"), text("1234"), text(""), text(b) };

    if (full->counts != NULL)
        full_width_count(full->table, full->counts, row);
}

static void
a_source_that_does_not_cut_is_not_counted(void **state)
{
    struct full_width full;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    full_width_init(&full, false, &table);
    count(&full, "abcd", "ab");
    full_width_reset(&full);
    full_width_tell(&full);
    assert_int_equal(full_width_total(&full), 0);
    assert_null(full_width_note(&full, &arena));
    full_width_release(&full);
    arena_release(&arena);
}

static void
only_texts_exactly_as_long_as_their_width_are_counted(void **state)
{
    struct full_width full;

    (void)state;
    full_width_init(&full, true, &table);
    count(&full, NULL, NULL);
    count(&full, "", "a");
    count(&full, "abc", "abc"); // longer than its width: it was not cut
    assert_int_equal(full_width_total(&full), 0);
    count(&full, "abcd", "a");
    count(&full, "abcde", "ab");
    assert_int_equal(full_width_total(&full), 2);
    full_width_reset(&full);
    assert_int_equal(full_width_total(&full), 0);
    full_width_release(&full);
}

static void
a_width_is_one_of_characters(void **state)
{
    struct full_width full;

    (void)state;
    full_width_init(&full, true, &table);
    count(&full, "\xC3\xA4\xC3\xB6", "a");             // four bytes
    count(&full, "\xC3\xA4\xC3\xB6\xE2\x82\xAC", "a"); // three characters
    assert_int_equal(full_width_total(&full), 0);
    count(&full, "\xC3\xA4\xC3\xB6\xE2\x82\xACx", "a");
    assert_int_equal(full_width_total(&full), 1);
    full_width_release(&full);
}

static void
the_note_names_columns_and_numbers(void **state)
{
    struct full_width full;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    full_width_init(&full, true, &table);
    count(&full, "abcd", "ab");
    count(&full, "abcd", "");
    assert_string_equal(full_width_note(&full, &arena),
        "values as long as their SQL width, perhaps cut: 2 of \"a\" (4), 1 of \"b\" (2)");
    full_width_release(&full);
    full_width_release(&full);
    arena_release(&arena);
}

static void
counts_of_parts_add_up(void **state)
{
    struct full_width full;
    int64_t parts[3][COLUMNS] = { { 1, 0, 0, 0, 2 }, { 0 }, { 3, 0, 0, 0, 0 } };

    (void)state;
    full_width_init(&full, true, &table);
    for (size_t i = 0; i < 3; i++)
        full_width_add(&full, parts[i]);
    full_width_add(&full, NULL); // a part that was not counted
    assert_int_equal(full.counts[0], 4);
    assert_int_equal(full.counts[4], 2);
    assert_int_equal(full_width_total(&full), 6);
    full_width_release(&full);
    full_width_add(&full, parts[0]); // of a source that does not cut
    assert_int_equal(full_width_total(&full), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_that_does_not_cut_is_not_counted),
        cmocka_unit_test(only_texts_exactly_as_long_as_their_width_are_counted),
        cmocka_unit_test(a_width_is_one_of_characters),
        cmocka_unit_test(the_note_names_columns_and_numbers),
        cmocka_unit_test(counts_of_parts_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
