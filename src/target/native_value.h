// Values of native types from their canonical texts: whether the type holds a value, so that
// PostgreSQL prints the same text for it again, and what COPY BINARY sends of it (format:
// PostgreSQL 17 manual, COPY, and what the types' own receive functions read). Pure; any thread.
#ifndef OE2PG_TARGET_NATIVE_VALUE_H
#define OE2PG_TARGET_NATIVE_VALUE_H

#include "model/batch.h"
#include "model/mirror_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NATIVE_BYTES_MAX = 16 };

// A number of digits, and perhaps a point and decimals.
struct plain_number {
    bool is_negative;
    const char *whole; // at least one digit
    size_t whole_size;
    const char *fraction;
    size_t fraction_size; // 0: there is no point
};

struct native_value {
    size_t size; // bytes as they are sent
    // All of them, or the head of a numeric, whose groups of four digits come behind it. Of none
    // the cell's own bytes are sent.
    char bytes[NATIVE_BYTES_MAX];
    size_t byte_count;
    struct plain_number number; // of a numeric: points into the cell
    size_t first_group;
};

// False for a value that the type does not hold as it is. Of a type whose bytes are sent as they
// come (text, bytea, json) nothing is looked at but what makes it one.
bool native_read(
    const struct mirror_type *type, const struct cell *cell, struct native_value *value);
// Whether that is true.
bool native_fits(const struct mirror_type *type, const struct cell *cell);

// Writes what is sent from byte `at` on, as much as fits; returns how many bytes. `at` is a sum of
// what this returned before.
size_t native_write(const struct native_value *value, const struct cell *cell, size_t at, char *out,
    size_t capacity);

#endif
