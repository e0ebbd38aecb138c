// Numbers, dates and stamps of a data dump as canonical texts. Pure; any thread.
#ifndef OE2PG_SOURCE_DUMP_D_NUMBER_H
#define OE2PG_SOURCE_DUMP_D_NUMBER_H

#include "source/dump/d_form.h"

#include <stdbool.h>
#include <stddef.h>

enum { D_NUMBER_MAX = 512 }; // bytes that a canonical text of these takes at most

// True for most numbers that a dump holds: they are canonical as they stand there, and nothing has
// to be written. False for all others, canonical or not.
bool d_number_is_plain_integer(bool is_long, const char *text, size_t size);
bool d_number_is_plain_decimal(char point, int scale, const char *text, size_t size);

// Each writes to `out` (D_NUMBER_MAX bytes) and returns the size; 0: the text is no such value.
size_t d_number_integer(bool is_long, const char *text, size_t size, char *out);
// `scale` as in canonical_text.
size_t d_number_decimal(char point, int scale, const char *text, size_t size, char *out);
// With is_american as OpenEdge's SQL prints a date in an array: 04/26/2025.
size_t d_number_date(
    const struct d_form *form, bool is_american, const char *text, size_t size, char *out);
size_t d_number_stamp(bool has_zone, const char *text, size_t size, char *out);

#endif
