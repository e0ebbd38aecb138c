#include "plan/spelling.h"

#include "base/text.h"

#include <string.h>

enum { QUALIFIED_MAX = 1024 };

typedef bool comparison(const char *word, const char *name);

// "schema.name"; false when there is no schema or the two are absurdly long.
static bool
qualify(const char *schema, const char *name, char out[QUALIFIED_MAX])
{
    size_t schema_size = schema != NULL ? strlen(schema) : 0;
    size_t name_size = strlen(name);

    if (schema_size == 0 || schema_size + name_size + 2 > QUALIFIED_MAX)
        return false;
    memcpy(out, schema, schema_size);
    out[schema_size] = '.';
    memcpy(out + schema_size + 1, name, name_size);
    out[schema_size + 1 + name_size] = '\0';
    return true;
}

static bool
compare_qualified(comparison *compare, const char *word, const char *schema, const char *name)
{
    char qualified[QUALIFIED_MAX];

    return qualify(schema, name, qualified) && compare(word, qualified);
}

// "mirror"."order" as SQL writes it, and messages do: the same without quotes. False when there are
// none, or it is absurdly long.
static bool
unquote(const char *word, char out[QUALIFIED_MAX])
{
    size_t size = 0;

    if (strchr(word, '"') == NULL || strlen(word) >= QUALIFIED_MAX)
        return false;
    for (; *word != '\0'; word++) {
        if (*word == '"' && word[1] == '"')
            out[size++] = *word++; // one that is part of the name
        else if (*word != '"')
            out[size++] = *word;
    }
    out[size] = '\0';
    return true;
}

// The mirror's name goes with either schema: people write the one that they look at.
static bool
compare_plain(const struct name_space *space, enum spelling spelling, comparison *compare,
    const char *word, const struct table *table)
{
    const char *name = spelling == SPELLING_SOURCE ? table->name : table->target_name;

    if (spelling == SPELLING_NONE)
        return false;
    return compare(word, name) || compare_qualified(compare, word, table->schema, name) ||
           (spelling == SPELLING_MIRROR &&
               compare_qualified(compare, word, space->target_schema, name));
}

static bool
compare_names(const struct name_space *space, enum spelling spelling, comparison *compare,
    const char *word, const struct table *table)
{
    char plain[QUALIFIED_MAX];

    return compare_plain(space, spelling, compare, word, table) ||
           (unquote(word, plain) && compare_plain(space, spelling, compare, plain, table));
}

bool
spelling_fits(const struct name_space *space, enum spelling spelling, const char *word,
    const struct table *table)
{
    return compare_names(space, spelling, text_match, word, table);
}

bool
spelling_is_name(const struct name_space *space, enum spelling spelling, const char *word,
    const struct table *table)
{
    return compare_names(space, spelling, text_equal_nocase, word, table);
}

static bool
fits_any(const struct name_space *space, enum spelling spelling, const char *word)
{
    for (size_t i = 0; i < space->count; i++) {
        if (spelling_fits(space, spelling, word, space->tables[i]))
            return true;
    }
    return false;
}

enum spelling
spelling_find(const struct name_space *space, const char *word)
{
    if (fits_any(space, SPELLING_SOURCE, word))
        return SPELLING_SOURCE;
    return fits_any(space, SPELLING_MIRROR, word) ? SPELLING_MIRROR : SPELLING_NONE;
}

const char *
spelling_nearest(struct arena *arena, const struct name_space *space, const char *word)
{
    const char **names = arena_calloc(arena, 2 * space->count, sizeof *names);
    const char *dot = strchr(word, '.');
    const char *nearest;

    for (size_t i = 0; i < space->count; i++) {
        names[i] = space->tables[i]->name;
        names[space->count + i] = space->tables[i]->target_name;
    }
    nearest = text_nearest(word, names, 2 * space->count);
    if (nearest == NULL && dot != NULL)
        nearest = text_nearest(dot + 1, names, 2 * space->count);
    return nearest;
}
