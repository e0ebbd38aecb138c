#include "report/figures.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

// 1.2, 12, 123 with a suffix; rounded down, so that nothing is said to be more than it is.
static void
shorten(char text[FIGURE_SIZE], int64_t number, const char *gap, const char *unit)
{
    static const char *const suffixes[] = { "", "k", "M", "G", "T", "P", "E" };
    int64_t scale = 1;
    size_t suffix = 0;

    while (number / scale >= 1000) {
        scale *= 1000;
        suffix++;
    }
    if (suffix > 0 && number / scale < 10)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 ".%" PRId64 "%s%s%s", number / scale,
            number % scale / (scale / 10), gap, suffixes[suffix], unit);
    else
        (void)text_print(
            text, FIGURE_SIZE, "%" PRId64 "%s%s%s", number / scale, gap, suffixes[suffix], unit);
}

void
figure_count(char text[FIGURE_SIZE], int64_t count)
{
    if (count < 0)
        (void)text_print(text, FIGURE_SIZE, "?");
    else
        shorten(text, count, "", "");
}

void
figure_bytes(char text[FIGURE_SIZE], int64_t size_bytes)
{
    if (size_bytes < 0)
        (void)text_print(text, FIGURE_SIZE, "?");
    else
        shorten(text, size_bytes, " ", "B");
}

void
figure_clock(char text[FIGURE_SIZE], int64_t duration_ms)
{
    int64_t seconds = duration_ms / 1000;

    text[0] = '\0';
    if (duration_ms < 0)
        return;
    if (seconds < 3600)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 ":%02" PRId64, seconds / 60, seconds % 60);
    else if (seconds < 36000)
        (void)text_print(
            text, FIGURE_SIZE, "%" PRId64 "h%02" PRId64 "m", seconds / 3600, seconds / 60 % 60);
    else if (seconds < INT64_C(100) * 3600)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 "h", seconds / 3600);
    else
        (void)text_print(
            text, FIGURE_SIZE, "%" PRId64 "d", seconds / 86400 < 9999 ? seconds / 86400 : 9999);
}

void
figure_age(char text[FIGURE_SIZE], int64_t duration_ms)
{
    int64_t seconds = duration_ms > 0 ? duration_ms / 1000 : 0;

    if (seconds < 120)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 " s", seconds);
    else if (seconds < INT64_C(2) * 3600)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 " min", seconds / 60);
    else if (seconds < INT64_C(72) * 3600)
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 " h", seconds / 3600);
    else
        (void)text_print(text, FIGURE_SIZE, "%" PRId64 " d", seconds / 86400);
}

void
figure_percent(char text[FIGURE_SIZE], int64_t count, int64_t of)
{
    double percent;

    text[0] = '\0';
    if (of <= 0 || count > of || count < 0)
        return;
    percent = 100.0 * (double)count / (double)of;
    if (percent >= 99.95)
        (void)text_print(text, FIGURE_SIZE, "~100%%");
    else
        (void)text_print(text, FIGURE_SIZE, "~%.1f%%", percent);
}

// ---- columns -----------------------------------------------------------------------------------

struct range {
    uint32_t first;
    uint32_t last;
};

static bool
is_in(const struct range *ranges, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    }
    return false;
}

// Blocks, not single characters: enough for names of tables. After Unicode's EastAsianWidth.txt
// (classes W and F) and the general categories Mn, Me and Cf.
static size_t
columns_of(uint32_t character)
{
    static const struct range none[] = { { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD },
        { 0x0610, 0x061A }, { 0x064B, 0x065F }, { 0x200B, 0x200F }, { 0x202A, 0x202E },
        { 0x2060, 0x2064 }, { 0x20D0, 0x20F0 }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
        { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF } };
    static const struct range two[] = { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0x33FF },
        { 0x3400, 0x4DBF }, { 0x4E00, 0x9FFF }, { 0xA000, 0xA4CF }, { 0xAC00, 0xD7A3 },
        { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 },
        { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1FAFF }, { 0x20000, 0x3FFFD } };

    if (character < 0x300)
        return 1;
    if (is_in(none, sizeof none / sizeof none[0], character))
        return 0;
    return is_in(two, sizeof two / sizeof two[0], character) ? 2 : 1;
}

// One character as it may be shown: what could move the cursor is a '?'.
static size_t
next_character(const char **text, const char **shown, size_t *shown_size)
{
    uint32_t character = text_utf8_decode(*text, shown_size);
    bool is_bad = character < 0x20 || (character >= 0x7f && character < 0xa0) ||
                  (*shown_size == 1 && (unsigned char)**text >= 0x80) ||
                  (character >= 0x202A && character <= 0x202E) ||
                  (character >= 0x2066 && character <= 0x2069);

    *shown = is_bad ? "?" : *text;
    *text += *shown_size;
    if (!is_bad)
        return columns_of(character);
    *shown_size = 1;
    return 1;
}

size_t
figure_width(const char *text)
{
    size_t width = 0;
    const char *shown;
    size_t size;

    while (*text != '\0')
        width += next_character(&text, &shown, &size);
    return width;
}

static void
append_blanks(struct buffer *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_append_byte(out, ' ');
}

// As many characters as fit `width` columns; returns the columns used.
static size_t
append_within(struct buffer *out, const char *text, size_t width)
{
    size_t used = 0;

    while (*text != '\0') {
        const char *shown;
        size_t size;
        size_t columns = next_character(&text, &shown, &size);

        if (used + columns > width)
            break;
        buffer_append(out, shown, size);
        used += columns;
    }
    return used;
}

void
figure_fit(struct buffer *out, const char *text, size_t width)
{
    size_t used;

    if (width == 0)
        return;
    if (figure_width(text) <= width) {
        used = append_within(out, text, width);
    } else {
        used = append_within(out, text, width - 1) + 1;
        buffer_append_byte(out, '~');
    }
    append_blanks(out, width - used);
}

void
figure_fit_right(struct buffer *out, const char *text, size_t width)
{
    size_t size = strlen(text);

    if (size > width) {
        text += size - width;
        size = width;
    }
    append_blanks(out, width - size);
    buffer_append(out, text, size);
}

void
figure_append(struct buffer *out, const char *text)
{
    append_within(out, text, SIZE_MAX / 2);
}
