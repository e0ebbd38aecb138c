// Bob Jenkins's lookup3 hash in the 64-bit, seeded form that PostgreSQL calls hash_bytes_extended:
// what hashtextextended(text COLLATE "C", seed) and hash_record_extended(ROW(...), seed) say on the
// server is what these say here. Pure; any thread.
#ifndef OE2PG_BASE_HASH_H
#define OE2PG_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

// The hash of `size` bytes (less than 4 GiB); `bytes` may be NULL when `size` is 0.
uint64_t hash_bytes_extended(const void *bytes, size_t size, uint64_t seed);

// The same piece by piece, for a text that is never in memory as a whole. The total size enters the
// hash at its beginning, so it must be known, and exactly that many bytes must be added.
struct hash_stream {
    uint32_t state[3];
    unsigned char held[12]; // a block that is not full yet
    size_t held_size;
    size_t left; // bytes still to come
};

void hash_stream_init(struct hash_stream *stream, size_t total_size, uint64_t seed);
void hash_stream_add(struct hash_stream *stream, const void *bytes, size_t size);
uint64_t hash_stream_end(struct hash_stream *stream);

// The hash of "\x" and the lower-case hex digits of `bytes`: of a bytea as text.
uint64_t hash_hex_extended(const void *bytes, size_t size, uint64_t seed);

// Adds one column to a row's digest, which starts as 0. The hash of a NULL is 0.
static inline uint64_t
hash_row_add(uint64_t digest, uint64_t column_hash)
{
    return digest * 31 + column_hash;
}

#endif
