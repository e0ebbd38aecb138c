#include "target/copy_encode.h"

#include "base/text.h"

#include <string.h>

const char copy_header[COPY_HEADER_SIZE] = { 'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n',
    '\0', 0, 0, 0, 0, 0, 0, 0, 0 };
const char copy_trailer[COPY_TRAILER_SIZE] = { '\377', '\377' };

static const char hex_digits[16] = "0123456789abcdef";

const char *
copy_value_refusal(enum value_kind kind, const struct cell *cell)
{
    size_t valid;

    if (cell->bytes == NULL)
        return cell->size > 0 ? "too_long" : NULL;
    if (kind == VALUE_BINARY)
        return cell->size > (COPY_VALUE_MAX - 2) / 2 ? "too_long" : NULL;
    if (cell->size > COPY_VALUE_MAX)
        return "too_long";
    valid = text_utf8_valid_size(cell->bytes, cell->size);
    if (valid == cell->size)
        return NULL;
    return cell->bytes[valid] == '\0' ? "nul_byte" : "invalid_utf8";
}

void
copy_encoder_start(
    struct copy_encoder *encoder, const struct copy_shape *shape, const struct cell *row)
{
    encoder->shape = shape;
    encoder->row = row;
    encoder->column = 0;
    encoder->is_open = false;
    encoder->is_started = false;
    encoder->does_not_fit = false;
}

bool
copy_encoder_is_done(const struct copy_encoder *encoder)
{
    return encoder->is_started && encoder->column == encoder->shape->column_count;
}

static void
end_value(struct copy_encoder *encoder)
{
    encoder->is_open = false;
    encoder->column++;
}

static void
put_int32(char *out, int32_t value)
{
    uint32_t bits = (uint32_t)value;

    out[0] = (char)(bits >> 24);
    out[1] = (char)(bits >> 16 & 0xFF);
    out[2] = (char)(bits >> 8 & 0xFF);
    out[3] = (char)(bits & 0xFF);
}

// Bytes in a column that is no bytea.
static bool
is_hex(const struct copy_encoder *encoder)
{
    const struct copy_shape *shape = encoder->shape;

    return shape->columns[encoder->column].kind == VALUE_BINARY &&
           (shape->is_text || shape->types[encoder->column].base != MIRROR_BYTEA);
}

// The digits of a value's bytes from `first` on, as many as fit: whole pairs.
static size_t
write_pairs(const struct cell *cell, size_t first, char *out, size_t capacity)
{
    size_t written = 0;

    for (size_t i = first; i < cell->size && capacity - written >= 2; i++) {
        unsigned char byte = (unsigned char)cell->bytes[i];

        out[written++] = hex_digits[byte >> 4];
        out[written++] = hex_digits[byte & 0x0F];
    }
    return written;
}

// ---- binary ------------------------------------------------------------------------------------

// `at` counts sent bytes and the first two are "\x".
static size_t
write_hex(struct copy_encoder *encoder, char *out, size_t capacity)
{
    size_t written = 0;

    if (encoder->at == 0) {
        if (capacity < 2)
            return 0;
        out[0] = '\\';
        out[1] = 'x';
        written = encoder->at = 2;
    }
    written += write_pairs(
        &encoder->row[encoder->column], (encoder->at - 2) / 2, out + written, capacity - written);
    return written;
}

static size_t
write_value(struct copy_encoder *encoder, char *out, size_t capacity)
{
    size_t start = encoder->at;
    size_t written;

    if (is_hex(encoder)) {
        written = write_hex(encoder, out, capacity);
        encoder->at = start + written;
        return written;
    }
    written =
        native_write(&encoder->value, &encoder->row[encoder->column], encoder->at, out, capacity);
    encoder->at += written;
    return written;
}

// The length word, or the whole of a NULL. False when it does not fit into the window, or the value
// not into its type.
static bool
open_value(struct copy_encoder *encoder, char *out, size_t capacity)
{
    const struct cell *cell = &encoder->row[encoder->column];

    if (capacity < 4)
        return false;
    if (cell->bytes == NULL) {
        put_int32(out, -1);
        end_value(encoder);
        return true;
    }
    if (is_hex(encoder))
        encoder->value.size = 2 + 2 * cell->size;
    else if (!native_read(&encoder->shape->types[encoder->column], cell, &encoder->value))
        encoder->does_not_fit = true;
    if (encoder->does_not_fit)
        return false;
    put_int32(out, (int32_t)encoder->value.size);
    encoder->is_open = true;
    encoder->at = 0;
    return true;
}

// A text whole, as most values are sent. 0: it does not fit into the window, or is no text.
static size_t
write_whole(struct copy_encoder *encoder, char *out, size_t capacity)
{
    const struct cell *cell = &encoder->row[encoder->column];

    if (encoder->shape->types[encoder->column].base != MIRROR_TEXT || cell->bytes == NULL ||
        encoder->shape->columns[encoder->column].kind == VALUE_BINARY || capacity < 4 ||
        cell->size > capacity - 4)
        return 0;
    put_int32(out, (int32_t)cell->size);
    memcpy(out + 4, cell->bytes, cell->size);
    encoder->column++;
    return 4 + cell->size;
}

static size_t
write_binary(struct copy_encoder *encoder, char *out, size_t capacity)
{
    size_t column_count = encoder->shape->column_count;
    size_t written = 0;

    if (!encoder->is_started) {
        if (capacity < 2)
            return 0;
        out[0] = (char)(column_count >> 8 & 0xFF);
        out[1] = (char)(column_count & 0xFF);
        written = 2;
        encoder->is_started = true;
    }
    while (encoder->column < column_count) {
        if (!encoder->is_open) {
            size_t whole = write_whole(encoder, out + written, capacity - written);

            if (whole == 0 && !open_value(encoder, out + written, capacity - written))
                break;
            written += whole > 0 ? whole : 4;
            continue;
        }
        written += write_value(encoder, out + written, capacity - written);
        if (encoder->at < encoder->value.size)
            break;
        end_value(encoder);
    }
    return written;
}

// ---- text --------------------------------------------------------------------------------------

// What stands before a value, and in the place of a NULL.
static const char *
beginning_of(const struct copy_encoder *encoder)
{
    bool is_null = encoder->row[encoder->column].bytes == NULL;

    if (encoder->column == 0)
        return is_null ? "\\N" : is_hex(encoder) ? "\\\\x" : "";
    return is_null ? "\t\\N" : is_hex(encoder) ? "\t\\\\x" : "\t";
}

static char
escape_of(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

// `at` counts bytes of the value.
static size_t
write_escaped(struct copy_encoder *encoder, char *out, size_t capacity)
{
    const struct cell *cell = &encoder->row[encoder->column];
    size_t written = 0;

    for (; encoder->at < cell->size && capacity - written >= 2; encoder->at++) {
        char byte = cell->bytes[encoder->at];
        char escape = escape_of(byte);

        if (escape != '\0') {
            out[written++] = '\\';
            byte = escape;
        }
        out[written++] = byte;
    }
    return written;
}

static size_t
write_text_value(struct copy_encoder *encoder, char *out, size_t capacity)
{
    size_t written;

    if (!is_hex(encoder))
        return write_escaped(encoder, out, capacity);
    written = write_pairs(&encoder->row[encoder->column], encoder->at, out, capacity);
    encoder->at += written / 2;
    return written;
}

static size_t
write_text(struct copy_encoder *encoder, char *out, size_t capacity)
{
    size_t written = 0;

    while (encoder->column < encoder->shape->column_count) {
        if (!encoder->is_open) {
            const char *beginning = beginning_of(encoder);
            size_t size = strlen(beginning);

            if (capacity - written < size)
                return written;
            for (size_t i = 0; i < size; i++)
                out[written++] = beginning[i];
            encoder->is_open = true;
            encoder->at = 0;
        }
        written += write_text_value(encoder, out + written, capacity - written);
        if (encoder->at < encoder->row[encoder->column].size)
            return written;
        end_value(encoder);
    }
    if (!encoder->is_started && written < capacity) {
        out[written++] = '\n';
        encoder->is_started = true;
    }
    return written;
}

size_t
copy_encoder_write(struct copy_encoder *encoder, char *out, size_t capacity)
{
    return encoder->shape->is_text ? write_text(encoder, out, capacity)
                                   : write_binary(encoder, out, capacity);
}
