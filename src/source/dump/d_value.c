#include "source/dump/d_value.h"

#include "base/text.h"
#include "source/dump/d_number.h"

#include <string.h>
#include <strings.h>

enum {
    CHARACTER_MAX = 32000, // bytes of a character value in OpenEdge
    UTF8_MAX = 4,          // bytes in UTF-8 that a byte of another code page may become
};

static const struct {
    const char *word;
    enum d_type type;
} types[] = {
    { "character", D_TEXT },
    { "integer", D_INTEGER },
    { "int64", D_INT64 },
    { "recid", D_INT64 },
    { "decimal", D_DECIMAL },
    { "logical", D_LOGICAL },
    { "date", D_DATE },
    { "datetime", D_DATETIME },
    { "datetime-tz", D_DATETIME_TZ },
    { "raw", D_RAW },
    { "blob", D_BLOB },
    { "clob", D_CLOB },
};

bool
d_type_find(const char *word, enum d_type *type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (text_equal_nocase(types[i].word, word)) {
            *type = types[i].type;
            return true;
        }
    }
    return false;
}

const char *
d_type_name(enum d_type type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type)
            return types[i].word;
    }
    return "";
}

void
d_conversion_init(struct d_conversion *conversion, struct d_form *form, bool is_crlf)
{
    *conversion = (struct d_conversion){ .form = form, .is_crlf = is_crlf };
    buffer_init(&conversion->texts, SIZE_MAX / 2);
    buffer_init(&conversion->scratch, SIZE_MAX / 2);
}

void
d_conversion_release(struct d_conversion *conversion)
{
    buffer_release(&conversion->texts);
    buffer_release(&conversion->scratch);
}

// An element of an array is escaped (twice its size), and a number may be padded.
size_t
d_value_room(size_t word_count, size_t size, int scale_max)
{
    size_t padding = scale_max > 0 ? (size_t)scale_max : 0;

    return (size_t)2 * UTF8_MAX * size + word_count * (padding + 64) + D_NUMBER_MAX;
}

// --- texts

// Without doubled quotes, and without the file's carriage returns.
static struct cell
unquote(struct d_conversion *conversion, const struct d_word *word)
{
    struct buffer *scratch = &conversion->scratch;
    bool has_returns =
        conversion->is_crlf && word->size > 0 && memchr(word->bytes, '\r', word->size) != NULL;

    if (!word->is_doubled && !has_returns)
        return (struct cell){ word->bytes, word->size };
    buffer_clear(scratch);
    for (size_t i = 0; i < word->size; i++) {
        bool is_return = has_returns && word->bytes[i] == '\r' && i + 1 < word->size &&
                         word->bytes[i + 1] == '\n';

        conversion->returns += is_return;
        if (!is_return)
            (void)buffer_append_byte(scratch, word->bytes[i]);
        i += word->bytes[i] == '"';
    }
    return (struct cell){ buffer_text(scratch), scratch->size };
}

// Appends the text in UTF-8 to `texts`.
static enum d_verdict
append_text(struct d_conversion *conversion, const struct cell *text)
{
    struct d_form *form = conversion->form;
    size_t before = conversion->texts.size;

    if (text->size > CHARACTER_MAX)
        return D_TOO_LONG;
    if (!form->has_page && !dump_page_is_ascii(text->bytes, text->size))
        return D_NO_PAGE;
    if (dump_page_convert(&form->page, text->bytes, text->size, &conversion->texts))
        return D_FITS;
    conversion->texts.size = before;
    return D_NO_CHARACTERS;
}

// True when the bytes are the text in UTF-8 already.
static bool
is_plain(const struct d_form *form, const struct cell *text)
{
    return form->has_page ? dump_page_is_plain(&form->page, text->bytes, text->size)
                          : dump_page_is_ascii(text->bytes, text->size);
}

static enum d_verdict
read_text(struct d_conversion *conversion, const struct d_word *word, struct cell *cell)
{
    struct cell text = unquote(conversion, word);
    size_t start = conversion->texts.size;
    enum d_verdict verdict;

    if (text.bytes == word->bytes && text.size <= CHARACTER_MAX &&
        is_plain(conversion->form, &text)) {
        *cell = text;
        return D_FITS;
    }
    verdict = append_text(conversion, &text);
    *cell =
        (struct cell){ buffer_text(&conversion->texts) + start, conversion->texts.size - start };
    return verdict;
}

// --- all others

static size_t
read_logical(const struct cell *text, bool is_element, char *out)
{
    static const char *const words[] = { "no", "yes", "false", "true" };
    static const char *const canonical[] = { "false", "true" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == text->size && strncasecmp(words[i], text->bytes, text->size) == 0)
            return text_print(
                out, D_NUMBER_MAX, "%s", is_element ? (i % 2 == 1 ? "1" : "0") : canonical[i % 2]);
    }
    return 0;
}

static size_t
read_number(const struct d_conversion *conversion, enum d_type type, int scale, bool is_element,
    const struct cell *text, char *out)
{
    const struct d_form *form = conversion->form;

    switch (type) {
    case D_INTEGER:
    case D_INT64:
        return d_number_integer(type == D_INT64, text->bytes, text->size, out);
    case D_DECIMAL:
        return d_number_decimal(form->point, scale, text->bytes, text->size, out);
    case D_LOGICAL:
        return read_logical(text, is_element, out);
    case D_DATE:
        return d_number_date(form, is_element, text->bytes, text->size, out);
    case D_DATETIME:
    case D_DATETIME_TZ:
        return d_number_stamp(type == D_DATETIME_TZ, text->bytes, text->size, out);
    default:
        return 0;
    }
}

static bool
is_plain_number(const struct d_form *form, enum d_type type, int scale, const struct cell *text)
{
    if (type == D_INTEGER || type == D_INT64)
        return d_number_is_plain_integer(type == D_INT64, text->bytes, text->size);
    return type == D_DECIMAL &&
           d_number_is_plain_decimal(form->point, scale, text->bytes, text->size);
}

static int
base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

// Appends the bytes that the text means. False: it is no base64.
static bool
append_base64(struct buffer *out, const struct cell *text)
{
    size_t size = text->size;
    unsigned bits = 0;

    while (size > 0 && text->size - size < 2 && text->bytes[size - 1] == '=')
        size--;
    if (text->size % 4 != 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        int digit = base64_digit(text->bytes[i]);

        if (digit < 0)
            return false;
        bits = (bits << 6 | (unsigned)digit) & 0xFFFFFF;
        if (i % 4 != 0)
            (void)buffer_append_byte(out, (char)(bits >> (6 - 2 * (i % 4))));
    }
    return true;
}

// ABL writes "02" and the size as four hexadecimal digits in front of the base64. That is none
// itself, for its size is no multiple of four then. Returns the size; -1: there is no such head.
static int
take_raw_head(struct cell *text)
{
    enum { KIND = 2, HEAD = 6 };
    char high;
    char low;

    if (text->size % 4 != HEAD % 4 || text->size < HEAD || memcmp(text->bytes, "02", KIND) != 0 ||
        !text_parse_hex_byte(text->bytes + KIND, &high) ||
        !text_parse_hex_byte(text->bytes + KIND + 2, &low))
        return -1;
    text->bytes += HEAD;
    text->size -= HEAD;
    return (unsigned char)high << 8 | (unsigned char)low;
}

// What the head counts is not documented: either the bytes, or the characters that stand for them.
static bool
is_as_told(int told, size_t bytes, size_t characters)
{
    return told < 0 || (size_t)told == bytes || (size_t)told == characters;
}

static enum d_verdict
read_raw(struct d_conversion *conversion, const struct d_word *word, struct cell *cell)
{
    struct cell text = { word->bytes, word->size };
    int told = take_raw_head(&text);
    struct buffer *texts = &conversion->texts;
    size_t start = texts->size;

    if (word->is_doubled || !append_base64(texts, &text) ||
        !is_as_told(told, texts->size - start, text.size)) {
        texts->size = start;
        return D_NO_VALUE;
    }
    *cell = (struct cell){ buffer_text(texts) + start, texts->size - start };
    return D_FITS;
}

static bool
is_null(const struct d_word *word)
{
    return !word->is_quoted && word->size == 1 && word->bytes[0] == '?';
}

enum d_verdict
d_value_read(struct d_conversion *conversion, enum d_type type, int scale,
    const struct d_word *word, struct cell *cell)
{
    const struct cell text = { word->bytes, word->size };
    struct buffer *texts = &conversion->texts;
    char out[D_NUMBER_MAX];
    size_t size;

    *cell = (struct cell){ NULL, 0 };
    if (is_null(word))
        return D_FITS;
    if (type == D_TEXT || type == D_BLOB || type == D_CLOB)
        return read_text(conversion, word, cell);
    if (type == D_RAW)
        return read_raw(conversion, word, cell);
    if (type == D_DATE && !conversion->form->has_dates)
        return D_NO_DATES;
    if (is_plain_number(conversion->form, type, scale, &text)) {
        *cell = text;
        return D_FITS;
    }
    size = read_number(conversion, type, scale, false, &text, out);
    if (size == 0)
        return D_NO_VALUE;
    if (size == text.size && memcmp(out, text.bytes, size) == 0) {
        *cell = text;
        return D_FITS;
    }
    (void)buffer_append(texts, out, size);
    *cell = (struct cell){ buffer_text(texts) + texts->size - size, size };
    return D_FITS;
}

// --- arrays

// A tilde stands before what would be misread: OpenEdge's older rule, and what was seen at a site.
static void
append_escaped(struct buffer *texts, const char *bytes, size_t size)
{
    if (size == 1 && bytes[0] == '?')
        (void)buffer_append_byte(texts, '~');
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == ';' || bytes[i] == '~')
            (void)buffer_append_byte(texts, '~');
        (void)buffer_append_byte(texts, bytes[i]);
    }
}

// The text is converted behind its place, and moved there with its escapes.
static enum d_verdict
append_text_element(struct d_conversion *conversion, const struct d_word *word)
{
    struct buffer *texts = &conversion->texts;
    struct buffer *scratch = &conversion->scratch;
    struct cell text = unquote(conversion, word);
    size_t start = texts->size;
    enum d_verdict verdict = append_text(conversion, &text);

    if (verdict != D_FITS)
        return verdict;
    buffer_clear(scratch);
    (void)buffer_append(scratch, texts->bytes + start, texts->size - start);
    texts->size = start;
    append_escaped(texts, buffer_text(scratch), scratch->size);
    return D_FITS;
}

static enum d_verdict
append_element(struct d_conversion *conversion, enum d_type type, const struct d_word *word)
{
    const struct cell text = { word->bytes, word->size };
    char out[D_NUMBER_MAX];
    size_t size;

    if (is_null(word)) {
        (void)buffer_append_byte(&conversion->texts, '?');
        return D_FITS;
    }
    if (type == D_TEXT)
        return append_text_element(conversion, word);
    if (type == D_DATE && !conversion->form->has_dates)
        return D_NO_DATES;
    size = read_number(conversion, type, -1, true, &text, out);
    if (size == 0)
        return D_NO_VALUE;
    (void)buffer_append(&conversion->texts, out, size);
    return D_FITS;
}

enum d_verdict
d_value_join(struct d_conversion *conversion, enum d_type type, const struct d_word *words,
    size_t count, struct cell *cell)
{
    struct buffer *texts = &conversion->texts;
    size_t start = texts->size;

    *cell = (struct cell){ NULL, 0 };
    for (size_t i = 0; i < count; i++) {
        enum d_verdict verdict;

        if (i > 0)
            (void)buffer_append_byte(texts, ';');
        verdict = append_element(conversion, type, &words[i]);
        if (verdict != D_FITS) {
            texts->size = start;
            return verdict;
        }
    }
    *cell = (struct cell){ buffer_text(texts) + start, texts->size - start };
    return D_FITS;
}
