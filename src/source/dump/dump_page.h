// Code pages as OpenEdge calls them, converted to UTF-8. One that is no superset of ASCII cannot be
// in a dump, whose quotes and line ends are ASCII. A page belongs to one thread.
#ifndef OE2PG_SOURCE_DUMP_PAGE_H
#define OE2PG_SOURCE_DUMP_PAGE_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a byte means in a page of one byte a character. No bytes: no character.
struct dump_character {
    char bytes[4];
    uint8_t size;
};

// All zeros: UTF-8.
struct dump_page {
    struct dump_character *single; // [256], owned; NULL: not one byte a character
    void *conversion;              // of iconv, owned; NULL: none is needed
};

// True for a name that says nothing: NULL, "", "?" and UNDEFINED.
bool dump_page_is_unknown(const char *name);
// By OpenEdge's name ("1252", "ibm850", "ISO8859-15", "UTF-8") or iconv's. False: it is not known,
// or no superset of ASCII.
bool dump_page_open(const char *name, struct dump_page *page);
void dump_page_close(struct dump_page *page);

// True when the bytes are the text in UTF-8 already: all of them ASCII, or a page that is UTF-8. A
// NUL is a character of no page.
bool dump_page_is_plain(const struct dump_page *page, const char *bytes, size_t size);
bool dump_page_is_ascii(const char *bytes, size_t size);
// Appends the text in UTF-8. False when some bytes are no characters of the page, and then what was
// appended is of no use.
bool dump_page_convert(struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8);
// The same with U+FFFD in the place of each byte that is no character. False: no memory.
bool dump_page_convert_all(
    struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8);

#endif
