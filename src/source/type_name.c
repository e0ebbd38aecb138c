#include "source/type_name.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct named_kind {
    const char *name;
    enum value_kind kind;
};

bool
type_name_begins(const char *type_name, const char *word)
{
    size_t i;

    for (i = 0; word[i] != '\0'; i++) {
        if (text_lower_character((unsigned char)type_name[i]) != (uint32_t)(unsigned char)word[i])
            return false;
    }
    return type_name[i] == '\0' || type_name[i] == '(' || type_name[i] == ' ';
}

static enum value_kind
find(const struct named_kind *names, size_t count, const char *type_name, enum value_kind otherwise)
{
    for (size_t i = 0; i < count; i++) {
        if (type_name_begins(type_name, names[i].name))
            return names[i].kind;
    }
    return otherwise;
}

// "BLOB SUB_TYPE TEXT", and whatever else SQLite's rules of affinity call a text.
static bool
names_characters(const char *type_name)
{
    return text_match("*char*", type_name) || text_match("*clob*", type_name) ||
           text_match("*text*", type_name);
}

enum value_kind
type_name_kind(const char *type_name, enum value_kind otherwise)
{
    static const struct named_kind names[] = {
        { "decimal", VALUE_DECIMAL },
        { "numeric", VALUE_DECIMAL },
        { "boolean", VALUE_BOOLEAN },
        { "bool", VALUE_BOOLEAN },
        { "blob", VALUE_BINARY },
        { "datetime", VALUE_TIMESTAMP },
        { "timestamp with time zone", VALUE_TIMESTAMP_TZ },
        { "timestamptz", VALUE_TIMESTAMP_TZ },
        { "timestamp_timezone", VALUE_TIMESTAMP_TZ },
        { "timestamp-timezone", VALUE_TIMESTAMP_TZ },
    };

    if (type_name_begins(type_name, "blob") && names_characters(type_name))
        return VALUE_TEXT;
    return find(names, sizeof names / sizeof names[0], type_name, otherwise);
}

enum value_kind
type_name_kind_of_text(const char *type_name, enum value_kind otherwise)
{
    static const struct named_kind names[] = {
        { "date", VALUE_DATE },
        { "time", VALUE_TIME },
        { "timestamp", VALUE_TIMESTAMP },
        { "bit", VALUE_BOOLEAN },
        { "binary", VALUE_BINARY },
        { "varbinary", VALUE_BINARY },
        { "longvarbinary", VALUE_BINARY },
    };
    enum value_kind kind = type_name_kind(type_name, otherwise);

    if (kind == otherwise)
        kind = find(names, sizeof names / sizeof names[0], type_name, otherwise);
    return kind == VALUE_BINARY && names_characters(type_name) ? VALUE_TEXT : kind;
}

bool
type_name_arguments(const char *type_name, long *first, long *second)
{
    const char *p = strchr(type_name, '(');
    char *end;

    if (p == NULL)
        return false;
    *first = strtol(p + 1, &end, 10);
    *second = -1;
    if (end == p + 1)
        return false;
    end += strspn(end, " ");
    if (*end == ',')
        *second = strtol(end + 1, &end, 10);
    end += strspn(end, " ");
    return *end == ')';
}

const char *
type_name_spell(struct arena *arena, const char *type_name, const struct column *column)
{
    if (strchr(type_name, '(') != NULL || column->width == 0)
        return arena_strdup(arena, type_name);
    if (column->kind == VALUE_DECIMAL && column->scale > 0)
        return arena_printf(arena, "%s(%zu,%d)", type_name, column->width, column->scale);
    if (column->kind == VALUE_DECIMAL ||
        ((column->kind == VALUE_TEXT || column->kind == VALUE_BINARY) && !column->is_long))
        return arena_printf(arena, "%s(%zu)", type_name, column->width);
    return arena_strdup(arena, type_name);
}
