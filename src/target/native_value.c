#include "target/native_value.h"

#include "model/calendar.h"
#include "model/canonical.h"
#include "target/json_text.h"

#include <math.h>
#include <string.h>

enum {
    GROUP = 4, // decimal digits of a numeric that are sent as one number
    NUMERIC_HEAD = 8,
    NUMERIC_WHOLE_MAX = 131072, // digits before the point, and behind it
    NUMERIC_DECIMALS_MAX = 16383,
};
// Signs of a numeric.
enum { PLUS = 0x0000, MINUS = 0x4000, NOT_A_NUMBER = 0xC000, INFINITE = 0xD000, LEAST = 0xF000 };

static void
put(struct native_value *value, uint64_t bits, size_t size)
{
    for (size_t i = 0; i < size; i++)
        value->bytes[value->byte_count + i] = (char)(bits >> 8 * (size - 1 - i) & 0xFF);
    value->byte_count += size;
    value->size = value->byte_count;
}

static bool
is_word(const struct cell *cell, const char *word)
{
    return cell->size == strlen(word) && memcmp(cell->bytes, word, cell->size) == 0;
}

// ---- whole numbers and truth -------------------------------------------------------------------

// As PostgreSQL prints it: no sign but a minus, no zeros in front, and not "-0".
static bool
read_whole(const struct cell *cell, uint64_t most, int64_t *number)
{
    size_t at = cell->size > 0 && cell->bytes[0] == '-' ? 1 : 0;
    bool is_negative = at == 1;
    uint64_t value = 0;

    if (at == cell->size || (cell->bytes[at] == '0' && cell->size > 1))
        return false;
    most += is_negative;
    for (; at < cell->size; at++) {
        unsigned digit = (unsigned)((unsigned char)cell->bytes[at] - (unsigned)'0');

        if (digit > 9 || value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = (int64_t)(is_negative ? 0 - value : value);
    return true;
}

static bool
read_integer(const struct cell *cell, size_t size, struct native_value *value)
{
    int64_t number;

    if (!read_whole(cell, (UINT64_C(1) << (8 * size - 1)) - 1, &number))
        return false;
    put(value, (uint64_t)number, size);
    return true;
}

static bool
read_bool(const struct cell *cell, struct native_value *value)
{
    bool is_true = is_word(cell, "true");

    if (!is_true && !is_word(cell, "false"))
        return false;
    put(value, is_true, 1);
    return true;
}

// ---- decimals ----------------------------------------------------------------------------------

static size_t
count_digits(const char *from, const char *end)
{
    const char *p = from;

    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return (size_t)(p - from);
}

static bool
read_plain_number(const struct cell *cell, struct plain_number *number)
{
    const char *p = cell->bytes;
    const char *end = p + cell->size;

    number->is_negative = p < end && *p == '-';
    p += number->is_negative;
    number->whole = p;
    number->whole_size = count_digits(p, end);
    p += number->whole_size;
    number->fraction = p;
    number->fraction_size = 0;
    if (number->whole_size == 0 || p == end)
        return number->whole_size > 0;
    number->fraction = p + 1;
    number->fraction_size = count_digits(p + 1, end);
    return *p == '.' && number->fraction_size > 0 &&
           number->fraction + number->fraction_size == end;
}

static size_t
groups_of(size_t digits)
{
    return (digits + GROUP - 1) / GROUP;
}

// The digit of the number at a place that is counted from the first digit of its first group.
static unsigned
digit_of(const struct plain_number *number, size_t place)
{
    size_t whole_places = groups_of(number->whole_size) * GROUP;
    size_t lead = whole_places - number->whole_size;

    if (place < whole_places)
        return place < lead ? 0 : (unsigned)(number->whole[place - lead] - '0');
    place -= whole_places;
    return place < number->fraction_size ? (unsigned)(number->fraction[place] - '0') : 0;
}

static unsigned
group_of(const struct plain_number *number, size_t group)
{
    unsigned value = 0;

    for (size_t i = 0; i < GROUP; i++)
        value = 10 * value + digit_of(number, group * GROUP + i);
    return value;
}

static void
put_numeric_head(struct native_value *value, size_t groups, int64_t weight, unsigned sign)
{
    put(value, groups, 2);
    put(value, (uint64_t)weight, 2);
    put(value, sign, 2);
    put(value, value->number.fraction_size, 2);
    value->size = NUMERIC_HEAD + 2 * groups;
}

// No numeric of a declared precision is infinite.
static bool
read_special_numeric(
    const struct mirror_type *type, const struct cell *cell, struct native_value *value)
{
    static const struct {
        const char *word;
        unsigned sign;
    } words[] = { { "NaN", NOT_A_NUMBER }, { "Infinity", INFINITE }, { "-Infinity", LEAST } };

    memset(&value->number, 0, sizeof value->number);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!is_word(cell, words[i].word) || (type->is_limited && i > 0))
            continue;
        put_numeric_head(value, 0, 0, words[i].sign);
        return true;
    }
    return false;
}

static bool
has_numeric_form(const struct mirror_type *type, const struct plain_number *number)
{
    bool is_below_one = number->whole_size == 1 && number->whole[0] == '0';

    if ((number->whole[0] == '0' && !is_below_one) || number->whole_size > NUMERIC_WHOLE_MAX ||
        number->fraction_size > NUMERIC_DECIMALS_MAX)
        return false;
    return !type->is_limited ||
           ((int)number->fraction_size == type->scale &&
               (is_below_one || (int)number->whole_size <= type->precision - type->scale));
}

static bool
read_numeric(const struct mirror_type *type, const struct cell *cell, struct native_value *value)
{
    struct plain_number *number = &value->number;
    size_t whole_groups;
    size_t first = 0;
    size_t end;

    if (!read_plain_number(cell, number))
        return read_special_numeric(type, cell, value);
    if (!has_numeric_form(type, number))
        return false;
    whole_groups = groups_of(number->whole_size);
    end = whole_groups + groups_of(number->fraction_size);
    while (first < end && group_of(number, first) == 0)
        first++;
    while (end > first && group_of(number, end - 1) == 0)
        end--;
    if (end == first && number->is_negative)
        return false; // no zero has a sign
    value->first_group = first;
    put_numeric_head(value, end - first,
        end == first ? 0 : (int64_t)whole_groups - 1 - (int64_t)first,
        number->is_negative ? MINUS : PLUS);
    return true;
}

// ---- floats, times, identifiers ----------------------------------------------------------------

static bool
read_float(bool is_single, const struct cell *cell, struct native_value *value)
{
    double number;
    uint64_t bits = 0;
    uint32_t single_bits;
    float single;

    if (!canonical_is_float(is_single, cell->bytes, cell->size, &number))
        return false;
    single = (float)number;
    memcpy(&single_bits, &single, sizeof single_bits);
    memcpy(&bits, &number, sizeof bits);
    put(value, is_single ? single_bits : bits, is_single ? 4 : 8);
    return true;
}

static bool
read_time(const struct mirror_type *type, const struct cell *cell, struct native_value *value)
{
    int decimals = type->is_limited ? type->scale : CALENDAR_DECIMALS_MAX;
    int64_t time = 0;
    int32_t days = 0;
    bool is_read = false;

    if (type->base == MIRROR_DATE) {
        is_read = calendar_read_date(cell->bytes, cell->size, &days);
        put(value, (uint32_t)days, 4);
        return is_read;
    }
    if (type->base == MIRROR_TIME)
        is_read = calendar_read_time(cell->bytes, cell->size, decimals, &time);
    else if (type->base == MIRROR_TIMESTAMP)
        is_read = calendar_read_stamp(cell->bytes, cell->size, decimals, &time);
    else
        is_read = calendar_read_zoned(cell->bytes, cell->size, decimals, &time);
    put(value, (uint64_t)time, 8);
    return is_read;
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Eight digits, three times four, twelve; in lower case.
static bool
read_uuid(const struct cell *cell, struct native_value *value)
{
    static const char shape[] = "00000000-0000-0000-0000-000000000000";
    int high = -1;

    if (cell->size != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < cell->size; i++) {
        int digit = hex_value(cell->bytes[i]);

        if (shape[i] == '-') {
            if (cell->bytes[i] != '-')
                return false;
            continue;
        }
        if (digit < 0)
            return false;
        if (high >= 0)
            put(value, (unsigned)(high << 4 | digit), 1);
        high = high >= 0 ? -1 : digit;
    }
    return true;
}

// ---- all of them -------------------------------------------------------------------------------

static bool
read_as_it_is(const struct cell *cell, struct native_value *value)
{
    value->size = cell->size;
    return true;
}

bool
native_read(const struct mirror_type *type, const struct cell *cell, struct native_value *value)
{
    value->byte_count = 0;
    switch (type->base) {
    case MIRROR_INT2:
        return read_integer(cell, 2, value);
    case MIRROR_INT4:
        return read_integer(cell, 4, value);
    case MIRROR_INT8:
        return read_integer(cell, 8, value);
    case MIRROR_NUMERIC:
        return read_numeric(type, cell, value);
    case MIRROR_BOOL:
        return read_bool(cell, value);
    case MIRROR_FLOAT4:
    case MIRROR_FLOAT8:
        return read_float(type->base == MIRROR_FLOAT4, cell, value);
    case MIRROR_DATE:
    case MIRROR_TIME:
    case MIRROR_TIMESTAMP:
    case MIRROR_TIMESTAMPTZ:
        return read_time(type, cell, value);
    case MIRROR_UUID:
        return read_uuid(cell, value);
    case MIRROR_JSON:
        return json_text_is_valid(cell->bytes, cell->size) && read_as_it_is(cell, value);
    case MIRROR_TEXT:
    case MIRROR_BYTEA:
    case MIRROR_BASE_COUNT:
        break;
    }
    return read_as_it_is(cell, value);
}

bool
native_fits(const struct mirror_type *type, const struct cell *cell)
{
    struct native_value value;

    return native_read(type, cell, &value);
}

// Whole groups only.
static size_t
write_groups(const struct native_value *value, size_t at, char *out, size_t capacity)
{
    size_t written = 0;

    for (; at + written < value->size && capacity - written >= 2; written += 2) {
        unsigned group =
            group_of(&value->number, value->first_group + (at + written - NUMERIC_HEAD) / 2);

        out[written] = (char)(group >> 8);
        out[written + 1] = (char)(group & 0xFF);
    }
    return written;
}

size_t
native_write(const struct native_value *value, const struct cell *cell, size_t at, char *out,
    size_t capacity)
{
    bool is_cell = value->byte_count == 0;
    const char *from = is_cell ? cell->bytes : value->bytes;
    size_t end = is_cell ? value->size : value->byte_count;
    size_t written = 0;

    if (at < end) {
        written = end - at < capacity ? end - at : capacity;
        memcpy(out, from + at, written);
    }
    if (at + written < end || end == value->size)
        return written;
    return written + write_groups(value, at + written, out + written, capacity - written);
}
