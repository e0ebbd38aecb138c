#include "source/stamp.h"

#include "base/text.h"
#include "source/product/product.h"

#include <string.h>

bool
source_read_clock(struct source *source, struct arena *arena, struct stamp_clock *clock)
{
    const struct product *product = product_find(source_identity(source)->product);

    *clock = (struct stamp_clock){ 0 };
    if (product->stamps.local_clock == NULL)
        return false;
    clock->local = arena_strdup(arena, source_ask(source, product->stamps.local_clock));
    if (product->probes.clock != NULL)
        (void)!text_parse_integer(
            source_ask(source, product->probes.clock), 0, INT64_MAX, &clock->utc_ms);
    if (product->stamps.oldest_open != NULL)
        clock->is_open_known = text_parse_integer(
            source_ask(source, product->stamps.oldest_open), 0, INT64_MAX, &clock->oldest_open_ms);
    return clock->local[0] != '\0';
}

static void
append_name(struct buffer *sql, char quote, const char *name)
{
    (void)buffer_append_byte(sql, quote);
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == quote)
            (void)buffer_append_byte(sql, quote);
        (void)buffer_append_byte(sql, *p);
    }
    (void)buffer_append_byte(sql, quote);
}

// Stamps are digits and signs.
static void
append_stamp(const struct product *product, struct buffer *sql, const struct column *column,
    const char *stamp)
{
    const char *form =
        column->kind == VALUE_DATE ? product->stamps.date : product->stamps.timestamp;

    for (const char *p = form != NULL ? form : "'$'"; *p != '\0'; p++) {
        if (*p == '$')
            (void)buffer_append_text(sql, stamp);
        else
            (void)buffer_append_byte(sql, *p);
    }
}

void
source_append_window(const struct source *source, struct buffer *sql, const struct column *column,
    const struct stamp_window *window)
{
    const struct product *product = product_find(source_identity(source)->product);
    char quote = source_capabilities(source).name_quote;

    (void)buffer_append_byte(sql, '(');
    append_name(sql, quote, column->name);
    (void)buffer_append_text(sql, " >= ");
    append_stamp(product, sql, column, window->low);
    (void)buffer_append_text(sql, " AND ");
    append_name(sql, quote, column->name);
    (void)buffer_append_text(sql, " <= ");
    append_stamp(product, sql, column, window->bound);
    (void)buffer_append_text(sql, ") OR ");
    append_name(sql, quote, column->name);
    (void)buffer_append_text(sql, " IS NULL");
}
