#include "target/copy_encode.h"

#include "../cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096 };

static const struct column columns[] = {
    { .name = "a", .kind = VALUE_TEXT },
    { .name = "b", .kind = VALUE_BINARY },
    { .name = "c", .kind = VALUE_INTEGER },
};

static const struct mirror_type types[3]; // text

// The whole row, through windows of this many bytes; gives its size.
static size_t
encode_as(const struct copy_shape *shape, const struct cell *row, size_t window, char *out)
{
    struct copy_encoder encoder;
    size_t size = 0;

    copy_encoder_start(&encoder, shape, row);
    while (!copy_encoder_is_done(&encoder)) {
        // Of its own, so that a byte too many is found.
        char *place = malloc(window);
        size_t written = copy_encoder_write(&encoder, place, window);

        assert_in_range(written, 1, window);
        assert_true(size + written <= ROOM);
        memcpy(out + size, place, written);
        free(place);
        size += written;
    }
    return size;
}

static size_t
encode(const struct cell *row, size_t count, size_t window, char *out)
{
    const struct copy_shape shape = { columns, types, count, false };

    return encode_as(&shape, row, window, out);
}

// ---- what cannot be sent ------------------------------------------------------------------------

static const char *
refusal(enum value_kind kind, const char *bytes, size_t size)
{
    const struct cell cell = { .bytes = bytes, .size = size };

    return copy_value_refusal(kind, &cell);
}

static void
values_that_postgres_cannot_hold_are_refused_by_a_word(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *word;
    } cases[] = {
        { "a\0b", 3, "nul_byte" }, { "\0", 1, "nul_byte" },
        { "\xE4", 1, "invalid_utf8" },             // Latin-1
        { "ab\xC3", 3, "invalid_utf8" },           // half a character
        { "\xC0\xAF", 2, "invalid_utf8" },         // longer than it need be
        { "\xED\xA0\x80", 3, "invalid_utf8" },     // half a pair
        { "\xF4\x90\x80\x80", 4, "invalid_utf8" }, // beyond Unicode
        { "\xFF\0", 2, "invalid_utf8" },           // what comes first
        { NULL, 5, "too_long" },                   // it was too long to be read
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(refusal(VALUE_TEXT, cases[i].bytes, cases[i].size), cases[i].word);
    assert_string_equal(refusal(VALUE_BINARY, NULL, 5), "too_long");
}

static void
a_value_is_too_long_when_what_is_sent_of_it_is(void **state)
{
    (void)state;
    // Sizes alone decide: nothing of the bytes is looked at.
    assert_string_equal(refusal(VALUE_TEXT, "", (size_t)COPY_VALUE_MAX + 1), "too_long");
    assert_string_equal(refusal(VALUE_BINARY, "", COPY_VALUE_MAX / 2), "too_long");
    assert_null(refusal(VALUE_BINARY, "", COPY_VALUE_MAX / 2 - 1));
}

static void
all_else_is_sent(void **state)
{
    (void)state;
    assert_null(refusal(VALUE_TEXT, NULL, 0));
    assert_null(refusal(VALUE_TEXT, "", 0));
    assert_null(refusal(VALUE_TEXT, "\xF4\x8F\xBF\xBF", 4));
    assert_null(refusal(VALUE_BINARY, "\0\xFF", 2));
}

// ---- bytes --------------------------------------------------------------------------------------

static void
null_and_an_empty_text_are_two_things(void **state)
{
    const struct cell row[] = { { .bytes = NULL }, { .bytes = "" }, { .bytes = "" } };
    static const char expected[] = "\0\3"
                                   "\xFF\xFF\xFF\xFF"
                                   "\0\0\0\2\\x"
                                   "\0\0\0";
    char out[ROOM];

    (void)state;
    assert_int_equal(encode(row, 3, 1000, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

static void
bytes_are_sent_as_hex_digits(void **state)
{
    const struct cell row[] = { { .bytes = "\xC3\xA4", .size = 2 },
        { .bytes = "\x00\x1F\xAB\xFF", .size = 4 }, { .bytes = "7", .size = 1 } };
    static const char expected[] = "\0\3"
                                   "\0\0\0\2\xC3\xA4"
                                   "\0\0\0\12\\x001fabff"
                                   "\0\0\0\1"
                                   "7";
    char out[ROOM];

    (void)state;
    assert_int_equal(encode(row, 3, 1000, out), sizeof expected - 1);
    assert_memory_equal(out, expected, sizeof expected - 1);
}

// A window has room for a length at least: that of a COPY is 64 KiB.
static void
a_row_is_the_same_through_windows_of_any_size(void **state)
{
    char bytes[600];
    const struct cell row[] = { { .bytes = bytes, .size = 300 }, { .bytes = bytes, .size = 301 },
        { .bytes = NULL } };
    char whole[ROOM];
    char parts[ROOM];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    size = encode(row, 3, ROOM, whole);
    assert_int_equal(size, 2 + 4 + 300 + 4 + 604 + 4);
    for (size_t window = 4; window <= 700; window++) {
        assert_int_equal(encode(row, 3, window, parts), size);
        assert_memory_equal(parts, whole, size);
    }
}

static void
a_window_that_is_too_small_gets_nothing_and_loses_nothing(void **state)
{
    const struct cell row[] = { { .bytes = "ab", .size = 2 }, { .bytes = "c", .size = 1 } };
    struct copy_encoder encoder;
    const struct copy_shape shape = { columns, types, 2, false };
    char out[ROOM];
    size_t at;

    (void)state;
    copy_encoder_start(&encoder, &shape, row);
    assert_int_equal(copy_encoder_write(&encoder, out, 0), 0);
    assert_int_equal(copy_encoder_write(&encoder, out, 1), 0);
    at = copy_encoder_write(&encoder, out, 5); // no room for a length behind the count
    assert_int_equal(at, 2);
    at += copy_encoder_write(&encoder, out + at, 7);
    assert_int_equal(at, 8);
    assert_false(copy_encoder_is_done(&encoder));
    at += copy_encoder_write(&encoder, out + at, 100);
    assert_true(copy_encoder_is_done(&encoder));
    assert_memory_equal(out, "\0\2\0\0\0\2ab\0\0\0\4\\x63", 16);
    assert_int_equal(copy_encoder_write(&encoder, out, 100), 0);
}

static void
a_row_without_columns_is_its_count_alone(void **state)
{
    char out[ROOM];

    (void)state;
    assert_int_equal(encode(NULL, 0, 100, out), 2);
    assert_memory_equal(out, "\0\0", 2);
}

// ---- text ---------------------------------------------------------------------------------------

static void
check_text(const struct cell *row, size_t count, const char *expected)
{
    const struct copy_shape shape = { columns, types, count, true };
    char out[ROOM];
    size_t size = encode_as(&shape, row, ROOM, out);

    assert_int_equal(size, strlen(expected));
    assert_memory_equal(out, expected, size);
}

static void
the_text_form_escapes_what_it_is_made_of(void **state)
{
    const struct cell row[] = { { .bytes = "a\\b\tc\nd\re\\.", .size = 11 },
        { .bytes = "\x00\xAB", .size = 2 }, { .bytes = "-7", .size = 2 } };

    (void)state;
    check_text(row, 3, "a\\\\b\\tc\\nd\\re\\\\.\t\\\\x00ab\t-7\n");
}

static void
the_text_form_tells_null_from_an_empty_text_and_from_its_own_word(void **state)
{
    const struct cell nulls[] = { { .bytes = NULL }, { .bytes = NULL }, { .bytes = NULL } };
    const struct cell empty[] = { { .bytes = "" }, { .bytes = "" }, { .bytes = "" } };
    const struct cell word[] = { { .bytes = "\\N", .size = 2 } };

    (void)state;
    check_text(nulls, 3, "\\N\t\\N\t\\N\n");
    check_text(empty, 3, "\t\\\\x\t\n");
    check_text(word, 1, "\\\\N\n");
}

static void
a_row_of_the_text_form_is_the_same_through_windows_of_any_size(void **state)
{
    const struct copy_shape shape = { columns, types, 3, true };
    char bytes[600];
    const struct cell row[] = { { .bytes = bytes, .size = 300 }, { .bytes = bytes, .size = 301 },
        { .bytes = NULL } };
    char whole[ROOM];
    char parts[ROOM];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    size = encode_as(&shape, row, ROOM, whole);
    for (size_t window = 4; window <= 700; window++) {
        assert_int_equal(encode_as(&shape, row, window, parts), size);
        assert_memory_equal(parts, whole, size);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_postgres_cannot_hold_are_refused_by_a_word),
        cmocka_unit_test(a_value_is_too_long_when_what_is_sent_of_it_is),
        cmocka_unit_test(all_else_is_sent),
        cmocka_unit_test(null_and_an_empty_text_are_two_things),
        cmocka_unit_test(bytes_are_sent_as_hex_digits),
        cmocka_unit_test(a_row_is_the_same_through_windows_of_any_size),
        cmocka_unit_test(a_window_that_is_too_small_gets_nothing_and_loses_nothing),
        cmocka_unit_test(a_row_without_columns_is_its_count_alone),
        cmocka_unit_test(the_text_form_escapes_what_it_is_made_of),
        cmocka_unit_test(the_text_form_tells_null_from_an_empty_text_and_from_its_own_word),
        cmocka_unit_test(a_row_of_the_text_form_is_the_same_through_windows_of_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
