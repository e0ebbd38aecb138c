// Rows as bytes of COPY, binary or text: pure, no I/O. The caller gives a window of memory;
// encoding stops where the window is full and goes on at the same byte with the next one, so that a
// value of any size needs no buffer of its own.
#ifndef OE2PG_TARGET_COPY_ENCODE_H
#define OE2PG_TARGET_COPY_ENCODE_H

#include "model/batch.h"
#include "model/table.h"
#include "target/native_value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    COPY_HEADER_SIZE = 19, // of the binary form, and its trailer
    COPY_TRAILER_SIZE = 2,
    COPY_VALUE_MAX = 400 * 1024 * 1024, // a longer value is refused; PostgreSQL's own end is 1 GB
};
extern const char copy_header[COPY_HEADER_SIZE];
extern const char copy_trailer[COPY_TRAILER_SIZE];

// Why PostgreSQL could not hold the value as text, or NULL: "invalid_utf8", "nul_byte", "too_long".
const char *copy_value_refusal(enum value_kind kind, const struct cell *cell);

// What is written to.
struct copy_shape {
    const struct column *columns;
    const struct mirror_type *types; // one a column; of the binary form
    size_t column_count;
    bool is_text; // the text form, which PostgreSQL reads as whatever type
};

// Where encoding stands in a row.
struct copy_encoder {
    const struct copy_shape *shape;
    const struct cell *row;
    size_t column;             // next or current column; column_count: the row is done
    size_t at;                 // bytes of the current value that were dealt with
    struct native_value value; // the current one, in the binary form
    bool is_open;              // the current value's beginning was written
    bool is_started;           // the row's column count was written
    bool does_not_fit;         // the current value is none of its column's type: nothing follows
};

void copy_encoder_start(
    struct copy_encoder *encoder, const struct copy_shape *shape, const struct cell *row);
// Writes as much of the row as fits; returns the bytes written. Cells must hold only values for
// which copy_value_refusal is NULL; the row is complete when copy_encoder_is_done.
size_t copy_encoder_write(struct copy_encoder *encoder, char *out, size_t capacity);
bool copy_encoder_is_done(const struct copy_encoder *encoder);

#endif
