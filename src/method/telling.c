#include "method/telling.h"

#include "base/text.h"

void
telling_value(struct buffer *out, const struct cell *start, size_t size)
{
    size_t shown = start->size < TELLING_BYTES ? start->size : TELLING_BYTES;

    if (start->bytes == NULL) {
        buffer_append_text(out, "NULL");
        return;
    }
    while (shown > 0 && shown < start->size && ((unsigned char)start->bytes[shown] & 0xC0) == 0x80)
        shown--;
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < shown; i++)
        buffer_append_byte(
            out, (char)((unsigned char)start->bytes[i] < 0x20 ? ' ' : start->bytes[i]));
    buffer_append_text(out, shown < size ? "…\"" : "\"");
}

void
telling_source_value(struct buffer *out, enum value_kind kind, const struct cell *value)
{
    char hex[TELLING_BYTES + 1];
    size_t used;

    if (value->bytes == NULL ||
        (kind != VALUE_BINARY && text_utf8_valid_size(value->bytes, value->size) == value->size)) {
        telling_value(out, value, value->size);
        return;
    }
    used = text_print(hex, sizeof hex, "\\x");
    for (size_t i = 0; i < value->size && used + 2 < sizeof hex; i++, used += 2)
        (void)text_print(hex + used, sizeof hex - used, "%02x", (unsigned char)value->bytes[i]);
    telling_value(out, &(struct cell){ .bytes = hex, .size = used }, 2 + 2 * value->size);
}

void
telling_key(struct buffer *out, const struct table *table, const struct cell *key_values)
{
    const struct key *key = table->key;

    for (size_t i = 0; key != NULL && key_values != NULL && i < key->column_count; i++) {
        buffer_printf(out, "%s%s=", i > 0 ? " " : "", table->columns[key->columns[i]].name);
        telling_value(out, &key_values[i], key_values[i].size);
    }
}
