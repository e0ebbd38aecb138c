// Memory that is always there: these never return NULL. Out of memory prints one line and exits 70.
// For things sized by the program or its configuration; what is sized by data goes into a struct
// buffer, which has a cap and can fail. Any thread.
#ifndef OE2PG_BASE_MEM_H
#define OE2PG_BASE_MEM_H

#include <stddef.h>

// A bug of ours that would corrupt data if the program went on: message, abort.
#define BUG(...) mem_bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void mem_bug(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Uninitialised bytes; free with free().
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
// `count` zeroed elements; the product is checked.
void *mem_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
// Grows or shrinks to `count` elements; the product is checked.
void *mem_realloc(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
// a * b; a bug when it does not fit.
size_t mem_product(size_t a, size_t b);

#endif
