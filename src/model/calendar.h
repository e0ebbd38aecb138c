// Dates and times as the numbers that PostgreSQL keeps of them, from the text that it prints for
// them (DateStyle ISO, TimeZone UTC), and from nothing else: a text that is read here is the one
// that PostgreSQL would print for the number. Gregorian throughout. Pure; any thread.
#ifndef OE2PG_MODEL_CALENDAR_H
#define OE2PG_MODEL_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CALENDAR_DECIMALS_MAX = 6,
    CALENDAR_STAMP_SIZE = 40, // room for any stamp
};

// Days since 2000-01-01, INT32_MIN and INT32_MAX for the infinities. False, as below, for a text
// that stands for no date, and for one that PostgreSQL would print otherwise.
bool calendar_read_date(const char *text, size_t size, int32_t *days);
// Microseconds since midnight; 24:00:00 is a time. At most `decimals` behind the second.
bool calendar_read_time(const char *text, size_t size, int decimals, int64_t *microseconds);
// Microseconds since 2000-01-01 00:00:00; INT64_MIN and INT64_MAX for the infinities.
bool calendar_read_stamp(const char *text, size_t size, int decimals, int64_t *microseconds);
// The same of a stamp with an offset, whatever that is: in UTC.
bool calendar_read_zoned(const char *text, size_t size, int decimals, int64_t *microseconds);
// What PostgreSQL prints for it as a timestamptz in UTC; returns the size.
size_t calendar_write_zoned(int64_t microseconds, char out[CALENDAR_STAMP_SIZE]);

#endif
