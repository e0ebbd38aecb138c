#include "base/buffer.h"

#include "../cmocka_all.h"

#include <string.h>

static void
appending_grows_and_keeps_a_nul_at_the_end(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100000);
    assert_string_equal(buffer_text(&buffer), "");
    assert_true(buffer_append_text(&buffer, "abc"));
    assert_true(buffer_append_byte(&buffer, 'd'));
    assert_true(buffer_printf(&buffer, "%d-%s", 42, "e"));
    assert_true(buffer_append(&buffer, "\0x", 2));
    assert_int_equal(buffer.size, 10);
    assert_memory_equal(buffer.bytes, "abcd42-e\0x", 11);
    for (int i = 0; i < 5000; i++)
        assert_true(buffer_append(&buffer, "0123456789", 10));
    assert_int_equal(buffer.size, 50010);
    assert_int_equal(buffer.bytes[buffer.size], '\0');
    buffer_release(&buffer);
}

static void
the_cap_is_exact_and_failure_is_sticky(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 10);
    assert_true(buffer_append(&buffer, "0123456789", 10));
    assert_false(buffer.failed);
    assert_false(buffer_append_byte(&buffer, 'x'));
    assert_true(buffer.failed);
    assert_int_equal(buffer.size, 10);
    assert_false(buffer_append(&buffer, "", 0)); // nothing fits any more, not even nothing
    assert_false(buffer_printf(&buffer, "%s", ""));
    assert_string_equal(buffer_text(&buffer), "0123456789");
    buffer_clear(&buffer);
    assert_false(buffer.failed);
    assert_string_equal(buffer_text(&buffer), "");
    assert_true(buffer_append_text(&buffer, "again"));
    buffer_release(&buffer);
}

static void
sizes_near_the_largest_do_not_wrap(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100);
    assert_true(buffer_append_text(&buffer, "abc"));
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    buffer_clear(&buffer);
    assert_null(buffer_reserve(&buffer, SIZE_MAX - 2));
    buffer_release(&buffer);
}

static void
reserve_gives_room_without_moving_the_end(void **state)
{
    struct buffer buffer;
    char *place;

    (void)state;
    buffer_init(&buffer, 1000);
    place = buffer_reserve(&buffer, 0);
    assert_non_null(place);
    place = buffer_reserve(&buffer, 600);
    assert_non_null(place);
    memset(place, 'x', 600);
    assert_int_equal(buffer.size, 0);
    assert_null(buffer_reserve(&buffer, 1001));
    buffer_release(&buffer);
    assert_int_equal(buffer.cap, 1000);
}

static void
printf_longer_than_the_cap_fails_as_a_whole(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 5);
    assert_true(buffer_printf(&buffer, "%s", "12345"));
    buffer_clear(&buffer);
    assert_false(buffer_printf(&buffer, "%s", "123456"));
    assert_int_equal(buffer.size, 0);
    buffer_release(&buffer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending_grows_and_keeps_a_nul_at_the_end),
        cmocka_unit_test(the_cap_is_exact_and_failure_is_sticky),
        cmocka_unit_test(sizes_near_the_largest_do_not_wrap),
        cmocka_unit_test(reserve_gives_room_without_moving_the_end),
        cmocka_unit_test(printf_longer_than_the_cap_fails_as_a_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
