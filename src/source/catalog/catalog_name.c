// Names on their way to a catalogue, and back.
#include "base/buffer.h"
#include "source/catalog/catalog_read.h"

#include <string.h>

static void
append_quoted(struct buffer *out, const char *text)
{
    (void)buffer_append_byte(out, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'')
            (void)buffer_append_byte(out, '\'');
        (void)buffer_append_byte(out, *p);
    }
    (void)buffer_append_byte(out, '\'');
}

// An expression may be empty: products without schemas have none for it.
static void
append_condition(struct buffer *out, const char *expression, size_t size,
    product_append_text *append_text, const char *name)
{
    if (size == 0)
        return;
    (void)buffer_append_text(out, " AND ");
    (void)buffer_append(out, expression, size);
    (void)buffer_append_text(out, " = ");
    append_text(out, name);
}

void
catalog_append_query(
    struct buffer *out, const char *sql, product_append_text *append_text, const struct table *one)
{
    const char *open;

    if (append_text == NULL)
        append_text = append_quoted;
    for (; (open = strchr(sql, '{')) != NULL; sql = strchr(open, '}') + 1) {
        const char *comma = strchr(open, ',');
        const char *close = strchr(open, '}');

        (void)buffer_append(out, sql, (size_t)(open - sql));
        if (one == NULL)
            continue;
        append_condition(out, open + 1, (size_t)(comma - open - 1), append_text, one->schema);
        append_condition(out, comma + 1, (size_t)(close - comma - 1), append_text, one->name);
    }
    (void)buffer_append_text(out, sql);
}

void
catalog_append_pattern(struct buffer *out, const char *escape, const char *name)
{
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '_' || *p == '%' || (escape[0] != '\0' && *p == escape[0]))
            (void)buffer_append_text(out, escape);
        (void)buffer_append_byte(out, *p);
    }
}

bool
catalog_is_asked(const char *asked, const char *answer)
{
    return answer == NULL || asked == NULL || asked[0] == '\0' || strcmp(asked, answer) == 0;
}
