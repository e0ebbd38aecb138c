// Text: UTF-8, names compared without case, patterns, near misses, secrets, words for a shell and
// for SQL. Pure; any thread.
#ifndef OE2PG_BASE_TEXT_H
#define OE2PG_BASE_TEXT_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The one way to fill a fixed buffer with text: printf, ended at a character where `size` (at least
// 1) is too small, and well-formed UTF-8 whatever the pieces were: a byte that belongs to no
// character becomes `?`. Not for paths and names that are given back to whom they came from.
// Returns the bytes written, without the NUL: never `size` or more.
size_t text_print(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t text_vprint(char *out, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
// Bytes that belong to no character become `?`, in place.
void text_make_utf8(char *text);

// Number of leading bytes that are well-formed UTF-8 and hold no NUL: `size` when all are.
// Overlong forms, surrogates and code points above U+10FFFF are not well-formed (as PostgreSQL).
size_t text_utf8_valid_size(const char *bytes, size_t size);
// Bytes of the longest prefix of at most `limit` bytes that ends at a character.
size_t text_utf8_prefix(const char *text, size_t limit);
// The longest ending of at most `limit` bytes that begins at a character.
const char *text_utf8_ending(const char *text, size_t limit);
// Decodes one character at `text` (NUL-terminated UTF-8); *size is its bytes. An ill-formed byte
// comes back as itself with size 1.
uint32_t text_utf8_decode(const char *text, size_t *size);
// Appends one character; returns its bytes (1 to 4).
size_t text_utf8_encode(uint32_t character, char *out);

// Simple case mapping of one character, for all scripts, whatever the process locale is.
uint32_t text_lower_character(uint32_t character);
bool text_is_letter_or_digit(uint32_t character);
// Compares without case: <0, 0, >0.
int text_compare_nocase(const char *a, const char *b);
bool text_equal_nocase(const char *a, const char *b);
// `*` any run, `?` one character; without case.
bool text_match(const char *pattern, const char *name);
// Edits (insert, delete, replace, swap neighbours) between two names without case; names longer
// than 64 characters count as far.
size_t text_distance(const char *a, const char *b);
// The nearest of `candidates`, NULL when none is near enough to be what was meant.
const char *text_nearest(const char *name, const char *const *candidates, size_t count);

// A word as a shell takes it: as it is, or in '...' where anything but letters, digits, `_`, `-`
// or `.` is in it. Cut where `size` is too small.
void text_shell_word(const char *word, char *out, size_t size);
// A name as SQL takes it, in `quote` (a byte), those inside doubled; lives in `arena`.
const char *text_sql_name(struct arena *arena, const char *name, char quote);

// Replaces every occurrence of `secret` in `text` by "***" in place. Secrets of fewer than three
// bytes are left: masking them would garble everything.
void text_mask(char *text, size_t capacity, const char *secret);

// The word that goes with a number.
const char *text_plural(uint64_t count, const char *one, const char *many);

// A whole number, all of `text`, within min..max.
bool text_parse_integer(const char *text, int64_t min, int64_t max, int64_t *value);
// The byte that two hexadecimal digits at the beginning of `text` mean.
bool text_parse_hex_byte(const char *text, char *byte);

#endif
