// yajl calls back while it reads and tells no place. It is therefore fed line by line: no token
// of JSON may hold a line end, so whatever it reports belongs to the line it was just given.
#include "config/json.h"

#include "base/mem.h"
#include "base/text.h"
#include "config/message.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

struct reader {
    struct arena *arena;
    const char *file_name;
    int line;
    struct error *err;
    struct json_value *root;
    struct json_value *open[JSON_DEPTH_MAX]; // the objects and lists around the present place
    struct json_value *last[JSON_DEPTH_MAX]; // their latest children
    size_t depth;
    size_t value_count;
    const char *key; // of the member whose value comes next
    int key_line;
};

static bool
fail_at(const struct reader *reader, int line, const char *what)
{
    return error_set(reader->err, ERROR_CONFIG, "%s:%d: %s", reader->file_name, line, what);
}

// The new value, linked to what is open; NULL after a failure.
static struct json_value *
add_value(struct reader *reader, enum json_kind kind)
{
    struct json_value *value;

    if (++reader->value_count > JSON_VALUES_MAX) {
        (void)error_set(reader->err, ERROR_CONFIG, "%s:%d: more than %d values in one file",
            reader->file_name, reader->line, JSON_VALUES_MAX);
        return NULL;
    }
    value = arena_alloc(reader->arena, sizeof *value);
    value->kind = kind;
    value->line = reader->line;
    value->key = reader->key;
    value->key_line = reader->key_line;
    reader->key = NULL;
    if (reader->depth == 0) {
        reader->root = value;
        return value;
    }
    if (reader->last[reader->depth - 1] == NULL)
        reader->open[reader->depth - 1]->children = value;
    else
        reader->last[reader->depth - 1]->next = value;
    reader->last[reader->depth - 1] = value;
    reader->open[reader->depth - 1]->count++;
    return value;
}

static int
on_null(void *context)
{
    return add_value(context, JSON_NULL) != NULL;
}

static int
on_boolean(void *context, int is_true)
{
    struct json_value *value = add_value(context, JSON_BOOLEAN);

    if (value == NULL)
        return 0;
    value->is_true = is_true != 0;
    return 1;
}

// Never converted here: a number of a thousand digits is the option's affair, and out of range.
static int
on_number(void *context, const char *bytes, size_t size)
{
    struct reader *reader = context;
    struct json_value *value = add_value(reader, JSON_NUMBER);

    if (value == NULL)
        return 0;
    value->text = arena_strndup(reader->arena, bytes, size);
    return 1;
}

// NULL after a failure: \u0000 would end the text early everywhere else.
static const char *
copy_text(struct reader *reader, const unsigned char *bytes, size_t size)
{
    if (size > 0 && memchr(bytes, '\0', size) != NULL) {
        (void)fail_at(reader, reader->line, "a text holds the character \\u0000");
        return NULL;
    }
    return arena_strndup(reader->arena, size > 0 ? (const char *)bytes : "", size);
}

static int
on_text(void *context, const unsigned char *bytes, size_t size)
{
    struct reader *reader = context;
    const char *text = copy_text(reader, bytes, size);
    struct json_value *value = text != NULL ? add_value(reader, JSON_TEXT) : NULL;

    if (value == NULL)
        return 0;
    value->text = text;
    return 1;
}

static int
on_key(void *context, const unsigned char *bytes, size_t size)
{
    struct reader *reader = context;

    reader->key = copy_text(reader, bytes, size);
    reader->key_line = reader->line;
    return reader->key != NULL;
}

static int
open_value(struct reader *reader, enum json_kind kind)
{
    struct json_value *value;

    if (reader->depth == JSON_DEPTH_MAX)
        return error_set(reader->err, ERROR_CONFIG, "%s:%d: nested deeper than %d levels",
            reader->file_name, reader->line, JSON_DEPTH_MAX);
    value = add_value(reader, kind);
    if (value == NULL)
        return 0;
    reader->open[reader->depth] = value;
    reader->last[reader->depth] = NULL;
    reader->depth++;
    return 1;
}

static int
on_open_object(void *context)
{
    return open_value(context, JSON_OBJECT);
}

static int
on_open_list(void *context)
{
    return open_value(context, JSON_LIST);
}

static int
on_close_list(void *context)
{
    ((struct reader *)context)->depth--;
    return 1;
}

struct member {
    const struct json_value *value;
};

static int
compare_members(const void *a, const void *b)
{
    const struct json_value *x = ((const struct member *)a)->value;
    const struct json_value *y = ((const struct member *)b)->value;
    int order = strcmp(x->key, y->key);

    return order != 0 ? order : (x->key_line > y->key_line) - (x->key_line < y->key_line);
}

static bool
fail_duplicate(
    const struct reader *reader, const struct json_value *first, const struct json_value *second)
{
    char quoted[MESSAGE_QUOTED_SIZE];

    message_quote(second->key, quoted);
    return error_set(reader->err, ERROR_CONFIG,
        "%s:%d: the key %s is given twice, first in line %d", reader->file_name, second->key_line,
        quoted, first->key_line);
}

// Sorted, because an object may have many thousand members.
static bool
check_duplicates(const struct reader *reader, const struct json_value *object)
{
    struct member *members = mem_calloc(object->count + 1, sizeof *members);
    size_t count = 0;
    bool done = true;

    for (const struct json_value *child = object->children; child != NULL; child = child->next)
        members[count++].value = child;
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1; i < count && done; i++) {
        const struct json_value *first = members[i - 1].value;
        const struct json_value *second = members[i].value;

        if (second->key[0] != '_' && strcmp(first->key, second->key) == 0)
            done = fail_duplicate(reader, first, second);
    }
    free(members);
    return done;
}

static int
on_close_object(void *context)
{
    struct reader *reader = context;

    reader->depth--;
    return check_duplicates(reader, reader->open[reader->depth]);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_text,
    .yajl_start_map = on_open_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close_object,
    .yajl_start_array = on_open_list,
    .yajl_end_array = on_close_list,
};

// yajl does not look whether it got memory.
static void *
yajl_new(void *context, size_t size)
{
    (void)context;
    return mem_alloc(size);
}

static void *
yajl_grow(void *context, void *old, size_t size)
{
    (void)context;
    return mem_realloc(old, size, 1);
}

static void
yajl_drop(void *context, void *old)
{
    (void)context;
    free(old);
}

// yajl's words, and what to look at in the words of somebody who edits a file.
static const struct {
    const char *part;
    const char *hint;
} syntax_hints[] = {
    { "invalid object key", "A key is a text in double quotes, and no comma stands before a }." },
    { "trailing garbage", "Something follows the brace that closes the whole file." },
    { "premature EOF", "A brace, a bracket or a quote is opened but not closed." },
    { "after key and value", "A comma is missing, probably at the end of the line before." },
    { "after array element", "A comma or a ] is missing, probably at the end of the line before." },
    { "object key and value must", "A colon is missing between a key and its value." },
    { "probable comment", "JSON has no comments; a key that starts with _ is one: \"_\": \"...\"" },
    { "invalid char in json text", "Texts and keys stand in double quotes; there are no comments "
                                   "but keys that start with _." },
    { "invalid character inside string", "A text ends in the line it begins in; write \\n for a "
                                         "line end." },
    { "inside a string, '\\' occurs", "Write \\\\ for a backslash." },
    { "unallowed token", "Look for a comma too many, or a value that is missing." },
};

static bool
fail_syntax(struct reader *reader, yajl_handle parser)
{
    unsigned char *words = yajl_get_error(parser, 0, NULL, 0);
    const char *text = words != NULL ? (const char *)words : "unknown error";

    (void)error_set(reader->err, ERROR_CONFIG, "%s:%d: not well-formed JSON: %s", reader->file_name,
        reader->line, text);
    for (size_t i = 0; i < sizeof syntax_hints / sizeof syntax_hints[0]; i++) {
        if (strstr(text, syntax_hints[i].part) != NULL)
            (void)error_hint(reader->err, "%s", syntax_hints[i].hint);
    }
    if (words != NULL)
        yajl_free_error(parser, words);
    return false;
}

static bool
feed_lines(struct reader *reader, yajl_handle parser, const char *bytes, size_t size)
{
    yajl_status status = yajl_status_ok;

    for (size_t at = 0; at < size && status == yajl_status_ok;) {
        const char *end = memchr(bytes + at, '\n', size - at);
        size_t step = end != NULL ? (size_t)(end - bytes) + 1 - at : size - at;

        reader->line++;
        status = yajl_parse(parser, (const unsigned char *)bytes + at, step);
        at += step;
    }
    if (status == yajl_status_ok)
        status = yajl_complete_parse(parser);
    if (status == yajl_status_client_canceled)
        return false; // a callback filled err
    return status == yajl_status_ok || fail_syntax(reader, parser);
}

static int
line_of(const char *bytes, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++)
        line += bytes[i] == '\n';
    return line;
}

// The four digits of \uXXXX as a number; 0 when they are none (yajl refuses those).
static unsigned
escape_code(const char *bytes, size_t left)
{
    unsigned code = 0;

    if (left < 6 || bytes[0] != '\\' || bytes[1] != 'u')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        char c = bytes[i];

        if (c >= '0' && c <= '9')
            code = code * 16 + (unsigned)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            code = code * 16 + ((unsigned)c | 0x20) - 'a' + 10;
        else
            return 0;
    }
    return code;
}

// yajl puts a question mark for half a surrogate pair; a changed password would be hard to find.
static bool
check_surrogates(const struct reader *reader, const char *bytes, size_t size)
{
    for (size_t at = 0; at + 1 < size; at++) {
        unsigned code;

        if (bytes[at] != '\\')
            continue;
        code = escape_code(bytes + at, size - at);
        if (code >= 0xD800 && code <= 0xDBFF) {
            unsigned low = escape_code(bytes + at + 6, size - at - 6);

            if (low < 0xDC00 || low > 0xDFFF)
                return fail_at(reader, line_of(bytes, at),
                    "\\u escape: half a surrogate pair, not a character");
            at += 11;
        } else if (code >= 0xDC00 && code <= 0xDFFF) {
            return fail_at(
                reader, line_of(bytes, at), "\\u escape: half a surrogate pair, not a character");
        } else {
            at++; // what is escaped is no backslash of its own
        }
    }
    return true;
}

// JSON has four blanks. yajl takes form feeds for more of them; the others come from word
// processors and web pages, and nobody sees them.
static bool
is_false_blank(uint32_t character)
{
    return (character < 0x20 && strchr("\t\n\r", (int)character) == NULL) ||
           (character >= 0x7F && character <= 0xA0) || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200F) || character == 0x2028 ||
           character == 0x2029 || character == 0x202F || character == 0x205F ||
           character == 0x3000 || character == 0xFEFF;
}

static bool
fail_blank(const struct reader *reader, const char *bytes, size_t at, uint32_t character)
{
    size_t start = at;
    int column = 1;

    while (start > 0 && bytes[start - 1] != '\n')
        column += ((unsigned char)bytes[--start] & 0xC0) != 0x80;
    (void)error_set(reader->err, ERROR_CONFIG,
        "%s:%d: column %d: the character U+%04X between texts, which is no blank in JSON",
        reader->file_name, line_of(bytes, at), column, (unsigned)character);
    return error_hint(reader->err,
        "Put a plain blank in its place; only blanks, tabs and line ends may stand there.");
}

// `bytes` are UTF-8 without NUL.
static bool
check_blanks(const struct reader *reader, const char *bytes, size_t size)
{
    bool is_in_text = false;
    size_t step;

    for (size_t at = 0; at < size; at += step) {
        char piece[5] = ""; // the bytes end without a NUL
        uint32_t character;

        memcpy(piece, bytes + at, size - at < 4 ? size - at : 4);
        character = text_utf8_decode(piece, &step);
        if (is_in_text && character == '\\' && at + 1 < size)
            step = 2;
        else if (character == '"')
            is_in_text = !is_in_text;
        else if (!is_in_text && is_false_blank(character))
            return fail_blank(reader, bytes, at, character);
    }
    return true;
}

static bool
is_empty(const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size &&
           (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n'))
        at++;
    return at == size;
}

static bool
check_bytes(const struct reader *reader, const char *bytes, size_t size)
{
    size_t valid = text_utf8_valid_size(bytes, size);

    if (is_empty(bytes, size))
        return fail_at(reader, 1, "the file is empty");
    if (size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
        return fail_at(reader, 1, "the file is UTF-16; save it as UTF-8");
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return fail_at(
            reader, 1, "the file begins with a byte order mark; save it as UTF-8 without one");
    if (valid < size && bytes[valid] == '\0')
        return fail_at(reader, line_of(bytes, valid), "the file holds a NUL byte");
    if (valid < size)
        return fail_at(reader, line_of(bytes, valid), "a byte that is not UTF-8");
    return check_surrogates(reader, bytes, size) && check_blanks(reader, bytes, size);
}

bool
json_read(struct arena *arena, const char *file_name, const char *bytes, size_t size,
    const struct json_value **root, struct error *err)
{
    struct reader reader = { .arena = arena, .file_name = file_name, .err = err };
    yajl_alloc_funcs memory = { .malloc = yajl_new, .realloc = yajl_grow, .free = yajl_drop };
    yajl_handle parser;
    bool done;

    if (!check_bytes(&reader, bytes, size))
        return false;
    parser = yajl_alloc(&callbacks, &memory, &reader);
    done = feed_lines(&reader, parser, bytes, size);
    yajl_free(parser);
    *root = reader.root;
    return done;
}

const char *
json_kind_words(enum json_kind kind)
{
    static const char *const words[] = { "null", "true or false", "a number", "a text", "a list",
        "an object" };

    return words[kind];
}
