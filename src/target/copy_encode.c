#include "target/copy_encode.h"

#include "base/text.h"
#include "target/type.h"

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
    if (target_types[kind].copy == COPY_AS_HEX)
        return cell->size > (COPY_VALUE_MAX - 2) / 2 ? "too_long" : NULL;
    if (cell->size > COPY_VALUE_MAX)
        return "too_long";
    valid = text_utf8_valid_size(cell->bytes, cell->size);
    if (valid == cell->size)
        return NULL;
    return cell->bytes[valid] == '\0' ? "nul_byte" : "invalid_utf8";
}

void
copy_encoder_start(struct copy_encoder *encoder, const struct column *columns, size_t column_count,
    const struct cell *row)
{
    *encoder = (struct copy_encoder){
        .row = row,
        .columns = columns,
        .column_count = column_count,
    };
}

bool
copy_encoder_is_done(const struct copy_encoder *encoder)
{
    return encoder->is_started && encoder->column == encoder->column_count;
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

static bool
is_hex(const struct copy_encoder *encoder)
{
    return target_types[encoder->columns[encoder->column].kind].copy == COPY_AS_HEX;
}

// Bytes of the value as it is sent.
static size_t
sent_size(const struct copy_encoder *encoder)
{
    size_t size = encoder->row[encoder->column].size;

    return is_hex(encoder) ? 2 + 2 * size : size;
}

// Whole digit pairs only: `at` counts sent bytes and the first two are "\x".
static size_t
write_hex(struct copy_encoder *encoder, char *out, size_t capacity)
{
    const struct cell *cell = &encoder->row[encoder->column];
    size_t written = 0;

    if (encoder->at == 0) {
        if (capacity < 2)
            return 0;
        out[0] = '\\';
        out[1] = 'x';
        written = 2;
        encoder->at = 2;
    }
    for (size_t i = (encoder->at - 2) / 2; i < cell->size && capacity - written >= 2; i++) {
        unsigned char byte = (unsigned char)cell->bytes[i];

        out[written++] = hex_digits[byte >> 4];
        out[written++] = hex_digits[byte & 0x0F];
        encoder->at += 2;
    }
    return written;
}

static size_t
write_bytes(struct copy_encoder *encoder, char *out, size_t capacity)
{
    const struct cell *cell = &encoder->row[encoder->column];
    size_t left = cell->size - encoder->at;
    size_t size = left < capacity ? left : capacity;

    memcpy(out, cell->bytes + encoder->at, size);
    encoder->at += size;
    return size;
}

// The length word, or the whole of a NULL. False when it does not fit.
static bool
open_value(struct copy_encoder *encoder, char *out, size_t capacity)
{
    bool is_null = encoder->row[encoder->column].bytes == NULL;

    if (capacity < 4)
        return false;
    put_int32(out, is_null ? -1 : (int32_t)sent_size(encoder));
    if (is_null) {
        encoder->column++;
    } else {
        encoder->is_open = true;
        encoder->at = 0;
    }
    return true;
}

size_t
copy_encoder_write(struct copy_encoder *encoder, char *out, size_t capacity)
{
    size_t written = 0;

    if (!encoder->is_started) {
        if (capacity < 2)
            return 0;
        out[0] = (char)(encoder->column_count >> 8 & 0xFF);
        out[1] = (char)(encoder->column_count & 0xFF);
        written = 2;
        encoder->is_started = true;
    }
    while (encoder->column < encoder->column_count) {
        size_t size;

        if (!encoder->is_open) {
            if (!open_value(encoder, out + written, capacity - written))
                break;
            written += 4;
            continue;
        }
        size = is_hex(encoder) ? write_hex(encoder, out + written, capacity - written)
                               : write_bytes(encoder, out + written, capacity - written);
        written += size;
        if (encoder->at < sent_size(encoder))
            break;
        encoder->is_open = false;
        encoder->column++;
    }
    return written;
}
