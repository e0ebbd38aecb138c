// The pieces of model/canonical.c, for that file and its siblings only.
#ifndef OE2PG_MODEL_CANONICAL_PARTS_H
#define OE2PG_MODEL_CANONICAL_PARTS_H

#include <stdbool.h>
#include <stddef.h>

// A number as it is written: [+-]digits[.digits][e[+-]digits], at least one digit before the `e`.
struct number_text {
    bool is_negative;
    const char *whole; // the digits before the point
    size_t whole_size;
    const char *fraction; // the digits after it
    size_t fraction_size;
    bool has_point;
    bool has_exponent;
    long exponent; // capped at +-NUMBER_EXPONENT_MAX
};

enum { NUMBER_EXPONENT_MAX = 1000000 };

// False when text[0..size) is anything but a number.
bool number_text_read(const char *text, size_t size, struct number_text *number);

// As canonical_text for the kind in their name.
size_t canonical_integer(char *text, size_t size);
size_t canonical_decimal(int scale, char *text, size_t size, size_t capacity);
// A whole or decimal number without anything that canonical_decimal would change.
bool canonical_is_plain_number(int scale, const char *text, size_t size);
size_t canonical_float_text(bool is_single, char *text, size_t size);

#endif
