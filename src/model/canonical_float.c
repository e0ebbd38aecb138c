// Floating point as PostgreSQL prints it with extra_float_digits 1: the fewest digits that read
// back as the same value, of these the nearest to it, and never a decimal that lies exactly in the
// middle of two values (a reader might round it either way). Digits are made with exact integers
// (Burger and Dybvig, "Printing Floating-Point Numbers Quickly and Accurately", 1996), so neither
// the C library's rounding nor the locale has a say. Most numbers never come that far: a text of at
// most 15 significant digits (6 for single precision) and of ordinary size already holds the
// digits, since no two such decimals name the same value and none of them is a middle.
#include "base/text.h"
#include "model/canonical.h"
#include "model/canonical_parts.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DIGITS_MAX = 17, LONG_TEXT_MAX = 800, BIG_WORDS = 40 };

// What sets the two widths apart.
struct float_width {
    int mantissa_bits;
    int exponent_min;    // of the last mantissa bit
    size_t exact_digits; // decimals of so many digits are all told apart
    size_t text_digits;  // so many always say which value it is
    int fixed_digits;    // from 10^this on the exponent form is used
};

static const struct float_width widths[2] = {
    { .mantissa_bits = 53,
        .exponent_min = -1074,
        .exact_digits = 15,
        .text_digits = 17,
        .fixed_digits = 15 },
    { .mantissa_bits = 24,
        .exponent_min = -149,
        .exact_digits = 6,
        .text_digits = 9,
        .fixed_digits = 6 },
};

// A decimal: 0.d1d2d3... times 10^point.
struct decimal {
    char digits[DIGITS_MAX + 1];
    size_t count;
    int point;
};

// A whole number of up to 1280 bits, lowest word first; the largest needed has 1134.
struct big {
    uint32_t words[BIG_WORDS];
    size_t count; // words in use; the highest is not 0
};

static void
big_set(struct big *big, uint64_t value)
{
    big->count = 0;
    for (; value != 0; value >>= 32)
        big->words[big->count++] = (uint32_t)value;
}

static void
big_multiply(struct big *big, uint32_t factor)
{
    uint64_t carry = 0;

    for (size_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->words[i] * factor;
        big->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0 && big->count < BIG_WORDS)
        big->words[big->count++] = (uint32_t)carry;
}

static void
big_scale(struct big *big, unsigned power_of_ten)
{
    for (; power_of_ten >= 9; power_of_ten -= 9)
        big_multiply(big, 1000000000);
    for (; power_of_ten > 0; power_of_ten--)
        big_multiply(big, 10);
}

static void
big_shift(struct big *big, unsigned bits)
{
    size_t words = bits / 32;

    if (big->count == 0)
        return;
    big_multiply(big, UINT32_C(1) << bits % 32);
    if (words > BIG_WORDS - big->count)
        words = BIG_WORDS - big->count;
    memmove(big->words + words, big->words, big->count * sizeof big->words[0]);
    memset(big->words, 0, words * sizeof big->words[0]);
    big->count += words;
}

static int
big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;) {
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

static void
big_add(struct big *a, const struct big *b)
{
    uint64_t carry = 0;

    for (size_t i = 0; i < b->count || carry != 0; i++) {
        if (i == BIG_WORDS)
            return;
        if (i == a->count)
            a->words[a->count++] = 0;
        carry += (uint64_t)a->words[i] + (i < b->count ? b->words[i] : 0);
        a->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

// a - b, which is not negative.
static void
big_subtract(struct big *a, const struct big *b)
{
    uint32_t borrow = 0;

    for (size_t i = 0; i < a->count; i++) {
        uint64_t less = (uint64_t)(i < b->count ? b->words[i] : 0) + borrow;

        borrow = a->words[i] < less;
        a->words[i] -= (uint32_t)less;
    }
    while (a->count > 0 && a->words[a->count - 1] == 0)
        a->count--;
}

// Compares a + b with c.
static int
big_compare_sum(const struct big *a, const struct big *b, const struct big *c)
{
    struct big sum = *a;

    big_add(&sum, b);
    return big_compare(&sum, c);
}

// The value as the fraction rest / unit, and how far the neighbours' halves reach: `above`,
// `below`.
struct interval {
    struct big rest;
    struct big unit;
    struct big above;
    struct big below;
};

// The halves are made whole numbers by doubling everything. Below a power of two the neighbour is
// only half as far, so there everything is doubled once more.
static void
interval_init(struct interval *interval, uint64_t mantissa, int exponent, bool is_uneven)
{
    unsigned up = exponent > 0 ? (unsigned)exponent : 0;
    unsigned down = exponent < 0 ? (unsigned)-exponent : 0;

    big_set(&interval->rest, mantissa);
    big_shift(&interval->rest, up + 1 + is_uneven);
    big_set(&interval->unit, 1);
    big_shift(&interval->unit, down + 1 + is_uneven);
    big_set(&interval->below, 1);
    big_shift(&interval->below, up);
    interval->above = interval->below;
    if (is_uneven)
        big_shift(&interval->above, 1);
}

// Divides by a power of ten so that everything that reads back as the value lies below 1, and
// returns that power: the place of the decimal point.
static int
interval_normalise(struct interval *interval, uint64_t mantissa, int exponent)
{
    int bits = 64 - __builtin_clzll(mantissa);
    double estimate = (exponent + bits - 1) * 0.30102999566398120 - 1e-10;
    int point = (int)estimate + (estimate > 0); // rounded up: right, or one too small

    if (point >= 0) {
        big_scale(&interval->unit, (unsigned)point);
    } else {
        big_scale(&interval->rest, (unsigned)-point);
        big_scale(&interval->above, (unsigned)-point);
        big_scale(&interval->below, (unsigned)-point);
    }
    if (big_compare_sum(&interval->rest, &interval->above, &interval->unit) > 0) {
        big_multiply(&interval->unit, 10);
        point++;
    }
    return point;
}

// Takes the next digit out; true when it is the last one, rounded.
static bool
interval_next_digit(struct interval *interval, char *digit)
{
    bool is_low;
    bool is_high;
    int half;

    big_multiply(&interval->rest, 10);
    big_multiply(&interval->above, 10);
    big_multiply(&interval->below, 10);
    *digit = '0';
    while (big_compare(&interval->rest, &interval->unit) >= 0) {
        big_subtract(&interval->rest, &interval->unit);
        (*digit)++;
    }
    is_low = big_compare(&interval->rest, &interval->below) < 0;
    is_high = big_compare_sum(&interval->rest, &interval->above, &interval->unit) > 0;
    if (!is_low && !is_high)
        return false;
    half = big_compare_sum(&interval->rest, &interval->rest, &interval->unit);
    if (is_high && (!is_low || half > 0 || (half == 0 && (*digit - '0') % 2 == 1)))
        (*digit)++;
    return true;
}

// Most numbers of a business are decimals of a few places. For such a one, times a power of ten is
// a whole number of at most 15 digits, and dividing that by the power (both exact as doubles, so
// the quotient is rounded once) gives the value back: then these are its digits, for no two
// decimals of up to 15 digits are the same double. The fewest places are tried first. False: not
// such a one.
static bool
find_few_places(double value, struct decimal *decimal)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
    char text[24];
    size_t count = 0;

    for (size_t places = 0; places < sizeof powers / sizeof powers[0]; places++) {
        double scaled = value * powers[places];
        double whole = scaled < 1e15 ? (double)(uint64_t)(scaled + 0.5) : 0;
        uint64_t digits;

        if (whole < 1 || whole >= 1e15)
            continue;
        if (whole / powers[places] != value)
            continue;
        for (digits = (uint64_t)whole; digits > 0; digits /= 10)
            text[count++] = (char)('0' + digits % 10);
        decimal->point = (int)count - (int)places;
        decimal->count = 0;
        while (count > 0)
            decimal->digits[decimal->count++] = text[--count];
        while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
            decimal->count--;
        return true;
    }
    return false;
}

// `value` is finite and above 0.
static void
find_shortest(double value, const struct float_width *width, struct decimal *decimal)
{
    struct interval interval;
    int exponent;
    double fraction = frexp(value, &exponent);
    uint64_t mantissa;
    bool is_last = false;

    if (width->mantissa_bits == 53 && find_few_places(value, decimal))
        return;
    exponent -= width->mantissa_bits;
    if (exponent < width->exponent_min) { // subnormal
        fraction = ldexp(fraction, exponent - width->exponent_min);
        exponent = width->exponent_min;
    }
    mantissa = (uint64_t)ldexp(fraction, width->mantissa_bits);
    interval_init(&interval, mantissa, exponent,
        mantissa == UINT64_C(1) << (width->mantissa_bits - 1) && exponent > width->exponent_min);
    decimal->point = interval_normalise(&interval, mantissa, exponent);
    decimal->count = 0;
    while (!is_last && decimal->count < DIGITS_MAX)
        is_last = interval_next_digit(&interval, &decimal->digits[decimal->count++]);
}

static size_t
put_exponent(char *out, int exponent)
{
    char *p = out;
    int size = exponent < 0 ? -exponent : exponent;

    *p++ = 'e';
    *p++ = exponent < 0 ? '-' : '+';
    if (size >= 100)
        *p++ = (char)('0' + size / 100);
    *p++ = (char)('0' + size / 10 % 10);
    *p++ = (char)('0' + size % 10);
    return (size_t)(p - out);
}

static char *
put(char *out, const char *bytes, size_t size)
{
    memcpy(out, bytes, size);
    return out + size;
}

static size_t
write_float(const struct decimal *decimal, const struct float_width *width, char *out)
{
    static const char zeros[] = "000000000000000";
    char *p = out;
    int point = decimal->point;

    if (point < -3 || point > width->fixed_digits) {
        // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): there is always a digit
        *p++ = decimal->digits[0];
        if (decimal->count > 1) {
            *p++ = '.';
            p = put(p, decimal->digits + 1, decimal->count - 1);
        }
        p += put_exponent(p, point - 1);
    } else if (point <= 0) {
        p = put(p, "0.", 2);
        p = put(p, zeros, (size_t)-point);
        p = put(p, decimal->digits, decimal->count);
    } else if ((size_t)point >= decimal->count) {
        p = put(p, decimal->digits, decimal->count);
        p = put(p, zeros, (size_t)point - decimal->count);
    } else {
        p = put(p, decimal->digits, (size_t)point);
        *p++ = '.';
        p = put(p, decimal->digits + point, decimal->count - (size_t)point);
    }
    return (size_t)(p - out);
}

size_t
canonical_float(double value, bool is_single, char *out)
{
    struct decimal decimal;
    size_t sign = 0;

    if (isnan(value))
        return (size_t)(put(out, "NaN", 3) - out);
    if (signbit(value))
        out[sign++] = '-';
    if (isinf(value))
        return (size_t)(put(out + sign, "Infinity", 8) - out);
    if (value == 0) {
        out[sign++] = '0';
        return sign;
    }
    find_shortest(fabs(value), &widths[is_single], &decimal);
    return sign + write_float(&decimal, &widths[is_single], out + sign);
}

static char
digit_at(const struct number_text *number, size_t at)
{
    if (at < number->whole_size)
        return number->whole[at];
    return number->fraction[at - number->whole_size];
}

// The significant digits of a text: from the first to the last that is not 0.
struct significant {
    size_t first;
    size_t count; // 0: the number is zero
};

static struct significant
find_significant(const struct number_text *number)
{
    size_t end = number->whole_size + number->fraction_size;
    struct significant found = { 0, 0 };

    while (end > 0 && digit_at(number, end - 1) == '0')
        end--;
    while (found.first < end && digit_at(number, found.first) == '0')
        found.first++;
    found.count = end - found.first;
    return found;
}

// The common case: the digits of the text are the answer. Returns 0 when they may not be.
static size_t
write_from_text(const struct number_text *number, const struct significant *digits,
    const struct float_width *width, char *out)
{
    struct decimal decimal = { .count = digits->count };
    long point = (long)number->whole_size - (long)digits->first + number->exponent;

    if (digits->count > width->exact_digits || point < -3 || point > width->fixed_digits)
        return 0;
    for (size_t i = 0; i < digits->count; i++)
        decimal.digits[i] = digit_at(number, digits->first + i);
    decimal.point = (int)point;
    return write_float(&decimal, width, out);
}

// Reads with a point, whatever locale a driver has set. C's own locale object is static: nothing is
// allocated. False when the number is beyond the type's range.
static bool
parse_float(const char *text, bool is_single, double *value)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (c_locale == (locale_t)0)
        return false;
    *value = is_single ? (double)strtof_l(text, NULL, c_locale) : strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return isfinite(*value);
}

// True when the value, written with as many digits as the text has, has the text's digits: then the
// text says no more than the value.
static bool
is_expansion(double value, const struct number_text *number, const struct significant *digits)
{
    char exact[LONG_TEXT_MAX + 32];
    size_t at = 0;

    (void)text_print(exact, sizeof exact, "%.*e", (int)digits->count - 1, fabs(value));
    for (const char *p = exact; at < digits->count; p++) {
        if (*p < '0' || *p > '9')
            continue; // the point, in whatever locale
        if (*p != digit_at(number, digits->first + at++))
            return false;
    }
    return true;
}

// True when the text is a single's value as a driver prints it that widened it to a double.
static bool
is_widened(bool is_single, const char *text, double value)
{
    double wide;

    return is_single && parse_float(text, false, &wide) && wide == value;
}

// NaN and the infinities, in the spellings that drivers use.
static size_t
write_special(char *text, size_t size)
{
    static const struct {
        const char *spelling;
        const char *canonical;
    } specials[] = {
        { "nan", "NaN" },
        { "inf", "Infinity" },
        { "+inf", "Infinity" },
        { "-inf", "-Infinity" },
        { "infinity", "Infinity" },
        { "+infinity", "Infinity" },
        { "-infinity", "-Infinity" },
    };

    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (strlen(specials[i].spelling) == size &&
            strncasecmp(specials[i].spelling, text, size) == 0)
            return (size_t)(put(text, specials[i].canonical, strlen(specials[i].canonical)) - text);
    }
    return size;
}

// A text with more digits than the type can tell apart is rewritten only when nothing is lost.
static size_t
write_parsed(bool is_single, const struct number_text *number, const struct significant *digits,
    char *text, size_t size)
{
    char copy[LONG_TEXT_MAX + 1];
    double value;

    if (size > LONG_TEXT_MAX)
        return size;
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (!parse_float(copy, is_single, &value) || value == 0)
        return size;
    if (digits->count > widths[is_single].text_digits && !is_expansion(value, number, digits) &&
        !is_widened(is_single, copy, value))
        return size;
    return canonical_float(value, is_single, text);
}

size_t
canonical_float_text(bool is_single, char *text, size_t size)
{
    struct number_text number;
    struct significant digits;
    char out[32];
    size_t sign;
    size_t written;

    if (!number_text_read(text, size, &number))
        return write_special(text, size);
    digits = find_significant(&number);
    sign = number.is_negative;
    if (digits.count == 0) {
        out[0] = '0';
        written = 1;
    } else {
        written = write_from_text(&number, &digits, &widths[is_single], out);
    }
    if (written == 0)
        return write_parsed(is_single, &number, &digits, text, size);
    memcpy(text + sign, out, written); // the sign stands there already, if any
    return sign + written;
}

// True where every value of the type tells the digits apart: they are printed as they are then, and
// *is_same says whether that is the text.
static bool
print_digits(
    bool is_single, const struct number_text *number, const char *text, size_t size, bool *is_same)
{
    const struct significant digits = find_significant(number);
    char out[LONG_TEXT_MAX + 1];
    size_t written;

    if (digits.count == 0)
        return false;
    out[0] = '-';
    written = write_from_text(number, &digits, &widths[is_single], out + 1);
    *is_same = written + number->is_negative == size &&
               memcmp(number->is_negative ? out : out + 1, text, size) == 0;
    return written > 0;
}

bool
canonical_is_float(bool is_single, const char *text, size_t size, double *value)
{
    char out[LONG_TEXT_MAX + 1];
    struct number_text number;
    size_t written;
    bool is_same;

    if (size > LONG_TEXT_MAX)
        return false;
    if (number_text_read(text, size, &number)) {
        memcpy(out, text, size);
        out[size] = '\0';
        if (!parse_float(out, is_single, value))
            return false;
        if (*value != 0 && print_digits(is_single, &number, text, size, &is_same))
            return is_same;
    } else if (size > 0 && text[size - 1] == 'N') {
        *value = NAN;
    } else {
        *value = size > 0 && text[0] == '-' ? -INFINITY : INFINITY;
    }
    written = canonical_float(*value, is_single, out);
    return written == size && memcmp(out, text, size) == 0;
}
