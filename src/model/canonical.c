#include "model/canonical.h"

#include "model/canonical_parts.h"

#include <string.h>
#include <strings.h>

static size_t
canonical_boolean(char *text, size_t size)
{
    static const struct {
        const char *spelling;
        const char *canonical;
    } booleans[] = {
        { "1", "true" },
        { "0", "false" },
        { "t", "true" },
        { "f", "false" },
        { "true", "true" },
        { "false", "false" },
        { "y", "true" },
        { "n", "false" },
        { "yes", "true" },
        { "no", "false" },
    };

    for (size_t i = 0; i < sizeof booleans / sizeof booleans[0]; i++) {
        if (strlen(booleans[i].spelling) == size &&
            strncasecmp(booleans[i].spelling, text, size) == 0) {
            size = strlen(booleans[i].canonical);
            memcpy(text, booleans[i].canonical, size);
            break;
        }
    }
    return size;
}

static bool
fits(char c, char wanted)
{
    switch (wanted) {
    case '0':
        return c >= '0' && c <= '9';
    case 'T':
        return c == 'T' || c == 't' || c == ' ';
    default:
        return c == wanted;
    }
}

// True when the text begins as the shape says: `0` any digit, `T` a T or a blank, else itself.
static bool
has_shape(const char *text, size_t size, const char *shape)
{
    size_t shape_size = strlen(shape);

    if (size < shape_size)
        return false;
    for (size_t i = 0; i < shape_size; i++) {
        if (!fits(text[i], shape[i]))
            return false;
    }
    return true;
}

static size_t
count_digits(const char *text, size_t size)
{
    size_t count = 0;

    while (count < size && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

// A fraction of seconds at `at`: where it ends, and where it ends without its last zeros (and
// without the point when nothing else is left). No fraction: both are `at`.
static void
find_fraction(const char *text, size_t size, size_t at, size_t *end, size_t *kept)
{
    size_t digits = 0;

    if (at < size && text[at] == '.')
        digits = count_digits(text + at + 1, size - at - 1);
    *end = *kept = digits > 0 ? at + 1 + digits : at;
    while (*kept > at && text[*kept - 1] == '0')
        (*kept)--;
    if (*kept == at + 1)
        *kept = at;
}

// "Z", "+02", "+02:00", "+0200" as PostgreSQL prints them: "+00", "+02", "+05:30". Returns the size
// of the offset written to `out` (6 bytes), 0 when the text is no offset.
static size_t
read_dense_offset(const char *text, size_t size, char out[6])
{
    const char *minutes = NULL;

    if (size == 1 && (*text == 'Z' || *text == 'z')) {
        memcpy(out, "+00", 3);
        return 3;
    }
    if (size < 3 || (*text != '+' && *text != '-') || !has_shape(text + 1, 2, "00"))
        return 0;
    if (size == 6 && has_shape(text + 3, 3, ":00"))
        minutes = text + 4;
    else if (size == 5 && has_shape(text + 3, 2, "00"))
        minutes = text + 3;
    else if (size != 3)
        return 0;
    memcpy(out, text, 3);
    if (minutes != NULL && memcmp(minutes, "00", 2) != 0) {
        out[3] = ':';
        memcpy(out + 4, minutes, 2);
        return 6;
    }
    if (memcmp(out, "-00", 3) == 0)
        out[0] = '+';
    return 3;
}

// The same with blanks anywhere, as some write them around the sign.
static size_t
read_offset(const char *text, size_t size, char out[6])
{
    char dense[8];
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == ' ')
            continue;
        if (count == sizeof dense)
            return 0;
        dense[count++] = text[i];
    }
    return read_dense_offset(dense, count, out);
}

// The clock part ends at `at`: its fraction is trimmed, and an offset may follow where the type has
// one. Returns the new size, 0 when anything else stands there.
static size_t
trim_seconds(char *text, size_t size, size_t at, bool has_zone)
{
    char offset[6];
    size_t offset_size;
    size_t end;
    size_t kept;

    find_fraction(text, size, at, &end, &kept);
    if (end == size)
        return kept;
    if (!has_zone)
        return 0;
    offset_size = read_offset(text + end, size - end, offset);
    if (offset_size == 0)
        return 0;
    memcpy(text + kept, offset, offset_size);
    return kept + offset_size;
}

static size_t
canonical_timestamp(char *text, size_t size, bool has_zone)
{
    static const char shape[] = "0000-00-00T00:00:00";
    size_t trimmed;

    if (!has_shape(text, size, shape))
        return size;
    // OpenEdge's drivers were seen to write a colon before the fraction.
    if (has_zone && size > sizeof shape && text[sizeof shape - 1] == ':' &&
        count_digits(text + sizeof shape, size - sizeof shape) > 0)
        text[sizeof shape - 1] = '.';
    trimmed = trim_seconds(text, size, sizeof shape - 1, has_zone);
    if (trimmed == 0)
        return size;
    text[10] = ' ';
    return trimmed;
}

bool
canonical_is_zoned_stamp(const char *text, size_t size)
{
    static const char shape[] = "0000-00-00T00:00:00";
    char offset[6];
    size_t end;
    size_t kept;

    if (!has_shape(text, size, shape))
        return false;
    find_fraction(text, size, sizeof shape - 1, &end, &kept);
    return read_offset(text + end, size - end, offset) > 0;
}

static size_t
canonical_time(char *text, size_t size)
{
    static const char shape[] = "00:00:00";
    size_t trimmed;

    if (!has_shape(text, size, shape))
        return size;
    trimmed = trim_seconds(text, size, sizeof shape - 1, false);
    return trimmed > 0 ? trimmed : size;
}

bool
canonical_is_plain(enum value_kind kind, int scale, const char *text, size_t size)
{
    switch (kind) {
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_BINARY:
        return true;
    case VALUE_INTEGER:
        return canonical_is_plain_number(0, text, size);
    case VALUE_DECIMAL:
        return canonical_is_plain_number(scale, text, size);
    default:
        return false;
    }
}

size_t
canonical_text(enum value_kind kind, int scale, char *text, size_t size, size_t capacity)
{
    if (capacity < size || capacity - size < CANONICAL_SLACK)
        return size;
    switch (kind) {
    case VALUE_INTEGER:
        return canonical_integer(text, size);
    case VALUE_DECIMAL:
        return canonical_decimal(scale, text, size, capacity);
    case VALUE_FLOAT:
    case VALUE_FLOAT4:
        return canonical_float_text(kind == VALUE_FLOAT4, text, size);
    case VALUE_BOOLEAN:
        return canonical_boolean(text, size);
    case VALUE_TIME:
        return canonical_time(text, size);
    case VALUE_TIMESTAMP:
    case VALUE_TIMESTAMP_TZ:
        return canonical_timestamp(text, size, kind == VALUE_TIMESTAMP_TZ);
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_BINARY:
        break;
    }
    return size;
}
