// What a source has to be mirrored, by kinds: one rule for every product and either door. A table
// is mirrored; what shows rows that are kept elsewhere (views, materialized views, foreign tables,
// partitions beside their table) is left out unless it is asked for.
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/table_search.h"

#include <string.h>

enum {
    OBJECT_CATALOG,
    OBJECT_SCHEMA,
    OBJECT_NAME,
    OBJECT_KIND,
    OBJECT_PARENT_SCHEMA,
    OBJECT_PARENT,
    OBJECT_FIELDS
};

struct object_taker {
    struct arena *arena;
    struct table_list *list;
};

static bool
is_table(const char *kind)
{
    static const char *const kinds[] = { "", "TABLE", "BASE TABLE", "PARTITIONED TABLE",
        "SYSTEM VERSIONED", "SYSTEM VERSIONED TABLE" };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (text_equal_nocase(kinds[i], kind))
            return true;
    }
    return false;
}

static const char *
lower(struct arena *arena, const char *kind)
{
    char *text = arena_strdup(arena, kind);

    for (char *p = text; *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return text;
}

static void
classify(struct arena *arena, struct table *table, const char *kind)
{
    if (is_table(kind))
        return;
    if (text_equal_nocase(kind, PRODUCT_SHADOW_TABLE)) {
        table->entry.left_out = "a virtual table keeps its rows in it";
        return;
    }
    table->entry.is_view = true;
    table->entry.left_out = arena_printf(
        arena, "a %s that mirror_settings.include_views does not name", lower(arena, kind));
}

struct table *
catalog_add_object(struct arena *arena, struct table_list *list, const struct column_owner *names,
    const char *kind)
{
    struct table *table = arena_calloc(arena, 1, sizeof *table);

    table->catalog = arena_strdup(arena, names->catalog != NULL ? names->catalog : "");
    table->schema = arena_strdup(arena, names->schema != NULL ? names->schema : "");
    table->name = arena_strdup(arena, names->table);
    table->row_estimate = -1;
    classify(arena, table, kind != NULL ? kind : "");
    table_list_append(list, table);
    return table;
}

static bool
take_object(void *context, const char *const *fields, struct error *err)
{
    struct object_taker *taker = context;
    const struct column_owner names = { fields[OBJECT_CATALOG], fields[OBJECT_SCHEMA],
        fields[OBJECT_NAME] };
    struct table *table;

    (void)err;
    if (names.table == NULL)
        return true;
    table = catalog_add_object(taker->arena, taker->list, &names, fields[OBJECT_KIND]);
    if (fields[OBJECT_PARENT_SCHEMA] == NULL || fields[OBJECT_PARENT] == NULL ||
        fields[OBJECT_PARENT][0] == '\0')
        return true;
    table->entry.parent_schema = arena_strdup(taker->arena, fields[OBJECT_PARENT_SCHEMA]);
    table->entry.parent = arena_strdup(taker->arena, fields[OBJECT_PARENT]);
    return true;
}

bool
catalog_query_objects(const struct catalog_door *door, const char *sql, struct arena *arena,
    struct table_list *list, struct error *err)
{
    struct object_taker taker = { .arena = arena, .list = list };

    return door->query(door->context, sql, OBJECT_FIELDS, take_object, &taker, err);
}

void
catalog_leave_out_partitions(struct arena *arena, const struct table_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct table *table = list->tables[i];

        if (table->entry.parent == NULL ||
            table_find(
                list->tables, list->count, table->entry.parent_schema, table->entry.parent) == NULL)
            continue;
        table->entry.is_view = false;
        table->entry.left_out = arena_printf(arena, "a partition of \"%s\"", table->entry.parent);
    }
}
