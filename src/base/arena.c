#include "base/arena.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t capacity;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

void
arena_init(struct arena *arena)
{
    memset(arena, 0, sizeof *arena);
}

void
arena_reset(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    arena->size_bytes = 0;
}

void
arena_release(struct arena *arena)
{
    arena_reset(arena);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    size_t rounded;
    void *memory;

    if (size > SIZE_MAX / 2)
        BUG("arena: %zu bytes wanted", size);
    rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (block == NULL || block->capacity - block->used < rounded) {
        size_t capacity = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;

        block = mem_alloc(sizeof *block + capacity);
        block->next = arena->blocks;
        block->used = 0;
        block->capacity = capacity;
        arena->blocks = block;
        arena->size_bytes += capacity;
    }
    memory = block->bytes + block->used;
    block->used += rounded;
    memset(memory, 0, rounded);
    return memory;
}

void *
arena_calloc(struct arena *arena, size_t count, size_t size)
{
    return arena_alloc(arena, mem_product(count, size));
}

char *
arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *
arena_strndup(struct arena *arena, const char *bytes, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    memcpy(copy, bytes, size);
    return copy;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
    char first[256]; // most texts fit at once
    va_list args;
    char *text;
    int size;

    va_start(args, format);
    size = vsnprintf(first, sizeof first, format, args);
    va_end(args);
    if (size < 0)
        BUG("arena_printf: format");
    if ((size_t)size < sizeof first)
        return arena_strndup(arena, first, (size_t)size);
    text = arena_alloc(arena, (size_t)size + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}
