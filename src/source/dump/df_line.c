#include "source/dump/df_line.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>

void
df_lines_init(
    struct df_lines *lines, struct arena *arena, const char *file, const char *text, size_t size)
{
    *lines = (struct df_lines){
        .arena = arena, .file = file, .at = text, .end = text + size, .next = 1
    };
}

bool
df_lines_fail(const struct df_lines *lines, struct error *err, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)text_vprint(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(err, ERROR_SOURCE, "%s:%d: %s", lines->file, lines->number, text);
}

bool
df_word_is(const struct df_word *word, const char *text)
{
    return !word->is_quoted && text_equal_nocase(word->text, text);
}

const char *
df_word_text(const struct df_word *word)
{
    return df_word_is(word, "?") ? NULL : word->text;
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f' || byte == '\x1A';
}

static void
add_word(struct df_lines *lines, const char *text, bool is_quoted)
{
    if (lines->count < DF_WORDS_MAX)
        lines->words[lines->count++] = (struct df_word){ text, is_quoted };
}

// A carriage return before the end of a line inside a text is the file's, not the text's.
static bool
read_quoted(struct df_lines *lines, struct error *err)
{
    const char *start = lines->at + 1;
    const char *p = start;
    char *text;
    size_t size = 0;

    while (p < lines->end && (*p != '"' || (p + 1 < lines->end && p[1] == '"')))
        p += *p == '"' ? 2 : 1;
    if (p >= lines->end)
        return df_lines_fail(lines, err, "a text in quotes begins here and does not end");
    text = arena_alloc(lines->arena, (size_t)(p - start) + 1);
    for (const char *from = start; from < p; from++) {
        if (*from == '\r' && from[1] == '\n')
            continue;
        lines->next += *from == '\n';
        text[size++] = *from;
        from += *from == '"';
    }
    text[size] = '\0';
    if (strlen(text) != size)
        return df_lines_fail(lines, err, "a text in quotes has a NUL");
    add_word(lines, text, true);
    lines->at = p + 1;
    return true;
}

static bool
read_word(struct df_lines *lines, struct error *err)
{
    const char *start = lines->at;

    while (lines->at < lines->end && !is_blank(*lines->at) && *lines->at != '\n') {
        if (*lines->at == '\0')
            return df_lines_fail(lines, err, "a NUL: this is no .df");
        lines->at++;
    }
    add_word(lines, arena_strndup(lines->arena, start, (size_t)(lines->at - start)), false);
    return true;
}

// A comment, or an annotation, in which texts in quotes may have line ends.
static void
skip_line(struct df_lines *lines, bool has_quotes)
{
    bool is_quoted = false;

    for (; lines->at < lines->end && (*lines->at != '\n' || is_quoted); lines->at++) {
        is_quoted ^= has_quotes && *lines->at == '"';
        lines->next += *lines->at == '\n';
    }
}

static bool
read_line(struct df_lines *lines, struct error *err)
{
    lines->count = 0;
    lines->number = lines->next;
    while (lines->at < lines->end && *lines->at != '\n') {
        if (is_blank(*lines->at))
            lines->at++;
        else if (lines->count == 0 && (*lines->at == '#' || *lines->at == '@'))
            skip_line(lines, *lines->at == '@');
        else if (*lines->at == '"' ? !read_quoted(lines, err) : !read_word(lines, err))
            return false;
    }
    if (lines->at < lines->end)
        lines->at++;
    lines->next++;
    return true;
}

bool
df_lines_next(struct df_lines *lines, struct error *err)
{
    do {
        if (lines->at >= lines->end) {
            lines->is_at_end = true;
            return true;
        }
        if (!read_line(lines, err))
            return false;
    } while (lines->count == 0);
    lines->is_at_end = lines->count == 1 && df_word_is(&lines->words[0], ".");
    return true;
}
