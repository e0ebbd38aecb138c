#include "model/element_text.h"

#include "model/canonical.h"

#include <ctype.h>
#include <string.h>

enum { ISO_DAY_SIZE = 10 };

void
element_reader_start(
    struct element_reader *reader, const struct column *element, const struct cell *text)
{
    *reader = (struct element_reader){
        .element = element, .at = text->bytes, .end = text->bytes + text->size
    };
}

// A tilde makes the `;` or tilde behind it one of the element.
static bool
is_escape(const char *at, const char *end)
{
    return *at == '~' && at + 1 < end && (at[1] == ';' || at[1] == '~');
}

static const char *
find_end(const char *at, const char *end)
{
    while (at < end && *at != ';')
        at += is_escape(at, end) ? 2 : 1;
    return at;
}

static void
append_unescaped(struct buffer *text, const char *at, const char *end)
{
    // As a whole element a question mark would be an unknown one.
    if (end - at == 2 && memcmp(at, "~?", 2) == 0)
        at++;
    while (at < end) {
        at += is_escape(at, end);
        (void)buffer_append_byte(text, *at++);
    }
}

// ---- days --------------------------------------------------------------------------------------

static size_t
read_digits(const char *text, size_t size, size_t most, unsigned *number)
{
    size_t count = 0;

    *number = 0;
    for (; count < size && count < most && isdigit((unsigned char)text[count]); count++)
        *number = 10 * *number + (unsigned)(text[count] - '0');
    return count;
}

// "2/29/2024" with or without zeros, at the beginning of the text: returns its size, 0 when
// something else stands there. A month beyond 12 is none.
static size_t
read_american_day(const char *text, size_t size, unsigned *year, unsigned *month, unsigned *day)
{
    enum { DAYS_MAX = 31, MONTHS_MAX = 12, YEAR_DIGITS = 4 };
    size_t at = read_digits(text, size, 2, month);
    size_t digits;

    if (at == 0 || at >= size || text[at] != '/' || *month < 1 || *month > MONTHS_MAX)
        return 0;
    at++;
    digits = read_digits(text + at, size - at, 2, day);
    at += digits;
    if (digits == 0 || at >= size || text[at] != '/' || *day < 1 || *day > DAYS_MAX)
        return 0;
    at++;
    digits = read_digits(text + at, size - at, YEAR_DIGITS, year);
    return digits == YEAR_DIGITS ? at + digits : 0;
}

static void
put_digits(char *out, unsigned number, size_t digits)
{
    for (size_t i = digits; i > 0; i--, number /= 10)
        out[i - 1] = (char)('0' + number % 10);
}

// Writes the day anew; returns the size. The text has room for two bytes more.
static size_t
turn_day(char *text, size_t size)
{
    unsigned year;
    unsigned month;
    unsigned day;
    size_t old = read_american_day(text, size, &year, &month, &day);

    if (old == 0)
        return size;
    memmove(text + ISO_DAY_SIZE, text + old, size - old);
    put_digits(text, year, 4);
    text[4] = text[7] = '-';
    put_digits(text + 5, month, 2);
    put_digits(text + 8, day, 2);
    return size - old + ISO_DAY_SIZE;
}

// ---- one element -------------------------------------------------------------------------------

// What was appended from `start` on.
static void
make_canonical(struct buffer *text, size_t start, const struct column *element)
{
    size_t size = text->size - start;
    char *bytes;

    if (element->kind == VALUE_TEXT || buffer_reserve(text, CANONICAL_SLACK + 1) == NULL)
        return;
    bytes = text->bytes + start;
    if (element->kind == VALUE_DATE || element->kind == VALUE_TIMESTAMP ||
        element->kind == VALUE_TIMESTAMP_TZ)
        size = turn_day(bytes, size);
    text->size =
        start + canonical_text(element->kind, element->scale, bytes, size, size + CANONICAL_SLACK);
    text->bytes[text->size] = '\0';
}

bool
element_reader_next(struct element_reader *reader, struct buffer *text, bool *is_unknown)
{
    size_t start = text->size;
    const char *end;

    if (reader->is_over)
        return false;
    end = find_end(reader->at, reader->end);
    *is_unknown = end - reader->at == 1 && *reader->at == '?';
    if (!*is_unknown) {
        append_unescaped(text, reader->at, end);
        make_canonical(text, start, reader->element);
    }
    reader->is_over = end == reader->end;
    reader->at = end + 1;
    return true;
}

size_t
element_count(const struct cell *text)
{
    const char *end = text->bytes + text->size;
    const char *at = find_end(text->bytes, end);
    size_t count = 1;

    while (at < end) {
        at = find_end(at + 1, end);
        count++;
    }
    return count;
}
