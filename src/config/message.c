#include "config/message.h"

#include "base/text.h"

#include <string.h>

enum { QUOTED_BYTES = 60 };

static bool
is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character <= 0x9F) ||
           (character >= 0x200B && character <= 0x200F) ||
           (character >= 0x2028 && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0xFEFF;
}

void
message_quote(const char *text, char *quoted)
{
    size_t end = text_utf8_prefix(text, QUOTED_BYTES);
    char *out = quoted;

    *out++ = '"';
    for (size_t at = 0; at < end;) {
        size_t size;
        uint32_t character = text_utf8_decode(text + at, &size);

        if (is_control(character) || (size == 1 && character >= 0x80)) {
            *out++ = '?';
        } else {
            memcpy(out, text + at, size);
            out += size;
        }
        at += size;
    }
    if (text[end] != '\0') {
        memcpy(out, "...", 3);
        out += 3;
    }
    *out++ = '"';
    *out = '\0';
}

bool
message_near(struct error *err, const char *plural, const char *text, const char *const *candidates,
    size_t count)
{
    const char *nearest = text_nearest(text, candidates, count);
    char list[256];

    if (nearest != NULL)
        return error_hint(err, "Did you mean %s?", nearest);
    message_list(candidates, count, list, sizeof list);
    return error_hint(err, "Known %s: %s.", plural, list);
}

void
message_list(const char *const *words, size_t count, char *list, size_t size)
{
    size_t used = 0;

    list[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *gap = i == 0 ? "" : i + 1 == count ? " or " : ", ";

        // Better a shorter list than half a word.
        if (used + strlen(gap) + strlen(words[i]) >= size)
            return;
        used += text_print(list + used, size - used, "%s%s", gap, words[i]);
    }
}
