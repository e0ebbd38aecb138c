// An arena: many small things that live and die together. Not shared between threads.
#ifndef OE2PG_BASE_ARENA_H
#define OE2PG_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks; // newest first
    size_t size_bytes;          // allocated in all blocks
};

void arena_init(struct arena *arena);
// Frees everything; the arena can be used again.
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);
// Zeroed, aligned for any type; never NULL.
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
void *arena_calloc(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
// Copies `size` bytes and adds a NUL.
char *arena_strndup(struct arena *arena, const char *bytes, size_t size)
    __attribute__((returns_nonnull));
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

#endif
