#include "base/error.h"

#include "base/text.h"

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

bool
error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list args;

    error_clear(err);
    err->kind = kind;
    va_start(args, format);
    (void)text_vprint(err->message, sizeof err->message, format, args);
    va_end(args);
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
    (void)text_vprint(err->hint, sizeof err->hint, format, args);
    va_end(args);
    flatten(err->hint);
    return false;
}

bool
error_within(struct error *err, const char *format, ...)
{
    char whole[sizeof err->message];
    size_t size;
    va_list args;

    va_start(args, format);
    size = text_vprint(whole, sizeof whole, format, args);
    va_end(args);
    (void)text_print(whole + size, sizeof whole - size, ": %s", err->message);
    memcpy(err->message, whole, sizeof err->message);
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
