#include "report/json_writer.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

void
json_init(struct json_writer *json, FILE *out)
{
    json->out = out;
    json->needs_comma = false;
}

static void
write_character(FILE *out, const char *text, size_t size)
{
    unsigned char first = (unsigned char)*text;

    if (first == '"' || first == '\\')
        (void)fprintf(out, "\\%c", first);
    else if (first < 0x20 || first == 0x7f)
        (void)fprintf(out, "\\u%04x", first);
    else
        (void)fwrite(text, 1, size, out);
}

static void
write_string(FILE *out, const char *text)
{
    (void)fputc('"', out);
    while (*text != '\0') {
        size_t size;

        (void)text_utf8_decode(text, &size);
        if (size == 1 && (unsigned char)*text >= 0x80)
            (void)fputs("\xEF\xBF\xBD", out);
        else
            write_character(out, text, size);
        text += size;
    }
    (void)fputc('"', out);
}

static void
begin_value(struct json_writer *json, const char *key)
{
    if (json->needs_comma)
        (void)fputc(',', json->out);
    json->needs_comma = true;
    if (key == NULL)
        return;
    write_string(json->out, key);
    (void)fputc(':', json->out);
}

void
json_begin_object(struct json_writer *json, const char *key)
{
    begin_value(json, key);
    (void)fputc('{', json->out);
    json->needs_comma = false;
}

void
json_end_object(struct json_writer *json)
{
    (void)fputc('}', json->out);
    json->needs_comma = true;
}

void
json_begin_array(struct json_writer *json, const char *key)
{
    begin_value(json, key);
    (void)fputc('[', json->out);
    json->needs_comma = false;
}

void
json_end_array(struct json_writer *json)
{
    (void)fputc(']', json->out);
    json->needs_comma = true;
}

static void
write_null(struct json_writer *json, const char *key)
{
    begin_value(json, key);
    (void)fputs("null", json->out);
}

void
json_text(struct json_writer *json, const char *key, const char *text)
{
    if (text == NULL) {
        write_null(json, key);
        return;
    }
    begin_value(json, key);
    write_string(json->out, text);
}

void
json_integer(struct json_writer *json, const char *key, int64_t value)
{
    begin_value(json, key);
    (void)fprintf(json->out, "%" PRId64, value);
}

void
json_count(struct json_writer *json, const char *key, int64_t value)
{
    if (value < 0)
        write_null(json, key);
    else
        json_integer(json, key, value);
}

void
json_decimal(struct json_writer *json, const char *key, double value)
{
    if (!isfinite(value) || value < 0) {
        write_null(json, key);
        return;
    }
    begin_value(json, key);
    (void)fprintf(json->out, "%.1f", value);
}

void
json_boolean(struct json_writer *json, const char *key, bool value)
{
    begin_value(json, key);
    (void)fputs(value ? "true" : "false", json->out);
}

void
json_time(struct json_writer *json, const char *key, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[40];

    if (wall_ms <= 0 || gmtime_r(&seconds, &parts) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        write_null(json, key);
        return;
    }
    begin_value(json, key);
    (void)fprintf(json->out, "\"%s.%03dZ\"", text, (int)(wall_ms % 1000));
}

void
json_write_log(FILE *out, int64_t wall_ms, const char *level, const char *message)
{
    struct json_writer json;

    json_init(&json, out);
    json_begin_object(&json, NULL);
    json_text(&json, "type", "log");
    json_time(&json, "time", wall_ms);
    json_text(&json, "level", level);
    json_text(&json, "message", message);
    json_end_object(&json);
    (void)fputc('\n', out);
}
