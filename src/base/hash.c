// lookup3 works on three 32-bit words: twelve bytes are added to them and mixed, until fewer than
// twelve are left; these are added, their lowest byte of the third word left out (it stands for the
// length, which was added at the start), and a last mix is made. Bytes are taken in little-endian
// order whatever the machine, as the servers that matter do.
#include "base/hash.h"

#include "base/mem.h"

#include <string.h>

enum { BLOCK = 12, HEX_PIECE = 480 };

static uint32_t
rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t
word_at(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

// One of the six steps of a mix. Each can be undone, so no two states become one.
static inline void
mix_step(uint32_t *x, uint32_t y, uint32_t *z, unsigned bits)
{
    *x = (*x - *z) ^ rotate(*z, bits);
    *z += y;
}

static inline void
mix(uint32_t s[3])
{
    mix_step(&s[0], s[1], &s[2], 4);
    mix_step(&s[1], s[2], &s[0], 6);
    mix_step(&s[2], s[0], &s[1], 8);
    mix_step(&s[0], s[1], &s[2], 16);
    mix_step(&s[1], s[2], &s[0], 19);
    mix_step(&s[2], s[0], &s[1], 4);
}

static inline void
last_step(uint32_t *x, uint32_t y, unsigned bits)
{
    *x = (*x ^ y) - rotate(y, bits);
}

static inline void
mix_last(uint32_t s[3])
{
    last_step(&s[2], s[1], 14);
    last_step(&s[0], s[2], 11);
    last_step(&s[1], s[0], 25);
    last_step(&s[2], s[1], 16);
    last_step(&s[0], s[2], 4);
    last_step(&s[1], s[0], 14);
    last_step(&s[2], s[1], 24);
}

// 3923095 is PostgreSQL's own, and so is the way in which a seed comes in: as a block before the
// first, whose third word is zero. Without a seed there is none.
static void
start(uint32_t s[3], size_t total_size, uint64_t seed)
{
    s[0] = s[1] = s[2] = UINT32_C(0x9e3779b9) + (uint32_t)total_size + UINT32_C(3923095);
    if (seed != 0) {
        s[0] += (uint32_t)(seed >> 32);
        s[1] += (uint32_t)seed;
        mix(s);
    }
}

static inline void
add_block(uint32_t s[3], const unsigned char *p)
{
    s[0] += word_at(p);
    s[1] += word_at(p + 4);
    s[2] += word_at(p + 8);
    mix(s);
}

// Fewer than twelve bytes are left. The hash is the second and the third word of the state, as
// PostgreSQL takes them.
static uint64_t
finish(uint32_t s[3], const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        size_t place = i < 8 ? i : i + 1;

        s[place / 4] += (uint32_t)p[i] << (place % 4 * 8);
    }
    mix_last(s);
    return (uint64_t)s[1] << 32 | s[2];
}

uint64_t
hash_bytes_extended(const void *bytes, size_t size, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint32_t s[3];

    start(s, size, seed);
    for (; size >= BLOCK; size -= BLOCK, p += BLOCK)
        add_block(s, p);
    return finish(s, p, size);
}

// Invariant: what was added is in the state but for the last `held_size` bytes, fewer than a block;
// so the end is that of the bytes in one piece, however they came.
void
hash_stream_init(struct hash_stream *stream, size_t total_size, uint64_t seed)
{
    start(stream->state, total_size, seed);
    stream->held_size = 0;
    stream->left = total_size;
}

// Fills the block that was begun; returns how many bytes that took.
static size_t
fill_held(struct hash_stream *stream, const unsigned char *p, size_t size)
{
    size_t step = BLOCK - stream->held_size;

    if (step > size)
        step = size;
    memcpy(stream->held + stream->held_size, p, step);
    stream->held_size += step;
    if (stream->held_size == BLOCK) {
        add_block(stream->state, stream->held);
        stream->held_size = 0;
    }
    return step;
}

void
hash_stream_add(struct hash_stream *stream, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;

    if (size > stream->left)
        BUG("hash: %zu bytes more than announced", size - stream->left);
    stream->left -= size;
    while (size > 0) {
        size_t step = BLOCK;

        if (stream->held_size == 0 && size >= BLOCK)
            add_block(stream->state, p);
        else
            step = fill_held(stream, p, size);
        p += step;
        size -= step;
    }
}

uint64_t
hash_stream_end(struct hash_stream *stream)
{
    if (stream->left > 0)
        BUG("hash: %zu bytes fewer than announced", stream->left);
    return finish(stream->state, stream->held, stream->held_size);
}

// PostgreSQL hashes the text that it prints of a bytea. It is made a piece at a time: a value may
// be as large as the memory that is left.
uint64_t
hash_hex_extended(const void *bytes, size_t size, uint64_t seed)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    struct hash_stream stream;
    char text[HEX_PIECE];
    size_t filled = 0;

    hash_stream_init(&stream, 2 + 2 * size, seed);
    hash_stream_add(&stream, "\\x", 2);
    for (size_t i = 0; i < size; i++) {
        text[filled++] = digits[p[i] >> 4];
        text[filled++] = digits[p[i] & 15];
        if (filled == sizeof text) {
            hash_stream_add(&stream, text, filled);
            filled = 0;
        }
    }
    hash_stream_add(&stream, text, filled);
    return hash_stream_end(&stream);
}
