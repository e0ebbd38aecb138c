#include "base/error.h"

#include <stdio.h>
#include <string.h>

// Messages are one line: a driver's text may hold line ends and control characters.
static void
flatten(char *text)
{
    size_t end;

    for (char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    }
    end = strlen(text);
    while (end > 0 && text[end - 1] == ' ')
        text[--end] = '\0';
}

// A cut in the middle of a UTF-8 sequence would make a line that no log viewer can read.
static void
end_at_character(char *text, size_t capacity)
{
    size_t size = strlen(text);
    size_t start = size;

    if (size + 1 < capacity)
        return;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
        text[start - 1] = '\0';
}

bool
error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list args;

    error_clear(err);
    err->kind = kind;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    end_at_character(err->message, sizeof err->message);
    flatten(err->message);
    return false;
}

bool
error_hint(struct error *err, const char *format, ...)
{
    va_list args;

    if (err->hint[0] != '\0')
        return false;
    va_start(args, format);
    (void)vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
    end_at_character(err->hint, sizeof err->hint);
    flatten(err->hint);
    return false;
}

bool
error_within(struct error *err, const char *format, ...)
{
    char before[sizeof err->message];
    char whole[2 * sizeof err->message + 2];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(before, sizeof before, format, args);
    va_end(args);
    (void)snprintf(whole, sizeof whole, "%s: %s", before, err->message);
    memcpy(err->message, whole, sizeof err->message);
    err->message[sizeof err->message - 1] = '\0';
    end_at_character(err->message, sizeof err->message);
    flatten(err->message);
    return false;
}

void
error_clear(struct error *err)
{
    memset(err, 0, sizeof *err);
}

const char *
error_kind_name(enum error_kind kind)
{
    static const char *const names[] = { "none", "usage", "config", "source", "target", "table",
        "data", "brake", "busy", "system", "cancelled" };

    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}
