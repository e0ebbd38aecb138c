#include "source/dump/d_number.h"

#include "base/text.h"
#include "model/canonical.h"

#include <inttypes.h>
#include <string.h>

enum {
    DECIMAL_DIGITS_MAX = 128, // OpenEdge has 50
    INT32_DIGITS = 10,
    YEAR_DIGITS = 6,
    CENTURY_YEARS = 100,
};

static size_t
count_digits(const char *text, size_t size)
{
    size_t count = 0;

    while (count < size && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

// How many digits there are; 0, too, where a zero stands in front of others.
static size_t
count_plain_digits(const char *text, size_t size)
{
    size_t count = count_digits(text, size);

    return count > 1 && text[0] == '0' ? 0 : count;
}

// So many digits are a number of the type, whichever they are.
bool
d_number_is_plain_integer(bool is_long, const char *text, size_t size)
{
    enum { DIGITS = 9, LONG_DIGITS = 18 };
    size_t sign = size > 0 && text[0] == '-';
    size_t count = count_plain_digits(text + sign, size - sign);

    return count > 0 && sign + count == size && count <= (is_long ? LONG_DIGITS : DIGITS) &&
           (sign == 0 || text[1] != '0');
}

bool
d_number_is_plain_decimal(char point, int scale, const char *text, size_t size)
{
    enum { DIGITS = 30 };
    size_t sign = size > 0 && text[0] == '-';
    size_t count = count_plain_digits(text + sign, size - sign);

    if (point != '.' || scale < 1 || count == 0 || count > DIGITS || (sign > 0 && text[1] == '0') ||
        sign + count + 1 + (size_t)scale != size || text[sign + count] != '.')
        return false;
    return count_digits(text + sign + count + 1, (size_t)scale) == (size_t)scale;
}

size_t
d_number_integer(bool is_long, const char *text, size_t size, char *out)
{
    bool is_negative = size > 0 && *text == '-';
    size_t digits = count_digits(text + is_negative, size - is_negative);
    char number[D_NUMBER_MAX];
    int64_t value;

    if (digits == 0 || digits + is_negative != size || size >= sizeof number)
        return 0;
    // Most are as short as this, and canonical.
    if (digits < INT32_DIGITS && !is_negative && (text[0] != '0' || digits == 1)) {
        memcpy(out, text, size);
        return size;
    }
    memcpy(number, text, size);
    number[size] = '\0';
    if (!text_parse_integer(
            number, is_long ? INT64_MIN : INT32_MIN, is_long ? INT64_MAX : INT32_MAX, &value))
        return 0;
    return text_print(out, D_NUMBER_MAX, "%" PRId64, value);
}

// The point may stand before the first digit, or behind the last one.
size_t
d_number_decimal(char point, int scale, const char *text, size_t size, char *out)
{
    bool is_negative = size > 0 && *text == '-';
    const char *whole = text + is_negative;
    size_t left = size - is_negative;
    size_t whole_size = count_digits(whole, left);
    bool has_point = whole_size < left && whole[whole_size] == point;
    const char *fraction = whole + whole_size + has_point;
    size_t fraction_size = left - whole_size - has_point;
    size_t end = 0;

    if (count_digits(fraction, fraction_size) != fraction_size ||
        (!has_point && fraction_size > 0) || whole_size + fraction_size == 0 ||
        whole_size + fraction_size > DECIMAL_DIGITS_MAX)
        return 0;
    if (is_negative)
        out[end++] = '-';
    if (whole_size == 0)
        out[end++] = '0';
    memcpy(out + end, whole, whole_size);
    end += whole_size;
    if (fraction_size > 0) {
        out[end++] = '.';
        memcpy(out + end, fraction, fraction_size);
        end += fraction_size;
    }
    return canonical_text(VALUE_DECIMAL, scale, out, end, D_NUMBER_MAX);
}

// --- dates

struct date {
    int64_t year; // below 1: before Christ, the year before 1 being -1
    int month;
    int day;
};

static bool
is_real(const struct date *date)
{
    static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year = date->year < 0 ? date->year + 1 : date->year;
    bool is_leap =
        year % 4 == 0 && (year % CENTURY_YEARS != 0 || year % ((int64_t)4 * CENTURY_YEARS) == 0);

    if (date->year == 0 || date->month < 1 || date->month > 12 || date->day < 1)
        return false;
    return date->day <= days[date->month - 1] - (date->month == 2 && !is_leap);
}

// As it is mostly: faster than by a format.
static size_t
print_plain_date(const struct date *date, char *out)
{
    const int parts[] = { (int)date->year / CENTURY_YEARS, (int)date->year % CENTURY_YEARS,
        date->month, date->day };
    size_t size = 0;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (i > 1)
            out[size++] = '-';
        out[size++] = (char)('0' + parts[i] / 10);
        out[size++] = (char)('0' + parts[i] % 10);
    }
    return size;
}

static size_t
print_date(const struct date *date, bool is_american, char *out)
{
    enum { FOUR_DIGITS = 9999 };
    int64_t year = date->year < 0 ? -date->year : date->year;

    if (!is_american && date->year > 0 && date->year <= FOUR_DIGITS)
        return print_plain_date(date, out);

    if (is_american)
        return text_print(
            out, D_NUMBER_MAX, "%02d/%02d/%04" PRId64, date->month, date->day, date->year);
    return text_print(out, D_NUMBER_MAX, "%04" PRId64 "-%02d-%02d%s", year, date->month, date->day,
        date->year < 0 ? " BC" : "");
}

// -1: these are not two digits.
static int
two_digits(const char *text)
{
    unsigned tens = (unsigned)text[0] - '0';
    unsigned ones = (unsigned)text[1] - '0';

    return tens <= 9 && ones <= 9 ? (int)(10 * tens + ones) : -1;
}

static bool
is_separator(char c)
{
    return c == '/' || c == '-' || c == '.';
}

// A year of four digits, the others of two, the year in front or behind: as nearly all are written.
static bool
read_full_date(const struct d_form *form, const char *text, size_t size, struct date *date)
{
    enum { SIZE = 10 };
    bool is_year_first = form->year == 0;
    size_t year = is_year_first ? 0 : 6;
    size_t first = is_year_first ? 5 : 0;
    size_t month = first + (form->month < form->day ? 0 : 3);
    size_t day = first + (form->month < form->day ? 3 : 0);
    int century;

    if (size != SIZE || form->year == 1 || !is_separator(text[is_year_first ? 4 : 5]) ||
        !is_separator(text[first + 2]))
        return false;
    century = two_digits(text + year);
    date->year = CENTURY_YEARS * century + two_digits(text + year + 2);
    date->month = two_digits(text + month);
    date->day = two_digits(text + day);
    return century >= 0 && two_digits(text + year + 2) >= 0 && date->month >= 0 && date->day >= 0;
}

// A number of at most `limit` digits; returns the bytes it takes, 0: there is none.
static size_t
read_part(const char *text, size_t size, bool may_be_negative, size_t limit, int64_t *number)
{
    bool is_negative = may_be_negative && size > 0 && *text == '-';
    size_t digits = count_digits(text + is_negative, size - is_negative);

    if (digits == 0 || digits > limit)
        return 0;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = 10 * *number + (text[is_negative + i] - '0');
    if (is_negative)
        *number = -*number;
    return digits + is_negative;
}

static int64_t
in_century(int century, int64_t year)
{
    int64_t full = century - century % CENTURY_YEARS + year;

    return full < century ? full + CENTURY_YEARS : full;
}

// Returns the bytes it takes; 0: there is none.
static size_t
read_date(const struct d_form *form, const char *text, size_t size, struct date *date)
{
    int64_t parts[3] = { 0 };
    size_t at = 0;
    size_t year_size = 0;

    for (int i = 0; i < 3; i++) {
        bool is_year = i == form->year;
        size_t used;

        if (i > 0 && (at == size || !is_separator(text[at])))
            return 0;
        at += i > 0;
        used = read_part(text + at, size - at, is_year, is_year ? YEAR_DIGITS : 2, &parts[i]);
        if (used == 0)
            return 0;
        if (is_year)
            year_size = used;
        at += used;
    }
    *date = (struct date){ parts[form->year], (int)parts[form->month], (int)parts[form->day] };
    if (year_size <= 2 && date->year >= 0)
        date->year = in_century(form->century, date->year);
    return at;
}

size_t
d_number_date(const struct d_form *form, bool is_american, const char *text, size_t size, char *out)
{
    struct date date = { 0 };

    if (!read_full_date(form, text, size, &date) && read_date(form, text, size, &date) != size)
        return 0;
    return is_real(&date) ? print_date(&date, is_american, out) : 0;
}

// --- stamps

// "15:35:41.845": two digits each, and perhaps a fraction. Returns the bytes it takes; 0: none.
static size_t
clock_size(const char *text, size_t size)
{
    static const int highest[] = { 23, 59, 59 };
    size_t at = 0;

    for (size_t i = 0; i < 3; i++) {
        if (i > 0 && (at == size || text[at++] != ':'))
            return 0;
        if (size - at < 2 || two_digits(text + at) < 0 || two_digits(text + at) > highest[i])
            return 0;
        at += 2;
    }
    if (at < size && text[at] == '.') {
        size_t digits = count_digits(text + at + 1, size - at - 1);

        at += digits > 0 ? 1 + digits : 0;
    }
    return at;
}

// "+02:00".
static bool
is_zone(const char *text, size_t size)
{
    return size == 6 && (*text == '+' || *text == '-') && count_digits(text + 1, 2) == 2 &&
           text[3] == ':' && count_digits(text + 4, 2) == 2;
}

size_t
d_number_stamp(bool has_zone, const char *text, size_t size, char *out)
{
    static const struct d_form iso = { .year = 0, .month = 1, .day = 2, .century = 1 };
    const char *t = memchr(text, 'T', size);
    size_t date_size = t != NULL ? (size_t)(t - text) : 0;
    size_t clock;
    size_t end;

    if (date_size < 8 || date_size > D_NUMBER_MAX / 4 || size > D_NUMBER_MAX / 2)
        return 0;
    end = d_number_date(&iso, false, text, date_size, out);
    clock = clock_size(t + 1, size - date_size - 1);
    if (end == 0 || clock == 0 || out[end - 1] == 'C')
        return 0;
    t += 1 + clock;
    size -= date_size + 1 + clock;
    if (has_zone ? !is_zone(t, size) : size > 0)
        return 0;
    out[end++] = ' ';
    memcpy(out + end, t - clock, clock + size);
    return canonical_text(
        has_zone ? VALUE_TIMESTAMP_TZ : VALUE_TIMESTAMP, -1, out, end + clock + size, D_NUMBER_MAX);
}
