// A growable run of bytes with a mandatory cap: for anything whose size comes from data.
// Appending is sticky: past the cap (or out of memory) everything is refused and `failed` stays
// set, so a caller may append freely and check once. Not shared between threads.
#ifndef OE2PG_BASE_BUFFER_H
#define OE2PG_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *bytes; // NUL after the last byte once anything was appended; NULL before
    size_t size;
    size_t capacity;
    size_t cap; // bytes it may hold at most
    bool failed;
};

enum { BUFFER_SQL_CAP = 16 * 1024 * 1024 };

void buffer_init(struct buffer *buffer, size_t cap);
void buffer_release(struct buffer *buffer);
// Empties it and keeps the memory.
void buffer_clear(struct buffer *buffer);
// Room for `more` bytes after the present ones; returns where they go, NULL past the cap.
char *buffer_reserve(struct buffer *buffer, size_t more);
bool buffer_append(struct buffer *buffer, const void *bytes, size_t size);
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_byte(struct buffer *buffer, char byte);
bool buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// The bytes as a C string; "" when empty. Borrowed until the next call.
const char *buffer_text(const struct buffer *buffer);

#endif
