#include "model/canonical_parts.h"

#include <string.h>

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t
count_digits(const char *p, const char *end)
{
    const char *start = p;

    while (p < end && is_digit(*p))
        p++;
    return (size_t)(p - start);
}

// Reads what follows the `e`; false when that is not a whole number.
static bool
read_exponent(const char *p, const char *end, long *exponent)
{
    bool is_negative = p < end && *p == '-';
    long value = 0;

    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || count_digits(p, end) != (size_t)(end - p))
        return false;
    for (; p < end; p++)
        value = value >= NUMBER_EXPONENT_MAX ? value : value * 10 + (*p - '0');
    if (value > NUMBER_EXPONENT_MAX)
        value = NUMBER_EXPONENT_MAX;
    *exponent = is_negative ? -value : value;
    return true;
}

bool
number_text_read(const char *text, size_t size, struct number_text *number)
{
    const char *p = text;
    const char *end = text + size;

    memset(number, 0, sizeof *number);
    if (p < end && (*p == '-' || *p == '+'))
        number->is_negative = *p++ == '-';
    number->whole = p;
    number->whole_size = count_digits(p, end);
    p += number->whole_size;
    if (p < end && *p == '.') {
        number->has_point = true;
        p++;
    }
    number->fraction = p;
    if (number->has_point)
        number->fraction_size = count_digits(p, end);
    p += number->fraction_size;
    if (number->whole_size + number->fraction_size == 0)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        number->has_exponent = true;
        return read_exponent(p + 1, end, &number->exponent);
    }
    return p == end;
}

bool
canonical_is_plain_number(int scale, const char *text, size_t size)
{
    const char *end = text + size;
    const char *whole = size > 0 && *text == '-' ? text + 1 : text;
    const char *point = whole + count_digits(whole, end);
    size_t decimals;

    // Leading zeros, and zeros with a sign, take a closer look.
    if (point == whole || (*whole == '0' && (point - whole > 1 || whole > text)))
        return false;
    if (point == end)
        return scale <= 0;
    decimals = count_digits(point + 1, end);
    return *point == '.' && decimals > 0 && point + 1 + decimals == end &&
           (scale <= 0 || decimals >= (size_t)scale);
}

static bool
is_all_zero(const char *digits, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (digits[i] != '0')
            return false;
    }
    return true;
}

size_t
canonical_integer(char *text, size_t size)
{
    struct number_text number;
    const char *digits;
    size_t count;
    size_t out = 0;

    if (!number_text_read(text, size, &number) || number.has_point || number.has_exponent)
        return size;
    digits = number.whole;
    count = number.whole_size;
    while (count > 1 && *digits == '0') {
        digits++;
        count--;
    }
    if (number.is_negative && *digits != '0')
        out = 1; // the sign stands there already
    memmove(text + out, digits, count);
    return out + count;
}

// How a decimal will be written: whole digits, then decimals, each possibly with zeros that the
// number's text does not have.
struct decimal_form {
    bool is_negative;
    size_t skipped;       // leading zeros of the digits that are left out
    size_t whole;         // digits before the point
    size_t whole_zeros;   // zeros added at their end
    size_t leading_zeros; // zeros added right after the point
    size_t fraction;      // digits after the point
    size_t padding;       // zeros added at the end
    size_t size;          // bytes in all
};

static bool
plan_decimal(
    const struct number_text *number, int scale, size_t capacity, struct decimal_form *form)
{
    size_t digits = number->whole_size + number->fraction_size;
    long point = (long)number->whole_size + number->exponent; // digits before it, may be outside
    size_t decimals;

    if (digits > capacity || point > (long)capacity || point < -(long)capacity)
        return false;
    memset(form, 0, sizeof *form);
    form->whole = point <= 0 ? 0 : (size_t)point < digits ? (size_t)point : digits;
    form->whole_zeros = point > (long)digits ? (size_t)point - digits : 0;
    form->leading_zeros = point < 0 ? (size_t)-point : 0;
    form->fraction = digits - form->whole;
    decimals = form->leading_zeros + form->fraction;
    if (scale > 0 && (size_t)scale > decimals)
        form->padding = (size_t)scale - decimals;
    form->is_negative =
        number->is_negative && !(is_all_zero(number->whole, number->whole_size) &&
                                   is_all_zero(number->fraction, number->fraction_size));
    return true;
}

// Leading zeros go, but one digit stays before the point.
static void
strip_leading_zeros(const char *digits, struct decimal_form *form)
{
    while (form->whole > 0 && digits[form->skipped] == '0') {
        form->skipped++;
        form->whole--;
    }
    if (form->whole == 0)
        form->whole_zeros = 1;
}

static size_t
form_size(const struct decimal_form *form)
{
    size_t decimals = form->leading_zeros + form->fraction + form->padding;

    return form->is_negative + form->whole + form->whole_zeros + (decimals > 0) + decimals;
}

static char *
put_zeros(char *out, size_t count)
{
    memset(out, '0', count);
    return out + count;
}

// Writes the form from the front while the digits wait at the end of the same bytes: what is
// written never overtakes what is still to be read, because every digit takes its place in it.
static void
write_decimal(const struct decimal_form *form, const char *digits, char *out)
{
    digits += form->skipped;
    if (form->is_negative)
        *out++ = '-';
    memmove(out, digits, form->whole);
    out = put_zeros(out + form->whole, form->whole_zeros);
    digits += form->whole;
    if (form->leading_zeros + form->fraction + form->padding == 0)
        return;
    *out++ = '.';
    out = put_zeros(out, form->leading_zeros);
    memmove(out, digits, form->fraction);
    (void)put_zeros(out + form->fraction, form->padding);
}

size_t
canonical_decimal(int scale, char *text, size_t size, size_t capacity)
{
    struct number_text number;
    struct decimal_form form;
    size_t digit_count;
    size_t end;
    char *digits;

    if (!number_text_read(text, size, &number) || !plan_decimal(&number, scale, capacity, &form))
        return size;
    digit_count = number.whole_size + number.fraction_size;
    // The worst case of the size, before leading zeros are looked at: they only make it smaller.
    if (form_size(&form) + 1 > capacity)
        return size;
    end = form_size(&form) + 1 > size ? form_size(&form) + 1 : size;
    digits = text + end - digit_count;
    memmove(digits + number.whole_size, number.fraction, number.fraction_size);
    memmove(digits, number.whole, number.whole_size);
    strip_leading_zeros(digits, &form);
    write_decimal(&form, digits, text);
    return form_size(&form);
}
