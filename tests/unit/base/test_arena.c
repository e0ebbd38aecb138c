#include "base/arena.h"

#include "../cmocka_all.h"

#include <string.h>

static void
memory_is_zeroed_aligned_and_apart(void **state)
{
    struct arena arena;
    unsigned char *places[500];

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < 500; i++) {
        places[i] = arena_alloc(&arena, i);
        assert_int_equal((uintptr_t)places[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < i; j++)
            assert_int_equal(places[i][j], 0);
        memset(places[i], (int)(i % 255) + 1, i);
    }
    for (size_t i = 1; i < 500; i++) {
        assert_int_equal(places[i][0], i % 255 + 1);
        assert_int_equal(places[i][i - 1], i % 255 + 1);
    }
    arena_release(&arena);
}

static void
large_pieces_get_blocks_of_their_own(void **state)
{
    struct arena arena;
    char *large;

    (void)state;
    arena_init(&arena);
    large = arena_alloc(&arena, 1000000);
    memset(large, 'x', 1000000);
    assert_true(arena.size_bytes >= 1000000);
    assert_string_equal(arena_strdup(&arena, "small"), "small");
    arena_reset(&arena);
    assert_int_equal(arena.size_bytes, 0);
    assert_string_equal(arena_strdup(&arena, "again"), "again");
    arena_release(&arena);
}

static void
text_is_copied(void **state)
{
    struct arena arena;
    char given[] = "abcdef";

    (void)state;
    arena_init(&arena);
    assert_string_equal(arena_strndup(&arena, given, 3), "abc");
    assert_string_equal(arena_strdup(&arena, ""), "");
    assert_string_equal(arena_printf(&arena, "%s-%d", given, 7), "abcdef-7");
    assert_non_null(arena_calloc(&arena, 0, 8));
    arena_release(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(large_pieces_get_blocks_of_their_own),
        cmocka_unit_test(text_is_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
