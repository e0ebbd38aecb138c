#include "source/rendition.h"

#include "../cmocka_all.h"

#include <string.h>

enum { WIDTH = 10, COUNT = 5 };

// Columns a, b and c; b is read by `way`.
static struct column_way way;
static struct column columns[3];
static struct table table;
static struct rendition rendition;
static const struct batch *joined;
static struct source_trouble trouble;

static void
read_b(enum column_way_kind kind, size_t count)
{
    way = (struct column_way){
        .kind = kind, .declared_width = WIDTH, .slice_width = WIDTH, .slice_count = count
    };
    for (size_t i = 0; i < 3; i++)
        columns[i] =
            (struct column){ .name = (const char *[]){ "a", "b", "c" }[i], .width = WIDTH };
    columns[1].way = &way;
    table = (struct table){ .name = "t", .columns = columns, .column_count = 3 };
    rendition_init(&rendition, &table);
}

static int
tear_down(void **state)
{
    (void)state;
    rendition_release(&rendition);
    return 0;
}

// One row of these texts ("~": NULL).
static bool
join(const char *const *texts, size_t count)
{
    struct cell cells[COUNT + 2];
    struct batch batch = { .cells = cells, .column_count = count, .row_count = 1 };

    for (size_t i = 0; i < count; i++) {
        bool is_null = strcmp(texts[i], "~") == 0;

        cells[i] = (struct cell){ .bytes = is_null ? NULL : texts[i],
            .size = is_null ? 0 : strlen(texts[i]) };
        batch.size_bytes += cells[i].size;
    }
    trouble = (struct source_trouble){ .column = -1 };
    return rendition_join(&rendition, &batch, 0, &joined, &trouble);
}

static void
assert_b(const char *expected)
{
    assert_int_equal(joined->column_count, 3);
    assert_memory_equal(joined->cells[0].bytes, "x", 1);
    assert_memory_equal(joined->cells[2].bytes, "y", 1);
    if (expected == NULL) {
        assert_null(joined->cells[1].bytes);
        return;
    }
    assert_non_null(joined->cells[1].bytes);
    assert_int_equal(joined->cells[1].size, strlen(expected));
    assert_memory_equal(joined->cells[1].bytes, expected, strlen(expected));
}

static bool
join_slices(const char *first, const char *second, const char *third, const char *beyond)
{
    return join((const char *[]){ "x", first, second, third, beyond, "y" }, 6);
}

static void
assert_needs(enum source_way_need need)
{
    assert_int_equal(trouble.need, need);
    assert_int_equal(trouble.column, 1);
    assert_true(trouble.is_too_wide);
}

static void
slices_that_agree_are_one_value(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_true(join_slices("abcdefghij", "ghijklmnop", "mnopq", ""));
    assert_b("abcdefghijklmnopq");
    assert_true(join_slices("abcdefghij", "ghijkl", "", ""));
    assert_b("abcdefghijkl");
    assert_true(join_slices("abc", "", "", ""));
    assert_b("abc");
}

static void
what_lies_beyond_the_end_may_be_empty_or_unknown(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_true(join_slices("abcdefg  j", "g  j", "~", "~"));
    assert_b("abcdefg  j");
}

static void
an_empty_text_is_not_null(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_true(join_slices("", "", "~", ""));
    assert_b("");
    assert_true(join_slices("~", "~", "~", "~"));
    assert_b(NULL);
    assert_true(join_slices("~", "", "", ""));
    assert_b(NULL);
}

static void
characters_of_several_bytes_are_counted_as_such(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_true(join_slices("ääääääääää", "ääääüüü", "ü", ""));
    assert_b("ääääääääääüüü");
}

// Bytes of a character that is not wholly among those that were asked for do not come.
static void
slices_that_were_counted_in_bytes_fit_each_other_too(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_true(join_slices("abcdefghi", "ghiäjkl", "kl", ""));
    assert_b("abcdefghiäjkl");
}

static void
slices_that_disagree_are_no_value(void **state)
{
    static const char *const lies[][4] = {
        { "abcdefghij", "ghiJkl", "", "" }, // another row's
        { "abcdefg", "ghijkl", "", "" },    // short, and not the end
        { "abcdefghij", "ghijklmnop", "", "x" },
        { "abcdefghij", "gh", "", "" },     // less than they share
        { "abc", "", "mnop", "" },          // nothing, and not the end
        { "~", "ghij", "", "" },            // unknown, and yet something
        { "abcdefgh", "gh  klmn", "", "" }, // without its blanks
    };

    (void)state;
    read_b(WAY_SLICES, 4);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        assert_false(join_slices(lies[i][0], lies[i][1], lies[i][2], lies[i][3]));
        assert_needs(WAY_NEEDS_OTHER);
    }
}

static void
a_value_that_goes_on_needs_more_slices(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_false(join_slices("abcdefghij", "ghijklmnop", "mnopqrstuv", "stuv"));
    assert_needs(WAY_NEEDS_MORE);
}

// Four characters of eight bytes: a server that cuts at ten may have left out others.
static void
a_value_that_may_have_been_cut_by_bytes_needs_finer_slices(void **state)
{
    (void)state;
    read_b(WAY_SLICES, 4);
    assert_false(join_slices("äöüä", "", "", ""));
    assert_needs(WAY_NEEDS_FINER);
    way.slice_width = 2;
    rendition_release(&rendition);
    way.declared_width = WIDTH;
    rendition_init(&rendition, &table);
    assert_true(join_slices("äb", "bc", "c", ""));
    assert_b("äbc");
}

static void
elements_are_an_array_as_the_source_prints_it(void **state)
{
    (void)state;
    read_b(WAY_ELEMENTS, 4);
    assert_true(join((const char *[]){ "x", "one", "~", "", "f~;ur", "y" }, 6));
    assert_b("one;?;;f~;ur");
    assert_false(join((const char *[]){ "x", "one", "as long as it", "", "", "y" }, 6));
    assert_needs(WAY_NEEDS_OTHER);
}

static void
what_is_left_out_is_null(void **state)
{
    (void)state;
    read_b(WAY_LEFT_OUT, 0);
    assert_int_equal(rendition.table.column_count, 2);
    assert_true(join((const char *[]){ "x", "y" }, 2));
    assert_b(NULL);
}

static void
of_a_table_without_readable_columns_rows_are_read(void **state)
{
    (void)state;
    read_b(WAY_LEFT_OUT, 0);
    rendition_release(&rendition);
    table.columns = &columns[1];
    table.column_count = 1;
    rendition_init(&rendition, &table);
    assert_int_equal(rendition.table.column_count, 1);
    assert_true(join((const char *[]){ "1" }, 1));
    assert_int_equal(joined->row_count, 1);
    assert_null(joined->cells[0].bytes);
}

static void
a_value_that_is_too_long_says_so(void **state)
{
    struct cell cells[] = { { "x", 1 }, { "abcdefghij", 10 }, { "ghijklmn", 8 }, { "", 0 },
        { "", 0 }, { "y", 1 } };
    const struct batch batch = {
        .cells = cells, .column_count = 6, .row_count = 1, .size_bytes = 20
    };

    (void)state;
    read_b(WAY_SLICES, 4);
    assert_true(rendition_join(&rendition, &batch, 12, &joined, &trouble));
    assert_true(joined->has_too_long);
    assert_null(joined->cells[1].bytes);
    assert_int_equal(joined->cells[1].size, 14);
    assert_true(rendition_join(&rendition, &batch, 14, &joined, &trouble));
    assert_false(joined->has_too_long);
    assert_b("abcdefghijklmn");
}

static void
the_key_is_found_behind_the_slices(void **state)
{
    uint16_t places[] = { 2 };
    const struct key key = { .name = "k", .columns = places, .column_count = 1 };
    struct read_request request = { .table = &table, .part = KEY_PART_NOT_NULL, .key = &key };

    (void)state;
    read_b(WAY_SLICES, 4);
    rendition_translate(&rendition, &request);
    assert_ptr_equal(request.table, &rendition.table);
    assert_string_equal(request.table->columns[request.key->columns[0]].name, "c");
    assert_int_equal(request.key->columns[0], 5);
    assert_int_equal(rendition.origin[5], 2);
    assert_int_equal(rendition.origin[4], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(slices_that_agree_are_one_value, tear_down),
        cmocka_unit_test_teardown(what_lies_beyond_the_end_may_be_empty_or_unknown, tear_down),
        cmocka_unit_test_teardown(an_empty_text_is_not_null, tear_down),
        cmocka_unit_test_teardown(characters_of_several_bytes_are_counted_as_such, tear_down),
        cmocka_unit_test_teardown(slices_that_were_counted_in_bytes_fit_each_other_too, tear_down),
        cmocka_unit_test_teardown(slices_that_disagree_are_no_value, tear_down),
        cmocka_unit_test_teardown(a_value_that_goes_on_needs_more_slices, tear_down),
        cmocka_unit_test_teardown(
            a_value_that_may_have_been_cut_by_bytes_needs_finer_slices, tear_down),
        cmocka_unit_test_teardown(elements_are_an_array_as_the_source_prints_it, tear_down),
        cmocka_unit_test_teardown(what_is_left_out_is_null, tear_down),
        cmocka_unit_test_teardown(of_a_table_without_readable_columns_rows_are_read, tear_down),
        cmocka_unit_test_teardown(a_value_that_is_too_long_says_so, tear_down),
        cmocka_unit_test_teardown(the_key_is_found_behind_the_slices, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
