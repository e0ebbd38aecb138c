#include "base/text.h"
#include "source/openedge/openedge.h"

enum { TEXT_BOUND_MAX = 32000 };

// Two words for each type: the metaschema's and the SQL catalogue's.
static const struct {
    const char *name;
    const char *sql; // what SQL calls it
    int driver_type;
    enum value_kind kind;
    bool is_large;
} types[] = {
    { "character", "varchar", OPENEDGE_VARCHAR, VALUE_TEXT, false },
    { "varchar", "varchar", OPENEDGE_VARCHAR, VALUE_TEXT, false },
    { "vararray", "varchar", OPENEDGE_VARCHAR, VALUE_TEXT, false },
    { "char", "char", OPENEDGE_CHAR, VALUE_TEXT, false },
    { "fixchar", "char", OPENEDGE_CHAR, VALUE_TEXT, false },
    { "integer", "integer", OPENEDGE_INTEGER, VALUE_INTEGER, false },
    { "int64", "bigint", OPENEDGE_BIGINT, VALUE_INTEGER, false },
    { "bigint", "bigint", OPENEDGE_BIGINT, VALUE_INTEGER, false },
    { "smallint", "smallint", OPENEDGE_SMALLINT, VALUE_INTEGER, false },
    { "tinyint", "tinyint", OPENEDGE_TINYINT, VALUE_INTEGER, false },
    { "recid", "recid", OPENEDGE_BIGINT, VALUE_INTEGER, false },
    { "decimal", "numeric", OPENEDGE_NUMERIC, VALUE_DECIMAL, false },
    { "numeric", "numeric", OPENEDGE_NUMERIC, VALUE_DECIMAL, false },
    { "logical", "bit", OPENEDGE_BIT, VALUE_BOOLEAN, false },
    { "bit", "bit", OPENEDGE_BIT, VALUE_BOOLEAN, false },
    { "date", "date", OPENEDGE_DATE, VALUE_DATE, false },
    { "time", "time", OPENEDGE_TIME, VALUE_TIME, false },
    { "datetime", "timestamp", OPENEDGE_TIMESTAMP, VALUE_TIMESTAMP, false },
    { "timestamp", "timestamp", OPENEDGE_TIMESTAMP, VALUE_TIMESTAMP, false },
    // The drivers deliver it as characters.
    { "datetime-tz", "timestamp_timezone", OPENEDGE_CHAR, VALUE_TIMESTAMP_TZ, false },
    { "timestamp_timezone", "timestamp_timezone", OPENEDGE_CHAR, VALUE_TIMESTAMP_TZ, false },
    { "float", "float", OPENEDGE_FLOAT, VALUE_FLOAT, false },
    { "double", "float", OPENEDGE_FLOAT, VALUE_FLOAT, false },
    { "double precision", "float", OPENEDGE_FLOAT, VALUE_FLOAT, false },
    { "real", "real", OPENEDGE_REAL, VALUE_FLOAT4, false },
    { "raw", "varbinary", OPENEDGE_VARBINARY, VALUE_BINARY, false },
    { "varbinary", "varbinary", OPENEDGE_VARBINARY, VALUE_BINARY, false },
    { "binary", "binary", OPENEDGE_BINARY, VALUE_BINARY, false },
    { "blob", "blob", OPENEDGE_LONGVARBINARY, VALUE_BINARY, true },
    { "lvarbinary", "blob", OPENEDGE_LONGVARBINARY, VALUE_BINARY, true },
    { "clob", "clob", OPENEDGE_LONGVARCHAR, VALUE_TEXT, true },
    { "lvarchar", "clob", OPENEDGE_LONGVARCHAR, VALUE_TEXT, true },
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

static size_t
find_type(const char *name)
{
    size_t i = 0;

    while (i < TYPE_COUNT && !text_equal_nocase(types[i].name, name))
        i++;
    return i;
}

static const char *
spell(struct arena *arena, const char *word, const struct column *column)
{
    bool is_counted = column->kind == VALUE_TEXT || column->kind == VALUE_BINARY;

    if (column->width == 0 || column->is_long)
        return word;
    if (column->kind == VALUE_DECIMAL && column->scale > 0)
        return arena_printf(arena, "%s(%zu,%d)", word, column->width, column->scale);
    if (column->kind == VALUE_DECIMAL || is_counted)
        return arena_printf(arena, "%s(%zu)", word, column->width);
    return word;
}

// Of a stamp with an offset, and of bytes, nobody knows how they look in an array.
static const struct column *
describe_element(struct arena *arena, const char *type, const struct column *array)
{
    struct column *element = arena_calloc(arena, 1, sizeof *element);

    *element = (struct column){ .scale = array->scale, .is_nullable = true };
    openedge_describe_type(arena, type, element);
    if (element->kind == VALUE_TIMESTAMP_TZ || element->kind == VALUE_BINARY)
        element->kind = VALUE_TEXT;
    return element;
}

void
openedge_describe_type(struct arena *arena, const char *type, struct column *column)
{
    size_t found = find_type(column->array.extent > 0 ? "vararray" : type);
    const char *word = found < TYPE_COUNT ? types[found].sql : arena_strdup(arena, type);
    bool is_counted;

    if (column->array.extent > 0)
        column->array.element = describe_element(arena, type, column);
    column->kind = found < TYPE_COUNT ? types[found].kind : VALUE_TEXT;
    column->driver_type = found < TYPE_COUNT ? types[found].driver_type : OPENEDGE_OTHER;
    if (column->kind != VALUE_DECIMAL)
        column->scale = -1;
    is_counted = column->kind == VALUE_TEXT || column->kind == VALUE_BINARY;
    column->is_long = is_counted && (found == TYPE_COUNT || types[found].is_large ||
                                        column->width == 0 || column->width > TEXT_BOUND_MAX);
    column->type_name = spell(arena, word, column);
}
