// Time: a wall clock for people and a steady one for durations. Any thread.
#ifndef OE2PG_BASE_CLOCK_H
#define OE2PG_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

// Milliseconds on a clock that never jumps; only differences mean something.
int64_t clock_steady_ms(void);
// Milliseconds since 1970-01-01 UTC.
int64_t clock_wall_ms(void);
// "2025-04-26 10:34:17" in local time; `size` >= 20.
void clock_format_local(int64_t wall_ms, char *text, size_t size);
// "1 h 02 min", "3 min 07 s", "12.3 s": for people.
void clock_format_duration(int64_t duration_ms, char *text, size_t size);
// Sleeps without being woken early by signals.
void clock_sleep_ms(int64_t duration_ms);

#endif
