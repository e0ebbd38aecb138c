#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buffer_init(struct buffer *buffer, size_t cap)
{
    memset(buffer, 0, sizeof *buffer);
    buffer->cap = cap;
}

void
buffer_release(struct buffer *buffer)
{
    free(buffer->bytes);
    buffer_init(buffer, buffer->cap);
}

void
buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

// Doubles up to the cap, so that appending is linear in the bytes appended.
static bool
grow(struct buffer *buffer, size_t wanted)
{
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : 256;
    char *bytes;

    while (capacity < wanted)
        capacity = capacity > buffer->cap / 2 ? buffer->cap : capacity * 2;
    bytes = realloc(buffer->bytes, capacity + 1);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

char *
buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->failed || more > buffer->cap || buffer->size > buffer->cap - more) {
        buffer->failed = true;
        return NULL;
    }
    if (buffer->size + more > buffer->capacity && !grow(buffer, buffer->size + more)) {
        buffer->failed = true;
        return NULL;
    }
    if (buffer->bytes == NULL && !grow(buffer, 1)) {
        buffer->failed = true;
        return NULL;
    }
    return buffer->bytes + buffer->size;
}

bool
buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    char *place = buffer_reserve(buffer, size);

    if (place == NULL)
        return false;
    if (size > 0)
        memcpy(place, bytes, size);
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
    return true;
}

bool
buffer_append_text(struct buffer *buffer, const char *text)
{
    return buffer_append(buffer, text, strlen(text));
}

bool
buffer_append_byte(struct buffer *buffer, char byte)
{
    return buffer_append(buffer, &byte, 1);
}

bool
buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    char *place;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    place = size < 0 ? NULL : buffer_reserve(buffer, (size_t)size);
    if (place == NULL)
        return false;
    va_start(args, format);
    (void)vsnprintf(place, (size_t)size + 1, format, args);
    va_end(args);
    buffer->size += (size_t)size;
    return true;
}

const char *
buffer_text(const struct buffer *buffer)
{
    return buffer->bytes != NULL ? buffer->bytes : "";
}
