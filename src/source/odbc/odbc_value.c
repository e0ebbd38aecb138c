#include "source/odbc/odbc_value.h"

#include "base/text.h"

#include <string.h>

// The first piece is asked for with this much room; after it the driver has mostly said how long
// the whole value is.
enum { FIRST_PIECE = 4096, PIECE_MAX = 16 * 1024 * 1024 };

static uint32_t
unit_at(const char *bytes, size_t index)
{
    uint16_t unit;

    memcpy(&unit, bytes + 2 * index, sizeof unit);
    return unit;
}

static size_t
encode_surrogate(uint32_t unit, char *out)
{
    out[0] = (char)(0xE0 | (unit >> 12));
    out[1] = (char)(0x80 | ((unit >> 6) & 0x3F));
    out[2] = (char)(0x80 | (unit & 0x3F));
    return 3;
}

bool
odbc_value_append_utf16(struct buffer *value, const char *bytes, size_t size)
{
    size_t units = size / 2;
    size_t at = 0;

    while (at < units) {
        char *out = buffer_reserve(value, 4);
        uint32_t unit = unit_at(bytes, at++);
        uint32_t low = at < units ? unit_at(bytes, at) : 0;

        if (out == NULL)
            return false;
        if (unit >= 0xD800 && unit < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            at++;
            value->size +=
                text_utf8_encode(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), out);
        } else if (unit >= 0xD800 && unit < 0xE000) {
            value->size += encode_surrogate(unit, out);
        } else {
            value->size += text_utf8_encode(unit, out);
        }
    }
    return true;
}

static size_t
terminator_size(SQLSMALLINT c_type)
{
    return c_type == SQL_C_CHAR ? 1 : c_type == SQL_C_WCHAR ? sizeof(SQLWCHAR) : 0;
}

// How much of a piece of `room` bytes (terminator included) was filled. The indicator says what was
// left before this call; drivers that do not know say SQL_NO_TOTAL.
static size_t
piece_size(SQLLEN indicator, size_t room, size_t terminator)
{
    size_t most = room - terminator;

    if (indicator == SQL_NO_TOTAL || indicator < 0 || (size_t)indicator > most)
        return most;
    return (size_t)indicator;
}

// Room for what is left, as far as it is known: doubling what is there when it is not.
static size_t
next_room(SQLLEN indicator, size_t got, size_t size, size_t terminator)
{
    size_t room;

    if (indicator == SQL_NO_TOTAL || indicator < 0 || (size_t)indicator <= got)
        room = size < FIRST_PIECE ? FIRST_PIECE : size;
    else
        room = (size_t)indicator - got + terminator;
    if (room > PIECE_MAX)
        room = PIECE_MAX;
    return room + (room & 1); // whole UTF-16 units
}

// Appends the raw bytes in as many pieces as it takes.
static enum odbc_value_state
get_pieces(const struct odbc_statement *statement, SQLUSMALLINT item, SQLSMALLINT c_type,
    size_t limit, struct buffer *value, struct error *err)
{
    size_t terminator = terminator_size(c_type);
    size_t start = value->size;
    size_t room = FIRST_PIECE;

    for (;;) {
        SQLLEN indicator = 0;
        size_t got;
        SQLRETURN code;
        char *place = buffer_reserve(value, room);

        if (place == NULL)
            return ODBC_VALUE_TOO_LONG;
        code = SQLGetData(statement->handle, item, c_type, place, (SQLLEN)room, &indicator);
        if (code == SQL_NO_DATA) // everything was delivered by the call before
            return ODBC_VALUE_READ;
        if (!odbc_statement_check(statement, code, err, "could not read a value"))
            return ODBC_VALUE_FAILED;
        if (indicator == SQL_NULL_DATA)
            return ODBC_VALUE_NULL;
        got = piece_size(indicator, room, terminator);
        value->size += got;
        if (value->size - start > limit)
            return ODBC_VALUE_TOO_LONG;
        // Neither the code nor the indicator alone is trusted to say that there is more.
        if (indicator != SQL_NO_TOTAL && indicator >= 0 && (size_t)indicator <= room - terminator)
            return ODBC_VALUE_READ;
        if (code == SQL_SUCCESS && indicator == SQL_NO_TOTAL)
            return ODBC_VALUE_READ;
        if (indicator >= 0 && (size_t)indicator > limit && (size_t)indicator - got > limit)
            return ODBC_VALUE_TOO_LONG;
        room = next_room(indicator, got, value->size - start, terminator);
    }
}

enum odbc_value_state
odbc_value_get(const struct odbc_statement *statement, SQLUSMALLINT item, SQLSMALLINT c_type,
    size_t limit, struct buffer *value, struct buffer *wide, struct error *err)
{
    enum odbc_value_state state;
    size_t start = value->size;

    if (c_type != SQL_C_WCHAR)
        return get_pieces(statement, item, c_type, limit, value, err);
    buffer_clear(wide);
    // A character takes two bytes at least in UTF-16 and one at least in UTF-8.
    state =
        get_pieces(statement, item, c_type, limit > SIZE_MAX / 2 ? limit : limit * 2, wide, err);
    if (state != ODBC_VALUE_READ)
        return state;
    if (!odbc_value_append_utf16(value, wide->bytes, wide->size) || value->size - start > limit)
        return ODBC_VALUE_TOO_LONG;
    return ODBC_VALUE_READ;
}
