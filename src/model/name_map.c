// Names come from the source and are hostile: of any length, in any script, possibly no UTF-8 at
// all. What comes out is well-formed UTF-8 of 1 to 63 bytes, which PostgreSQL takes between quotes.
#include "model/name_map.h"

#include "base/hash.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 63, HASH_DIGITS = 8, CHARACTER_BYTES = 4 };

static uint32_t
map_character(enum naming naming, uint32_t character)
{
    if (naming == NAMING_EXACT)
        return character;
    if (naming == NAMING_PLAIN && !text_is_letter_or_digit(character))
        return '_';
    return text_lower_character(character);
}

// An ill-formed byte is decoded as itself and so comes out as a character of Latin-1. One in lower
// case may have more bytes than it had: four times the size is always enough.
static char *
map_characters(struct arena *arena, enum naming naming, const char *name)
{
    char *mapped = arena_calloc(arena, strlen(name) + 1, CHARACTER_BYTES);
    char *out = mapped;

    while (*name != '\0') {
        size_t size;

        out += text_utf8_encode(map_character(naming, text_utf8_decode(name, &size)), out);
        name += size;
    }
    return mapped;
}

// The hash is of the name as the source spells it: two long names that differ only in what the
// mapping levels stay apart.
static const char *
shorten(struct arena *arena, const char *name, const char *mapped)
{
    size_t kept = text_utf8_prefix(mapped, NAME_MAX_BYTES - HASH_DIGITS - 1);
    uint32_t hash = (uint32_t)hash_bytes_extended(name, strlen(name), 0);

    return arena_printf(arena, "%.*s_%08" PRIx32, (int)kept, mapped, hash);
}

const char *
name_map(struct arena *arena, enum naming naming, const char *name)
{
    const char *mapped = map_characters(arena, naming, name);

    if (*mapped == '\0')
        return "_";
    if (strlen(mapped) > NAME_MAX_BYTES)
        return shorten(arena, name, mapped);
    return mapped;
}

// PostgreSQL refuses these as names of columns, however they are quoted.
const char *
name_map_column(struct arena *arena, enum naming naming, const char *name)
{
    static const char *const system_names[] = { "tableoid", "xmin", "cmin", "xmax", "cmax",
        "ctid" };
    const char *mapped = name_map(arena, naming, name);

    for (size_t i = 0; i < sizeof system_names / sizeof system_names[0]; i++) {
        if (strcmp(mapped, system_names[i]) == 0)
            return arena_printf(arena, "%s_", mapped);
    }
    return mapped;
}

// Those of one name stand side by side, in the source's order: the message names them in it.
static int
compare_columns(const void *a, const void *b)
{
    const struct column *x = *(const struct column *const *)a;
    const struct column *y = *(const struct column *const *)b;
    int order = strcmp(x->target_name, y->target_name);

    return order != 0 ? order : (x > y) - (x < y);
}

const char *
name_map_table(struct arena *arena, enum naming naming, struct table *table)
{
    const struct column **sorted = arena_calloc(arena, table->column_count, sizeof(void *));

    table->target_name = name_map(arena, naming, table->name);
    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = &table->columns[i];

        column->target_name = name_map_column(arena, naming, column->name);
        sorted[i] = column;
    }
    if (table->column_count > 1)
        qsort(sorted, table->column_count, sizeof(void *), compare_columns);
    for (size_t i = 1; i < table->column_count; i++) {
        if (strcmp(sorted[i - 1]->target_name, sorted[i]->target_name) == 0)
            return arena_printf(arena,
                "columns \"%s\" and \"%s\" would both be named \"%s\" in the mirror",
                sorted[i - 1]->name, sorted[i]->name, sorted[i]->target_name);
    }
    return NULL;
}
