// JSON, written as it comes: objects and arrays are begun and ended, members are named by `key`
// (NULL inside an array and at the top). Nothing is kept but the nesting; whether everything could
// be written is asked of the FILE at the end. One thread.
#ifndef OE2PG_REPORT_JSON_WRITER_H
#define OE2PG_REPORT_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_writer {
    FILE *out;
    bool needs_comma;
};

void json_init(struct json_writer *json, FILE *out);
void json_begin_object(struct json_writer *json, const char *key);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json, const char *key);
void json_end_array(struct json_writer *json);
// NULL is null. Bytes that are no UTF-8 become U+FFFD, control characters are escaped.
void json_text(struct json_writer *json, const char *key, const char *text);
void json_integer(struct json_writer *json, const char *key, int64_t value);
// Negative is null: for numbers that may be unknown.
void json_count(struct json_writer *json, const char *key, int64_t value);
// One decimal; negative or not finite is null.
void json_decimal(struct json_writer *json, const char *key, double value);
void json_boolean(struct json_writer *json, const char *key, bool value);
// "2025-04-26T08:34:17.123Z"; 0 is null.
void json_time(struct json_writer *json, const char *key, int64_t wall_ms);
// One message as a line of its own, as {"type":"log",...}.
void json_write_log(FILE *out, int64_t wall_ms, const char *level, const char *message);

#endif
