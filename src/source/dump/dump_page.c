#include "source/dump/dump_page.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 256, ASCII = 128, CHARACTER_MAX = 16 };

bool
dump_page_is_unknown(const char *name)
{
    return name == NULL || name[0] == '\0' || strcmp(name, "?") == 0 ||
           text_equal_nocase(name, "undefined");
}

// --- names

// Those of which iconv knows another name than what the rules below make of them.
static const struct {
    const char *name;
    const char *iconv;
} names[] = {
    { "roman-8", "HP-ROMAN8" },
    { "620-2533", "TIS-620" },
    { "koi8-r", "KOI8-R" },
    { "koi8-ru", "KOI8-RU" },
    { "shift-jis", "CP932" },
    { "eucjis", "EUC-JP" },
    { "gb2312", "GBK" },
    { "big-5", "CP950" },
    { "ksc5601", "CP949" },
};

static void
name_for_iconv(const char *name, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_equal_nocase(names[i].name, name)) {
            (void)text_print(out, size, "%s", names[i].iconv);
            return;
        }
    }
    if (text_match("125?", name) || text_match("874", name))
        (void)text_print(out, size, "CP%s", name);
    else if (text_match("ibm???", name))
        (void)text_print(out, size, "CP%s", name + strlen("ibm"));
    else if (text_match("iso8859-*", name))
        (void)text_print(out, size, "ISO-8859-%s", name + strlen("iso8859-"));
    else
        (void)text_print(out, size, "%s", name);
}

// --- what its bytes mean

// Bytes that one character takes in UTF-8; 0: `from` begins none. *is_begun: it is the beginning of
// one.
static size_t
convert_one(iconv_t conversion, char byte, char *out, bool *is_begun)
{
    char in[1] = { byte };
    char *from = in;
    char *to = out;
    size_t left = 1;
    size_t room = CHARACTER_MAX;

    (void)iconv(conversion, NULL, NULL, NULL, NULL);
    if (iconv(conversion, &from, &left, &to, &room) == (size_t)-1) {
        *is_begun |= errno == EINVAL;
        return 0;
    }
    // What is held back until the next character is known.
    if (iconv(conversion, NULL, NULL, &to, &room) == (size_t)-1)
        return 0;
    return (size_t)(to - out);
}

// False when the page is no superset of ASCII. *is_single: no character has more than one byte.
static bool
learn(iconv_t conversion, struct dump_character *single, bool *is_single)
{
    bool is_begun = false;

    *is_single = true;
    for (int byte = 0; byte < BYTES; byte++) {
        char out[CHARACTER_MAX];
        size_t size = convert_one(conversion, (char)byte, out, &is_begun);

        if (byte > 0 && byte < ASCII && (size != 1 || out[0] != (char)byte))
            return false;
        if (byte == 0)
            size = 0;
        if (size > sizeof single->bytes)
            *is_single = false;
        else {
            memcpy(single[byte].bytes, out, size);
            single[byte].size = (uint8_t)size;
        }
    }
    *is_single &= !is_begun;
    return true;
}

bool
dump_page_open(const char *name, struct dump_page *page)
{
    char known[64];
    iconv_t conversion;
    bool is_single = false;
    bool is_usable;

    *page = (struct dump_page){ 0 };
    if (text_equal_nocase(name, "utf-8") || text_equal_nocase(name, "utf8"))
        return true;
    name_for_iconv(name, known, sizeof known);
    conversion = iconv_open("UTF-8", known);
    if (conversion == (iconv_t)-1) // NOLINT(performance-no-int-to-ptr): as iconv defines it
        return false;
    page->single = mem_calloc(BYTES, sizeof *page->single);
    page->conversion = conversion;
    is_usable = learn(conversion, page->single, &is_single);
    if (is_usable && is_single) {
        (void)iconv_close(conversion);
        page->conversion = NULL;
    } else {
        free(page->single);
        page->single = NULL;
    }
    if (!is_usable)
        dump_page_close(page);
    return is_usable;
}

void
dump_page_close(struct dump_page *page)
{
    free(page->single);
    if (page->conversion != NULL)
        (void)iconv_close(page->conversion);
    *page = (struct dump_page){ 0 };
}

// --- converting

// Leading bytes from 1 to 127, eight at a time: a byte is beyond when its highest bit is set, and
// one that is 0 borrows from it.
static size_t
ascii_size(const char *bytes, size_t size)
{
    static const uint64_t highest = UINT64_C(0x8080808080808080);
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;

    for (; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t)) {
        uint64_t eight;

        memcpy(&eight, bytes + i, sizeof eight);
        if (((eight | (eight - ones)) & highest) != 0)
            break;
    }
    while (i < size && bytes[i] != '\0' && (unsigned char)bytes[i] < ASCII)
        i++;
    return i;
}

bool
dump_page_is_ascii(const char *bytes, size_t size)
{
    return ascii_size(bytes, size) == size;
}

static bool
is_utf8(const struct dump_page *page)
{
    return page->single == NULL && page->conversion == NULL;
}

bool
dump_page_is_plain(const struct dump_page *page, const char *bytes, size_t size)
{
    size_t plain = ascii_size(bytes, size);

    return plain == size ||
           (is_utf8(page) && text_utf8_valid_size(bytes + plain, size - plain) == size - plain);
}

// Each returns how many bytes were converted, up to the first that is no character.
static size_t
convert_single(const struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8)
{
    size_t i = 0;

    while (i < size) {
        size_t plain = ascii_size(bytes + i, size - i);
        const struct dump_character *character;

        (void)buffer_append(utf8, bytes + i, plain);
        i += plain;
        if (i == size)
            break;
        character = &page->single[(unsigned char)bytes[i]];
        if (character->size == 0)
            break;
        (void)buffer_append(utf8, character->bytes, character->size);
        i++;
    }
    return i;
}

static size_t
convert_by_iconv(const struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8)
{
    char *from = (char *)(uintptr_t)bytes; // iconv does not write there
    const char *nul = memchr(bytes, '\0', size);
    size_t wanted = nul != NULL ? (size_t)(nul - bytes) : size;
    size_t left = wanted;
    char out[1024];

    (void)iconv(page->conversion, NULL, NULL, NULL, NULL);
    while (left > 0) {
        char *to = out;
        size_t room = sizeof out;
        size_t done = iconv(page->conversion, &from, &left, &to, &room);

        (void)buffer_append(utf8, out, sizeof out - room);
        if (done == (size_t)-1 && errno != E2BIG)
            break;
    }
    if (left == 0) {
        char *to = out;
        size_t room = sizeof out;

        (void)iconv(page->conversion, NULL, NULL, &to, &room);
        (void)buffer_append(utf8, out, sizeof out - room);
    }
    return wanted - left;
}

static size_t
convert(struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8)
{
    size_t valid;

    if (page->single != NULL)
        return convert_single(page, bytes, size, utf8);
    if (page->conversion != NULL)
        return convert_by_iconv(page, bytes, size, utf8);
    valid = ascii_size(bytes, size);
    if (valid < size)
        valid += text_utf8_valid_size(bytes + valid, size - valid);
    (void)buffer_append(utf8, bytes, valid);
    return valid;
}

bool
dump_page_convert(struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8)
{
    return convert(page, bytes, size, utf8) == size && !utf8->failed;
}

bool
dump_page_convert_all(struct dump_page *page, const char *bytes, size_t size, struct buffer *utf8)
{
    static const char replacement[] = "\xEF\xBF\xBD";

    while (size > 0) {
        size_t done = convert(page, bytes, size, utf8);

        if (done < size) {
            (void)buffer_append(utf8, replacement, sizeof replacement - 1);
            done++;
        }
        bytes += done;
        size -= done;
    }
    return !utf8->failed;
}
