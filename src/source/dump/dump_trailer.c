#include "source/dump/dump_trailer.h"

#include "base/text.h"

#include <string.h>

struct line {
    const char *bytes;
    size_t size; // without its end
};

// The line that ends at `end`, which is behind its newline or at the end of the file. NULL bytes:
// there is none.
static struct line
line_before(const char *bytes, size_t end)
{
    size_t stop = end;
    size_t start;

    if (end == 0)
        return (struct line){ 0 };
    if (bytes[stop - 1] == '\n')
        stop--;
    for (start = stop; start > 0 && bytes[start - 1] != '\n';)
        start--;
    if (stop > start && bytes[stop - 1] == '\r')
        stop--;
    return (struct line){ bytes + start, stop - start };
}

static bool
line_is(struct line line, const char *text)
{
    return line.size == strlen(text) && memcmp(line.bytes, text, line.size) == 0;
}

static bool
is_number(struct line line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.bytes[i] < '0' || line.bytes[i] > '9')
            return false;
    }
    return line.size > 0;
}

static bool
starts_with(struct line line, const char *key, struct line *value)
{
    size_t size = strlen(key);

    if (line.size < size || memcmp(line.bytes, key, size) != 0)
        return false;
    *value = (struct line){ line.bytes + size, line.size - size };
    return true;
}

static void
take(struct line line, struct dump_trailer *trailer)
{
    const struct {
        const char *key;
        char *out;
    } texts[] = {
        { "filename=", trailer->filename },
        { "numformat=", trailer->numformat },
        { "dateformat=", trailer->dateformat },
        { "cpstream=", trailer->code_page },
        { "codepage=", trailer->code_page },
        { "ldbname=", trailer->database },
        { "timestamp=", trailer->timestamp },
        { "map=", trailer->map },
    };
    struct line value;
    char number[DUMP_WORD_BYTES];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (starts_with(line, texts[i].key, &value))
            (void)text_print(texts[i].out, DUMP_WORD_BYTES, "%.*s", (int)value.size, value.bytes);
    }
    if (!starts_with(line, "records=", &value))
        return;
    (void)text_print(number, sizeof number, "%.*s", (int)value.size, value.bytes);
    if (!text_parse_integer(number, 0, INT64_MAX, &trailer->records))
        trailer->records = -1;
}

// Walks back over a trailer that ends at `end`. Returns where its PSC begins; 0: there is none.
static size_t
find_start(const char *bytes, size_t end, struct dump_trailer *found)
{
    struct line line = line_before(bytes, end);
    size_t at;

    if (is_number(line)) {
        end = (size_t)(line.bytes - bytes);
        line = line_before(bytes, end);
    }
    if (!line_is(line, "."))
        return 0;
    for (at = (size_t)(line.bytes - bytes); at > 0; at = (size_t)(line.bytes - bytes)) {
        line = line_before(bytes, at);
        if (line_is(line, "PSC"))
            return (size_t)(line.bytes - bytes);
        if (memchr(line.bytes, '=', line.size) == NULL)
            return 0;
        take(line, found);
    }
    return 0;
}

// Where the text without blank lines and blanks at its end ends.
static size_t
skip_blank_end(const char *bytes, size_t size)
{
    while (size > 0 && strchr(" \t\r\n\x1A", bytes[size - 1]) != NULL && bytes[size - 1] != '\0')
        size--;
    return size;
}

void
dump_trailer_read(const char *bytes, size_t size, int64_t offset, struct dump_trailer *trailer)
{
    struct dump_trailer found = { .records = -1 };
    size_t end = skip_blank_end(bytes, size);
    size_t start = find_start(bytes, end, &found);
    struct line line;

    *trailer = (struct dump_trailer){ .records = -1, .end = offset + (int64_t)size };
    if (start > 0) {
        *trailer = found;
        trailer->is_found = true;
        trailer->end = offset + (int64_t)start;
        end = start;
    }
    line = line_before(bytes, end);
    if (line.bytes == NULL || !line_is(line, "."))
        return;
    trailer->has_end = true;
    trailer->end = offset + (line.bytes - bytes);
}
