#include "config/ignore_file.h"

#include "base/text.h"
#include "config/file.h"

#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

// Cuts the comment and the blanks around: start..*size is the name.
static const char *
trim(const char *start, size_t *size)
{
    const char *end = start + *size;

    for (const char *p = start; p < end; p++) {
        if (*p == '#' && (p == start || is_blank(p[-1])))
            end = p;
    }
    while (start < end && is_blank(*start))
        start++;
    while (end > start && is_blank(end[-1]))
        end--;
    *size = (size_t)(end - start);
    return start;
}

static size_t
count_lines(const char *bytes, size_t size)
{
    size_t count = 1;

    for (size_t i = 0; i < size; i++)
        count += bytes[i] == '\n';
    return count;
}

static bool
split_lines(struct arena *arena, const char *path, const struct buffer *bytes,
    struct name_pattern *patterns, size_t *count, struct error *err)
{
    const char *at = bytes->bytes;
    const char *end = at + bytes->size;

    if (bytes->size >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
        at += 3; // Windows editors put one; here it can mean nothing else
    for (int line = 1; at < end; line++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((line_end != NULL ? line_end : end) - at);
        const char *name = at;

        at += size + 1;
        if (text_utf8_valid_size(name, size) < size)
            return error_set(err, ERROR_CONFIG, "%s:%d: a byte that is not UTF-8", path, line);
        name = trim(name, &size);
        if (size == 0)
            continue;
        patterns[*count].pattern = arena_strndup(arena, name, size);
        patterns[*count].file = path;
        patterns[*count].line = line;
        (*count)++;
    }
    return true;
}

bool
ignore_file_read(struct arena *arena, const char *path, struct name_pattern **patterns,
    size_t *count, bool *was_found, struct error *err)
{
    struct buffer bytes;
    struct stat attributes;
    enum file_found found = file_read(path, &bytes, &attributes, err);
    bool done = found != FILE_FAILED;

    *count = 0;
    *was_found = found == FILE_READ;
    if (found == FILE_READ && bytes.size > 0) {
        *patterns = arena_calloc(arena, count_lines(bytes.bytes, bytes.size), sizeof **patterns);
        done = split_lines(arena, path, &bytes, *patterns, count, err);
    }
    buffer_release(&bytes);
    return done;
}
