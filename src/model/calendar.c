#include "model/calendar.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
// The ends of PostgreSQL's types: the first day and the first one that is none any more, in days
// and microseconds since 2000.
#define FIRST_DAY INT64_C(-2451545)
#define END_OF_DAYS INT64_C(2145031949)
#define END_OF_STAMPS INT64_C(9223371331200000000)

enum { YEAR_DIGITS_MAX = 7, DAYS_1970_TO_2000 = 10957, DAYS_OF_400_YEARS = 146097 };

// A text that is read from the front, and cut at its end.
struct scanner {
    const char *at;
    const char *end;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t
count_digits(const struct scanner *scanner)
{
    const char *p = scanner->at;

    while (p < scanner->end && is_digit(*p))
        p++;
    return (size_t)(p - scanner->at);
}

static int
take_digits(struct scanner *scanner, size_t count)
{
    int value = 0;

    for (size_t i = 0; i < count; i++)
        value = 10 * value + (*scanner->at++ - '0');
    return value;
}

static bool
take_two(struct scanner *scanner, int *value)
{
    if (count_digits(scanner) < 2)
        return false;
    *value = take_digits(scanner, 2);
    return true;
}

static bool
take(struct scanner *scanner, char wanted)
{
    if (scanner->at == scanner->end || *scanner->at != wanted)
        return false;
    scanner->at++;
    return true;
}

static bool
take_suffix(struct scanner *scanner, const char *suffix)
{
    size_t size = strlen(suffix);

    if ((size_t)(scanner->end - scanner->at) < size ||
        memcmp(scanner->end - size, suffix, size) != 0)
        return false;
    scanner->end -= size;
    return true;
}

// ---- days --------------------------------------------------------------------------------------

static bool
is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_of_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

// Years that begin in March, so that a leap day is the last of its year; whole periods of 400 of
// them have one length. The year 0 is 1 BC.
static int64_t
days_from_civil(int64_t year, int month, int day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t period = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t of_period = shifted - period * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return period * DAYS_OF_400_YEARS + of_period * 365 + of_period / 4 - of_period / 100 +
           of_year - 719468 - DAYS_1970_TO_2000;
}

static void
civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t shifted = days + 719468 + DAYS_1970_TO_2000;
    int64_t period =
        (shifted >= 0 ? shifted : shifted - (DAYS_OF_400_YEARS - 1)) / DAYS_OF_400_YEARS;
    int64_t of_period = shifted - period * DAYS_OF_400_YEARS;
    int64_t years =
        (of_period - of_period / 1460 + of_period / 36524 - of_period / (DAYS_OF_400_YEARS - 1)) /
        365;
    int64_t of_year = of_period - (365 * years + years / 4 - years / 100);
    int64_t month_from_march = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * month_from_march + 2) / 5) + 1;
    *month = (int)(month_from_march + (month_from_march < 10 ? 3 : -9));
    *year = period * 400 + years + (*month <= 2);
}

// At least four digits, and no zeros before a longer year.
static bool
take_day(struct scanner *scanner, bool is_before_christ, int64_t *days)
{
    size_t digits = count_digits(scanner);
    int64_t year;
    int month;
    int day;

    if (digits < 4 || digits > YEAR_DIGITS_MAX || (digits > 4 && *scanner->at == '0'))
        return false;
    year = take_digits(scanner, digits);
    if (!take(scanner, '-') || !take_two(scanner, &month) || !take(scanner, '-') ||
        !take_two(scanner, &day) || year == 0 || month < 1 || month > 12)
        return false;
    if (is_before_christ)
        year = 1 - year;
    if (day < 1 || day > days_of_month(year, month))
        return false;
    *days = days_from_civil(year, month, day);
    return true;
}

static bool
is_word(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(text, word, size) == 0;
}

bool
calendar_read_date(const char *text, size_t size, int32_t *days)
{
    struct scanner scanner = { text, text + size };
    bool is_before_christ;
    int64_t found;

    if (is_word(text, size, "infinity") || is_word(text, size, "-infinity")) {
        *days = *text == '-' ? INT32_MIN : INT32_MAX;
        return true;
    }
    is_before_christ = take_suffix(&scanner, " BC");
    if (!take_day(&scanner, is_before_christ, &found) || scanner.at != scanner.end ||
        found < FIRST_DAY || found >= END_OF_DAYS)
        return false;
    *days = (int32_t)found;
    return true;
}

// ---- times -------------------------------------------------------------------------------------

// A fraction has no zeros at its end.
static bool
take_fraction(struct scanner *scanner, int decimals, int64_t *microseconds)
{
    size_t digits;
    int64_t value;

    *microseconds = 0;
    if (!take(scanner, '.'))
        return true;
    digits = count_digits(scanner);
    if (digits == 0 || digits > (size_t)decimals || scanner->at[digits - 1] == '0')
        return false;
    value = take_digits(scanner, digits);
    for (; digits < CALENDAR_DECIMALS_MAX; digits++)
        value *= 10;
    *microseconds = value;
    return true;
}

static bool
take_clock(struct scanner *scanner, int decimals, int64_t *microseconds)
{
    int64_t fraction;
    int hours;
    int minutes;
    int seconds;

    if (!take_two(scanner, &hours) || !take(scanner, ':') || !take_two(scanner, &minutes) ||
        !take(scanner, ':') || !take_two(scanner, &seconds) ||
        !take_fraction(scanner, decimals, &fraction) || minutes > 59 || seconds > 59)
        return false;
    *microseconds = ((hours * INT64_C(60) + minutes) * 60 + seconds) * SECOND + fraction;
    return true;
}

bool
calendar_read_time(const char *text, size_t size, int decimals, int64_t *microseconds)
{
    struct scanner scanner = { text, text + size };

    return take_clock(&scanner, decimals, microseconds) && scanner.at == scanner.end &&
           *microseconds <= DAY;
}

// +HH, +HH:MM or +HH:MM:SS.
static bool
take_offset(struct scanner *scanner, int64_t *microseconds)
{
    bool is_negative = scanner->at < scanner->end && *scanner->at == '-';
    int64_t seconds;
    int part;

    if ((!take(scanner, '+') && !take(scanner, '-')) || !take_two(scanner, &part) || part > 15)
        return false;
    seconds = part * INT64_C(3600);
    for (int unit = 60; unit > 0 && take(scanner, ':'); unit /= 60) {
        if (!take_two(scanner, &part) || part > 59)
            return false;
        seconds += (int64_t)part * unit;
    }
    *microseconds = (is_negative ? -seconds : seconds) * SECOND;
    return true;
}

static bool
read_stamp(const char *text, size_t size, int decimals, bool has_zone, int64_t *microseconds)
{
    struct scanner scanner = { text, text + size };
    bool is_before_christ;
    int64_t days;
    int64_t clock;
    int64_t offset = 0;

    if (is_word(text, size, "infinity") || is_word(text, size, "-infinity")) {
        *microseconds = *text == '-' ? INT64_MIN : INT64_MAX;
        return true;
    }
    is_before_christ = take_suffix(&scanner, " BC");
    if (!take_day(&scanner, is_before_christ, &days) || !take(&scanner, ' ') ||
        !take_clock(&scanner, decimals, &clock) || clock >= DAY ||
        (has_zone && !take_offset(&scanner, &offset)) || scanner.at != scanner.end)
        return false;
    // One day more than there are on either side, so that an offset may lead back.
    if (days < FIRST_DAY - 1 || days > END_OF_STAMPS / DAY)
        return false;
    *microseconds = days * DAY + (clock - offset);
    return *microseconds >= FIRST_DAY * DAY && *microseconds < END_OF_STAMPS;
}

bool
calendar_read_stamp(const char *text, size_t size, int decimals, int64_t *microseconds)
{
    return read_stamp(text, size, decimals, false, microseconds);
}

bool
calendar_read_zoned(const char *text, size_t size, int decimals, int64_t *microseconds)
{
    return read_stamp(text, size, decimals, true, microseconds);
}

size_t
calendar_write_zoned(int64_t microseconds, char out[CALENDAR_STAMP_SIZE])
{
    char fraction[16] = "";
    int64_t days;
    int64_t clock;
    int64_t seconds;
    size_t size;
    int64_t year;
    int month;
    int day;

    if (microseconds == INT64_MIN || microseconds == INT64_MAX)
        return text_print(
            out, CALENDAR_STAMP_SIZE, "%s", microseconds > 0 ? "infinity" : "-infinity");
    days = microseconds / DAY - (microseconds % DAY < 0);
    clock = microseconds - days * DAY;
    seconds = clock / SECOND;
    civil_from_days(days, &year, &month, &day);
    if (clock % SECOND != 0) {
        size = text_print(fraction, sizeof fraction, ".%06" PRId64, clock % SECOND);
        while (fraction[size - 1] == '0')
            fraction[--size] = '\0';
    }
    return text_print(out, CALENDAR_STAMP_SIZE,
        "%04" PRId64 "-%02d-%02d %02" PRId64 ":%02" PRId64 ":%02" PRId64 "%s+00%s",
        year > 0 ? year : 1 - year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60,
        fraction, year > 0 ? "" : " BC");
}
