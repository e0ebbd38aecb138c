#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_BUG = 70 };

void
mem_bug(const char *file, int line, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "oe2pg: bug at %s:%d: ", file, line);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    abort();
}

static _Noreturn void
out_of_memory(size_t size)
{
    (void)fprintf(stderr, "oe2pg: out of memory (%zu bytes wanted)\n", size);
    exit(EXIT_BUG); // NOLINT(concurrency-mt-unsafe): there is no memory left for another end
}

void *
mem_alloc(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL)
        out_of_memory(size);
    return memory;
}

void *
mem_calloc(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

    if (memory == NULL)
        out_of_memory(count);
    return memory;
}

void *
mem_realloc(void *old, size_t count, size_t size)
{
    size_t wanted = mem_product(count, size);
    void *memory = realloc(old, wanted > 0 ? wanted : 1);

    if (memory == NULL)
        out_of_memory(wanted);
    return memory;
}

char *
mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(mem_alloc(size), text, size);
}

size_t
mem_product(size_t a, size_t b)
{
    size_t product;

    if (__builtin_mul_overflow(a, b, &product))
        BUG("size overflow: %zu * %zu", a, b);
    return product;
}
