#include "source/real_text.h"

#include "model/canonical.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Nearly every real in a business database is a decimal of up to 15 digits. That case is settled
// with one division, which is exact where both numbers are: 15 digits fit a double, and so does
// 10^22. Everything else is left to the general algorithm.
enum { REAL_TEXT_MAX = 48, SHORT_DIGITS = 15, EXACT_POWER_MAX = 22 };

// The significant digits of a text, cut to SHORT_DIGITS and rounded; its value is
// digits * 10^exponent.
struct short_real {
    bool is_negative;
    bool is_cut;
    int64_t digits;
    int exponent;
};

// False for anything but [-]digits.digits.
static bool
read_short(const char *text, size_t size, struct short_real *real)
{
    int count = 0;
    bool has_point = false;
    bool rounds_up = false;

    memset(real, 0, sizeof *real);
    real->is_negative = text[0] == '-';
    for (size_t i = real->is_negative ? 1 : 0; i < size; i++) {
        int digit = text[i] - '0';

        if (text[i] == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (digit < 0 || digit > 9)
            return false;
        if (count < SHORT_DIGITS) {
            real->digits = real->digits * 10 + digit;
            count += real->digits > 0;
            real->exponent -= has_point;
        } else {
            rounds_up |= count == SHORT_DIGITS && digit >= 5;
            count++;
            real->exponent += !has_point;
        }
    }
    real->digits += rounds_up;
    real->is_cut = count > SHORT_DIGITS;
    return has_point && real->digits > 0;
}

// The double that this decimal reads as; false where one division does not tell.
static bool
divide(const struct short_real *real, double *value)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

    if (real->exponent > 0 || real->exponent < -EXACT_POWER_MAX)
        return false;
    *value = (double)real->digits / powers[-real->exponent];
    if (real->is_negative)
        *value = -*value;
    return true;
}

// Plain digits, as canonical text has them between 1e-4 and 1e15. Returns the size.
static size_t
write_short(struct short_real real, char *out)
{
    char digits[24];
    size_t count = 0;
    size_t size = 0;
    size_t fraction;

    while (real.exponent < 0 && real.digits % 10 == 0) {
        real.digits /= 10;
        real.exponent++;
    }
    for (int64_t rest = real.digits; rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    fraction = (size_t)-real.exponent;
    while (count <= fraction) // a zero before the point, and those behind it
        digits[count++] = '0';
    if (real.is_negative)
        out[size++] = '-';
    while (count > 0) {
        if (count == fraction)
            out[size++] = '.';
        out[size++] = digits[--count];
    }
    return size;
}

// With a point, whatever locale a driver has set; C's own locale object is static.
static bool
read_double(const char *text, double *value)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    char *end;

    if (c_locale == (locale_t)0)
        return false;
    *value = strtod_l(text, &end, c_locale);
    freelocale(c_locale);
    return *end == '\0' && isfinite(*value);
}

// Canonical text has no exponent there.
static bool
is_plain_range(double value)
{
    return fabs(value) >= 1e-4 && fabs(value) < 1e15;
}

// Two decimals of so few digits never read as the same double: there is no other text for it.
static bool
shorten_exact(char *text, size_t *size, const struct short_real *real)
{
    double value;

    if (real->is_cut || !divide(real, &value) || !is_plain_range(value))
        return false;
    *size = write_short(*real, text);
    return true;
}

bool
real_text_shorten(char *text, size_t *size)
{
    char copy[REAL_TEXT_MAX];
    struct short_real real;
    bool is_short;
    double value;
    double short_value;

    // Whole numbers have no point and must not pass through a double.
    if (*size >= sizeof copy || memchr(text, '.', *size) == NULL)
        return false;
    is_short = read_short(text, *size, &real);
    if (is_short && shorten_exact(text, size, &real))
        return true;
    memcpy(copy, text, *size);
    copy[*size] = '\0';
    if (strspn(copy, "+-.0123456789e") != *size || !read_double(copy, &value))
        return false;
    if (is_short && is_plain_range(value) && divide(&real, &short_value) && short_value == value)
        *size = write_short(real, text);
    else
        *size = canonical_float(value, false, text);
    return true;
}
