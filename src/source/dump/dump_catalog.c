// Tables as the SQL of the same database shows them, so that one mirror may be filled by either.
#include "source/dump/dump.h"

#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

// The catalogue lives longer than the source that it was read from.
static const char *
keep_text(struct arena *arena, const char *text)
{
    return text != NULL && text[0] != '\0' ? arena_strdup(arena, text) : NULL;
}

static void
describe_column(struct arena *arena, const struct dump_field *described, struct column *column)
{
    const struct df_field *field = described->field;

    *column = (struct column){ .name = arena_strdup(arena, field->name),
        .width = field->width > 0 ? (size_t)field->width : 0,
        .scale = field->decimals >= 0 ? (int)field->decimals : -1,
        .array.extent = described->is_array ? (int)described->count : 0,
        .is_nullable = !field->is_mandatory,
        .is_case_sensitive = field->is_case_sensitive,
        .words = { .label = keep_text(arena, field->label),
            .column_label = keep_text(arena, field->column_label),
            .help = keep_text(arena, field->help),
            .description = keep_text(arena, field->description),
            .format = keep_text(arena, field->format) } };
    openedge_describe_type(arena, field->type, column);
}

// An index over whole fields that is in use.
static bool
is_usable(const struct df_index *index)
{
    size_t count = 0;

    for (const struct df_part *part = index->parts; part != NULL; part = part->next) {
        if (part->is_abbreviated || part->field->is_dropped)
            return false;
        count++;
    }
    return !index->is_word && !index->is_inactive && count > 0 && count <= KEY_COLUMNS_MAX;
}

static uint16_t
find_place(const struct dump_layout *layout, const struct df_field *field)
{
    uint16_t place = 0;

    while (layout->fields[place].field != field)
        place++;
    return place;
}

static void
make_key(struct arena *arena, const struct dump_layout *layout, const struct df_index *index,
    struct key *key)
{
    *key = (struct key){ .name = arena_strdup(arena, index->name),
        .is_primary = index->is_primary && index->is_unique };
    key->columns = arena_calloc(arena, KEY_COLUMNS_MAX, sizeof *key->columns);
    for (const struct df_part *part = index->parts; part != NULL; part = part->next) {
        if (part->is_descending)
            key->descending |= UINT64_C(1) << key->column_count;
        key->columns[key->column_count++] = find_place(layout, part->field);
    }
}

static int
compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct key *)a)->name, ((const struct key *)b)->name);
}

// In the order of their names, as by SQL.
static void
make_keys(struct arena *arena, const struct dump_layout *layout, const struct df_table *schema,
    struct table *table)
{
    struct catalog_entry *entry = &table->entry;
    struct key *indexes;
    size_t count = 0;

    for (const struct df_index *index = schema->indexes; index != NULL; index = index->next)
        count += is_usable(index);
    table->keys = arena_calloc(arena, count, sizeof *table->keys);
    entry->indexes = indexes = arena_calloc(arena, count, sizeof *indexes);
    for (const struct df_index *index = schema->indexes; index != NULL; index = index->next) {
        if (is_usable(index))
            make_key(arena, layout, index,
                index->is_unique ? &table->keys[table->key_count++]
                                 : &indexes[entry->index_count++]);
    }
    if (table->key_count > 1)
        qsort(table->keys, table->key_count, sizeof *table->keys, compare_keys);
    if (entry->index_count > 1)
        qsort(indexes, entry->index_count, sizeof *indexes, compare_keys);
}

struct table *
dump_catalog_table(struct arena *arena, const struct df_table *schema, const char *owner)
{
    struct table *table = arena_calloc(arena, 1, sizeof *table);
    struct dump_layout layout;
    struct error err = { 0 };

    table->schema = owner;
    table->name = arena_strdup(arena, schema->name);
    table->row_estimate = -1;
    table->entry.words.label = keep_text(arena, schema->label);
    table->entry.words.description = keep_text(arena, schema->description);
    if (schema->is_hidden)
        table->entry.left_out = "hidden at the source";
    if (!dump_layout_make(arena, schema, NULL, 0, &layout, &err)) {
        table->entry.unread = memcpy(arena_alloc(arena, sizeof err), &err, sizeof err);
        return table;
    }
    table->columns = arena_calloc(arena, layout.field_count, sizeof *table->columns);
    table->column_count = layout.field_count;
    for (size_t i = 0; i < layout.field_count; i++)
        describe_column(arena, &layout.fields[i], &table->columns[i]);
    make_keys(arena, &layout, schema, table);
    return table;
}
