#include "source/dump/dump.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { EXTENT_MAX = 28000 }; // OpenEdge's

typedef bool is_present(const void *context, const struct df_field *field);

static int
compare_orders(const void *a, const void *b)
{
    const struct dump_field *left = a;
    const struct dump_field *right = b;

    return (left->field->order > right->field->order) - (left->field->order < right->field->order);
}

static bool
describe(const struct df_table *table, const struct df_field *field, struct dump_field *described,
    struct error *err)
{
    *described = (struct dump_field){ .field = field, .scale = -1, .count = 1 };
    if (!d_type_find(field->type, &described->type))
        return error_set(err, ERROR_TABLE,
            "%s:%d: field \"%s\" is of type \"%s\", which is not known", field->place.file,
            field->place.line, field->name, field->type);
    described->is_array = field->extent != DF_UNKNOWN && field->extent != 0;
    if (described->is_array && (field->extent < 1 || field->extent > EXTENT_MAX))
        return error_set(err, ERROR_TABLE,
            "%s:%d: field \"%s\" of table \"%s\" is an array of %" PRId64
            " elements: nothing says how many stand in a record",
            field->place.file, field->place.line, field->name, table->name, field->extent);
    if (described->is_array)
        described->count = (size_t)field->extent;
    if (described->type == D_DECIMAL && !described->is_array && field->decimals >= 0)
        described->scale = (int)field->decimals;
    return true;
}

// Two fields with one ORDER may stand either way in a record.
static bool
place(const struct df_table *table, struct dump_layout *layout, struct error *err)
{
    struct dump_field *fields = layout->fields;

    if (layout->field_count > 1)
        qsort(fields, layout->field_count, sizeof *fields, compare_orders);
    for (size_t i = 0; i < layout->field_count; i++) {
        if (i > 0 && fields[i].field->order == fields[i - 1].field->order)
            return error_set(err, ERROR_TABLE,
                "fields \"%s\" and \"%s\" of table \"%s\" have the same ORDER: nothing says which "
                "one stands first in a record",
                fields[i - 1].field->name, fields[i].field->name, table->name);
        fields[i].first = layout->word_count;
        layout->word_count += fields[i].count;
    }
    return true;
}

static bool
make(struct arena *arena, const struct df_table *table, is_present *is_there, const void *context,
    struct dump_layout *layout, struct error *err)
{
    size_t count = 0;

    for (const struct df_field *field = table->fields; field != NULL; field = field->next)
        count++;
    *layout = (struct dump_layout){ .fields = arena_calloc(arena, count, sizeof *layout->fields) };
    for (const struct df_field *field = table->fields; field != NULL; field = field->next) {
        if (is_there(context, field) &&
            !describe(table, field, &layout->fields[layout->field_count++], err))
            return false;
    }
    return place(table, layout, err);
}

struct named {
    const char *const *names;
    size_t count;
};

static bool
is_named(const void *context, const struct df_field *field)
{
    const struct named *named = context;

    for (size_t i = 0; i < named->count; i++) {
        if (text_equal_nocase(named->names[i], field->name))
            return true;
    }
    return named->count == 0;
}

bool
dump_layout_make(struct arena *arena, const struct df_table *table, const char *const *present,
    size_t count, struct dump_layout *layout, struct error *err)
{
    const struct named named = { present, count };

    for (size_t i = 0; i < count; i++) {
        if (df_find_field(table, present[i]) == NULL)
            return error_set(err, ERROR_TABLE,
                "progress_db.dump_fields names field \"%s\", which table \"%s\" has not",
                present[i], table->name);
    }
    return make(arena, table, is_named, &named, layout, err);
}

static bool
is_older(const void *context, const struct df_field *field)
{
    return field->file_number < *(const int *)context;
}

bool
dump_layout_before(struct arena *arena, const struct df_schema *schema,
    const struct df_table *table, size_t word_count, struct dump_layout *layout,
    const struct df_field **first_new)
{
    struct error ignored;

    for (int number = schema->file_count; number > table->file_number; number--) {
        if (!make(arena, table, is_older, &number, layout, &ignored) ||
            layout->word_count != word_count)
            continue;
        *first_new = table->fields;
        while (*first_new != NULL && (*first_new)->file_number < number)
            *first_new = (*first_new)->next;
        return *first_new != NULL;
    }
    return false;
}
