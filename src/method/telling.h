// Keys and values of the source in a report for people: shortened, on one line, and only where they
// were asked for. Pure.
#ifndef OE2PG_METHOD_TELLING_H
#define OE2PG_METHOD_TELLING_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"

enum { TELLING_BYTES = 200 }; // of a value that are shown

// The first bytes of a value of `size` bytes, quoted; or NULL.
void telling_value(struct buffer *out, const struct cell *start, size_t size);
// A value as the source gave it, in the form in which the mirror has it: binary ones, and texts
// that are none, in hex.
void telling_source_value(struct buffer *out, enum value_kind kind, const struct cell *value);
// "name="value" ..." for each key column; nothing for a table without key.
void telling_key(struct buffer *out, const struct table *table, const struct cell *key_values);

#endif
