#include "target/array_value.h"

#include "model/element_text.h"
#include "target/native_value.h"

#include <string.h>
#include <strings.h>

// What array_out puts into quotes: what array_in would read as something else.
static bool
needs_quotes(const struct cell *element)
{
    static const char special[] = "\"\\{}, \t\n\r\v\f";
    static const char null[] = "NULL";

    if (element->size == 0 ||
        (element->size == sizeof null - 1 && strncasecmp(element->bytes, null, element->size) == 0))
        return true;
    for (size_t i = 0; i < element->size; i++) {
        if (memchr(special, element->bytes[i], sizeof special - 1) != NULL)
            return true;
    }
    return false;
}

static void
append_element(struct buffer *out, const struct cell *element)
{
    if (!needs_quotes(element)) {
        (void)buffer_append(out, element->bytes, element->size);
        return;
    }
    (void)buffer_append_byte(out, '"');
    for (size_t i = 0; i < element->size; i++) {
        if (element->bytes[i] == '"' || element->bytes[i] == '\\')
            (void)buffer_append_byte(out, '\\');
        (void)buffer_append_byte(out, element->bytes[i]);
    }
    (void)buffer_append_byte(out, '"');
}

static bool
is_of_type(const struct mirror_type *array, const struct cell *element)
{
    struct mirror_type type = *array;
    struct native_value value;

    type.is_array = false;
    return native_read(&type, element, &value);
}

bool
array_value_append(const struct column *column, const struct cell *text, struct buffer *out)
{
    struct element_reader reader;
    struct buffer element;
    bool is_unknown;
    bool fits = true;
    int count = 0;

    buffer_init(&element, out->cap);
    element_reader_start(&reader, column->array.element, text);
    (void)buffer_append_byte(out, '{');
    for (; fits && element_reader_next(&reader, &element, &is_unknown); count++) {
        struct cell value = { buffer_text(&element), element.size };

        (void)buffer_append_text(out, count > 0 ? "," : "");
        fits = is_unknown || is_of_type(&column->held, &value);
        // In arrays truth is printed in one letter.
        if (column->held.base == MIRROR_BOOL && value.size > 0)
            value.size = 1;
        if (is_unknown)
            (void)buffer_append_text(out, "NULL");
        else
            append_element(out, &value);
        buffer_clear(&element);
    }
    (void)buffer_append_byte(out, '}');
    fits = fits && count == column->array.extent && !element.failed && !out->failed;
    buffer_release(&element);
    return fits;
}
