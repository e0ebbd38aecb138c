// Prints the digest of each row on standard input, for comparison with what PostgreSQL says:
//   hash_rows SEED < rows
// A row is a 32-bit count of columns, then for each column a letter (t text, b binary) and a 32-bit
// size (0xFFFFFFFF: NULL) with as many bytes; numbers are little-endian.
#include "base/buffer.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUE_CAP = 64 * 1024 * 1024 };

static bool
read_number(uint32_t *number)
{
    unsigned char bytes[4];

    if (fread(bytes, 1, sizeof bytes, stdin) != sizeof bytes)
        return false;
    *number =
        bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return true;
}

// Text goes through the whole-value hash and, in pieces of changing size, through the stream; the
// two must agree.
static bool
hash_text(const char *bytes, size_t size, uint64_t seed, uint64_t *hash)
{
    struct hash_stream stream;
    size_t at = 0;

    *hash = hash_bytes_extended(bytes, size, seed);
    hash_stream_init(&stream, size, seed);
    for (size_t piece = 1; at < size; piece = piece * 3 % 101) {
        size_t step = piece < size - at ? piece : size - at;

        hash_stream_add(&stream, bytes + at, step);
        at += step;
    }
    return hash_stream_end(&stream) == *hash;
}

static bool
read_column(struct buffer *buffer, uint64_t seed, uint64_t *hash)
{
    int kind = getchar();
    uint32_t size;
    char *place;

    *hash = 0;
    if (!read_number(&size))
        return false;
    if (size == UINT32_MAX)
        return true;
    buffer_clear(buffer);
    place = buffer_reserve(buffer, size);
    if (place == NULL || fread(place, 1, size, stdin) != size)
        return false;
    if (kind == 'b') {
        *hash = hash_hex_extended(place, size, seed);
        return true;
    }
    return hash_text(place, size, seed, hash);
}

int
main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? (uint64_t)strtoll(argv[1], NULL, 10) : 0;
    struct buffer buffer;
    uint32_t count;

    buffer_init(&buffer, VALUE_CAP);
    while (read_number(&count)) {
        uint64_t digest = 0;

        for (uint32_t i = 0; i < count; i++) {
            uint64_t hash;

            if (!read_column(&buffer, seed, &hash)) {
                (void)fprintf(stderr, "hash_rows: bad input or stream hash\n");
                buffer_release(&buffer);
                return 1;
            }
            digest = hash_row_add(digest, hash);
        }
        (void)printf("%" PRId64 "\n", (int64_t)digest);
    }
    buffer_release(&buffer);
    return 0;
}
