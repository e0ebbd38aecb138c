// Expected values were asked of PostgreSQL 15; tests/integration compares thousands more.
#include "base/hash.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static void
hashes_are_the_servers(void **state)
{
    static const struct {
        const char *text;
        int64_t seed;
        int64_t hash;
    } cases[] = {
        { "", INT64_C(0), INT64_C(-6939563903564495251) },
        { "", INT64_C(1), INT64_C(-150071773020461347) },
        { "a", INT64_C(0), INT64_C(3591986179850072241) },
        { "a", INT64_C(-1), INT64_C(8688456822845412000) },
        { "abcdefghijk", INT64_C(0), INT64_C(3112909444737856467) },
        { "abcdefghijkl", INT64_C(0), INT64_C(-7556637188122330412) },
        { "abcdefghijklm", INT64_C(42), INT64_C(-1560994830268275841) },
        { "abcdefghijklmnopqrstuvwxyz", INT64_C(-9223372036854775807),
            INT64_C(6245592908729189383) },
        { "\303\244\342\202\254\360\237\230\200", INT64_C(4294967296),
            INT64_C(5963531876284743104) },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true((int64_t)hash_bytes_extended(cases[i].text, strlen(cases[i].text),
                        (uint64_t)cases[i].seed) == cases[i].hash);
}

static void
pieces_hash_like_the_whole(void **state)
{
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 37);
    for (size_t size = 0; size <= sizeof text; size++) {
        for (size_t piece = 1; piece < 30; piece++) {
            struct hash_stream stream;

            hash_stream_init(&stream, size, 99);
            for (size_t at = 0; at < size; at += piece)
                hash_stream_add(&stream, text + at, piece < size - at ? piece : size - at);
            assert_true(hash_stream_end(&stream) == hash_bytes_extended(text, size, 99));
        }
    }
}

static void
binary_hashes_as_its_hex_text(void **state)
{
    static const char bytes[] = "\x00\xff\x5a\x10";
    unsigned char many[600];
    char text[2 * sizeof many + 3] = "\\x";

    (void)state;
    assert_true(hash_hex_extended(bytes, 4, 7) == hash_bytes_extended("\\x00ff5a10", 10, 7));
    for (size_t size = 0; size <= sizeof many; size++) {
        for (size_t i = 0; i < size; i++) {
            many[i] = (unsigned char)(i * 7);
            (void)snprintf(text + 2 + 2 * i, 3, "%02x", many[i]);
        }
        assert_true(hash_hex_extended(many, size, 7) == hash_bytes_extended(text, 2 + 2 * size, 7));
    }
    assert_true(hash_hex_extended(NULL, 0, 7) == hash_bytes_extended("\\x", 2, 7));
}

static void
a_row_is_order_sensitive_and_wraps(void **state)
{
    uint64_t digest = 0;

    (void)state;
    digest = hash_row_add(digest, 0);
    assert_true(digest == 0);
    digest = hash_row_add(digest, 5);
    digest = hash_row_add(digest, 7);
    assert_true(digest == 5 * 31 + 7);
    assert_true(hash_row_add(UINT64_MAX, 1) == UINT64_MAX - 29);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_servers),
        cmocka_unit_test(pieces_hash_like_the_whole),
        cmocka_unit_test(binary_hashes_as_its_hex_text),
        cmocka_unit_test(a_row_is_order_sensitive_and_wraps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
