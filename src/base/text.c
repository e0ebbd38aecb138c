#include "base/text.h"

#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

enum { DISTANCE_MAX = 64, SECRET_MIN = 3 };

static bool
is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

// Neither overlong, nor a surrogate, nor above U+10FFFF: the second byte tells.
static bool
is_in_range(const unsigned char *p)
{
    switch (p[0]) {
    case 0xE0:
        return p[1] >= 0xA0;
    case 0xED:
        return p[1] <= 0x9F;
    case 0xF0:
        return p[1] >= 0x90;
    case 0xF4:
        return p[1] <= 0x8F;
    default:
        return true;
    }
}

// Bytes of the well-formed sequence that starts at p, 0 when there is none.
static size_t
sequence_size(const unsigned char *p, size_t left)
{
    size_t size;

    if (p[0] < 0x80)
        return p[0] != 0 ? 1 : 0;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    size = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(p[i]))
            return 0;
    }
    return is_in_range(p) ? size : 0;
}

// True when the eight bytes are ASCII and none is NUL: the common case, eight at a time.
static bool
is_plain_word(const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    if ((word & UINT64_C(0x8080808080808080)) != 0)
        return false;
    return ((word - UINT64_C(0x0101010101010101)) & UINT64_C(0x8080808080808080)) == 0;
}

size_t
text_utf8_valid_size(const char *bytes, size_t size)
{
    const unsigned char *start = (const unsigned char *)bytes;
    size_t at = 0;

    while (at < size) {
        size_t step;

        if (size - at >= 8 && is_plain_word(start + at)) {
            at += 8;
            continue;
        }
        step = sequence_size(start + at, size - at);
        if (step == 0)
            break;
        at += step;
    }
    return at;
}

size_t
text_utf8_prefix(const char *text, size_t limit)
{
    size_t size = strnlen(text, limit + 1);

    if (size <= limit)
        return size;
    size = limit;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    return size;
}

const char *
text_utf8_ending(const char *text, size_t limit)
{
    size_t size = strlen(text);
    size_t start = size > limit ? size - limit : 0;

    while (start > 0 && is_continuation((unsigned char)text[start]))
        start++;
    return text + start;
}

void
text_make_utf8(char *text)
{
    size_t size = strlen(text);

    for (size_t at = 0; (at += text_utf8_valid_size(text + at, size - at)) < size; at++)
        text[at] = '?';
}

// Size of `text` without a character that was cut off at its end.
static size_t
end_at_character(const char *text, size_t size)
{
    size_t start = size;

    while (start > 0 && size - start < 3 && is_continuation((unsigned char)text[start - 1]))
        start--;
    if (start == 0 || (unsigned char)text[start - 1] < 0xC0)
        return size;
    start--;
    return sequence_size((const unsigned char *)text + start, size - start) > 0 ? size : start;
}

size_t
text_vprint(char *out, size_t size, const char *format, va_list args)
{
    int wanted = vsnprintf(out, size, format, args);
    size_t used = wanted > 0 ? (size_t)wanted : 0;

    if (used >= size)
        used = end_at_character(out, size - 1);
    out[used] = '\0';
    text_make_utf8(out);
    return used;
}

size_t
text_print(char *out, size_t size, const char *format, ...)
{
    size_t used;
    va_list args;

    va_start(args, format);
    used = text_vprint(out, size, format, args);
    va_end(args);
    return used;
}

uint32_t
text_utf8_decode(const char *text, size_t *size)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t step = sequence_size(p, strnlen(text, 4));

    *size = step > 0 ? step : 1;
    switch (step) {
    case 2:
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3:
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
               (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
    default:
        return p[0];
    }
}

size_t
text_utf8_encode(uint32_t character, char *out)
{
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (char)(0xC0 | character >> 6);
        out[1] = (char)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        out[0] = (char)(0xE0 | character >> 12);
        out[1] = (char)(0x80 | (character >> 6 & 0x3F));
        out[2] = (char)(0x80 | (character & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | character >> 18);
    out[1] = (char)(0x80 | (character >> 12 & 0x3F));
    out[2] = (char)(0x80 | (character >> 6 & 0x3F));
    out[3] = (char)(0x80 | (character & 0x3F));
    return 4;
}

// glibc's C.UTF-8 knows all of Unicode and is part of the C library, so names compare alike on
// every machine. It is made once and never freed.
static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
static locale_t locale_of_names;

static void
make_locale(void)
{
    locale_of_names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static locale_t
unicode_locale(void)
{
    (void)pthread_once(&locale_once, make_locale);
    return locale_of_names;
}

uint32_t
text_lower_character(uint32_t character)
{
    locale_t locale;

    if (character < 0x80)
        return character >= 'A' && character <= 'Z' ? character + 32 : character;
    locale = unicode_locale();
    return locale != (locale_t)0 ? (uint32_t)towlower_l((wint_t)character, locale) : character;
}

bool
text_is_letter_or_digit(uint32_t character)
{
    locale_t locale;

    if (character < 0x80)
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
               (character >= 'A' && character <= 'Z');
    locale = unicode_locale();
    return locale == (locale_t)0 || iswalnum_l((wint_t)character, locale) != 0;
}

int
text_compare_nocase(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        size_t a_size;
        size_t b_size;
        uint32_t x = text_lower_character(text_utf8_decode(a, &a_size));
        uint32_t y = text_lower_character(text_utf8_decode(b, &b_size));

        if (x != y)
            return x < y ? -1 : 1;
        a += a_size;
        b += b_size;
    }
    return (*a != '\0') - (*b != '\0');
}

bool
text_equal_nocase(const char *a, const char *b)
{
    return text_compare_nocase(a, b) == 0;
}

// Linear in practice: only the last `*` is ever returned to.
bool
text_match(const char *pattern, const char *name)
{
    const char *star = NULL;
    const char *star_name = NULL;

    while (*name != '\0') {
        size_t name_size;
        size_t pattern_size;
        uint32_t want = text_utf8_decode(pattern, &pattern_size);
        uint32_t have = text_utf8_decode(name, &name_size);

        if (want == '*') {
            star = ++pattern;
            star_name = name;
        } else if (*pattern != '\0' &&
                   (want == '?' || text_lower_character(want) == text_lower_character(have))) {
            pattern += pattern_size;
            name += name_size;
        } else if (star != NULL) {
            (void)text_utf8_decode(star_name, &name_size);
            star_name += name_size;
            name = star_name;
            pattern = star;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static size_t
decode_lower(const char *text, uint32_t *out)
{
    size_t count = 0;

    while (*text != '\0' && count < DISTANCE_MAX) {
        size_t size;

        out[count++] = text_lower_character(text_utf8_decode(text, &size));
        text += size;
    }
    return *text == '\0' ? count : DISTANCE_MAX + 1;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

size_t
text_distance(const char *a, const char *b)
{
    uint32_t x[DISTANCE_MAX];
    uint32_t y[DISTANCE_MAX];
    size_t rows[3][DISTANCE_MAX + 1];
    size_t x_count = decode_lower(a, x);
    size_t y_count = decode_lower(b, y);

    if (x_count > DISTANCE_MAX || y_count > DISTANCE_MAX)
        return DISTANCE_MAX;
    for (size_t j = 0; j <= y_count; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= x_count; i++) {
        size_t *now = rows[i % 3];
        const size_t *last = rows[(i + 2) % 3];
        const size_t *before_last = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= y_count; j++) {
            now[j] = smallest(last[j] + 1, now[j - 1] + 1, last[j - 1] + (x[i - 1] != y[j - 1]));
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
                before_last[j - 2] + 1 < now[j])
                now[j] = before_last[j - 2] + 1;
        }
    }
    return rows[x_count % 3][y_count];
}

const char *
text_nearest(const char *name, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t best = 2 + strlen(name) / 4;

    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(name, candidates[i]);

        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

static bool
is_bare(const char *word)
{
    static const char harmless[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    return *word != '\0' && word[strspn(word, harmless)] == '\0';
}

void
text_shell_word(const char *word, char *out, size_t size)
{
    const char *quote = is_bare(word) ? "" : "'";
    size_t used = text_print(out, size, "%s", quote);

    for (size_t step, more = 1; *word != '\0' && more > 0; word += step, used += more) {
        (void)text_utf8_decode(word, &step);
        more = *word == '\'' ? text_print(out + used, size - used, "'\\''")
                             : text_print(out + used, size - used, "%.*s", (int)step, word);
    }
    (void)text_print(out + used, size - used, "%s", quote);
}

const char *
text_sql_name(struct arena *arena, const char *name, char quote)
{
    char *quoted = arena_alloc(arena, 2 * strlen(name) + 3);
    char *out = quoted;

    *out++ = quote;
    for (; *name != '\0'; name++) {
        if (*name == quote)
            *out++ = quote;
        *out++ = *name;
    }
    *out++ = quote;
    *out = '\0';
    return quoted;
}

void
text_mask(char *text, size_t capacity, const char *secret)
{
    static const char mask[] = "***";
    size_t secret_size = secret != NULL ? strlen(secret) : 0;
    char *place;

    if (secret_size < SECRET_MIN || capacity == 0)
        return;
    place = text;
    while ((place = strstr(place, secret)) != NULL) {
        memcpy(place, mask, sizeof mask - 1);
        memmove(place + sizeof mask - 1, place + secret_size, strlen(place + secret_size) + 1);
        place += sizeof mask - 1;
    }
}

const char *
text_plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

bool
text_parse_integer(const char *text, int64_t min, int64_t max, int64_t *value)
{
    char *end;
    long long parsed;

    if (*text == '\0' || (*text != '-' && (*text < '0' || *text > '9')))
        return false;
    errno = 0;
    parsed = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || parsed < min || parsed > max)
        return false;
    *value = parsed;
    return true;
}

static int
hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit = (char)(digit | 0x20);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool
text_parse_hex_byte(const char *text, char *byte)
{
    int high = hex_digit(text[0]);
    int low = high < 0 ? -1 : hex_digit(text[1]);

    if (low >= 0)
        *byte = (char)(high * 16 + low);
    return low >= 0;
}
