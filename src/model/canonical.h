// Canonical text: what PostgreSQL prints for a value of the native type with DateStyle ISO,
// TimeZone UTC, IntervalStyle postgres, bytea_output hex and extra_float_digits 1. Both doors and
// the mirror use it, so that equal rows are equal bytes. Pure; any thread.
//
// A text that does not read as its kind says (dynamic typing, dirty data) is left as it is: nothing
// is ever lost for the sake of form.
#ifndef OE2PG_MODEL_CANONICAL_H
#define OE2PG_MODEL_CANONICAL_H

#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

// Bytes beyond the value itself that canonical_text may need in the same buffer.
enum { CANONICAL_SLACK = 80 };

// Rewrites text[0..size) in place and returns the new size; `capacity` >= size + CANONICAL_SLACK.
// `scale` is the declared number of decimals, -1 for none (used for VALUE_DECIMAL only).
// VALUE_TEXT and VALUE_BINARY are never touched.
size_t canonical_text(enum value_kind kind, int scale, char *text, size_t size, size_t capacity);

// True for a stamp with an offset that canonical_text reads.
bool canonical_is_zoned_stamp(const char *text, size_t size);

// True when canonical_text certainly has nothing to do; what most sources deliver is so. False says
// nothing.
bool canonical_is_plain(enum value_kind kind, int scale, const char *text, size_t size);

// True for a text that is what PostgreSQL prints for a double (float when single), which *value is.
bool canonical_is_float(bool is_single, const char *text, size_t size, double *value);

// The shortest text that reads back as exactly this double (float when single), in PostgreSQL's
// form; returns its size. `out` holds at least 32 bytes.
size_t canonical_float(double value, bool is_single, char *out);

#endif
