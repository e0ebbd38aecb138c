#include "source/catalog/table_list.h"

#include "base/buffer.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

enum { SCHEMAS_SHOWN = 8 };

void
table_list_append(struct table_list *list, struct table *table)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? list->capacity * 2 : 64;
        list->tables = mem_realloc(list->tables, list->capacity, sizeof(struct table *));
    }
    list->tables[list->count++] = table;
}

void
table_list_sort(struct table_list *list)
{
    if (list->count > 0) // an empty list has no array
        qsort(list->tables, list->count, sizeof(struct table *), table_search_compare);
}

void
table_list_drop_doubles(struct table_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        struct table *table = list->tables[i];

        if (kept == 0 || table_search_compare(&list->tables[kept - 1], &table) != 0)
            list->tables[kept++] = table;
        else if (!table->entry.is_view)
            list->tables[kept - 1] = table;
    }
    list->count = kept;
}

void
table_list_drop_metaschema(struct table_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (list->tables[i]->name[0] != '_')
            list->tables[kept++] = list->tables[i];
    }
    list->count = kept;
}

// --- the database that is connected

static bool
is_in_catalog(const struct table *table, const char *catalog, bool is_exact)
{
    const char *own = table->catalog != NULL ? table->catalog : "";

    return is_exact ? strcmp(own, catalog) == 0 : text_equal_nocase(own, catalog);
}

static size_t
count_in_catalog(const struct table_list *list, const char *catalog, bool is_exact)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += is_in_catalog(list->tables[i], catalog, is_exact) ? 1 : 0;
    return count;
}

void
table_list_keep_catalog(struct table_list *list, const char *catalog)
{
    size_t kept = 0;
    bool is_exact;

    if (catalog == NULL || catalog[0] == '\0')
        return;
    is_exact = count_in_catalog(list, catalog, true) > 0;
    if (count_in_catalog(list, catalog, is_exact) == 0)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (is_in_catalog(list->tables[i], catalog, is_exact))
            list->tables[kept++] = list->tables[i];
    }
    list->count = kept;
}

// --- the schema asked for

// Schemas of the product itself: their tables are never meant when every schema is.
static bool
is_system_schema(const char *schema)
{
    static const char *const names[] = { "INFORMATION_SCHEMA", "SYSTEM_LOBS", "SYS", "SYSPROGRESS",
        "pg_catalog" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_equal_nocase(names[i], schema))
            return true;
    }
    return false;
}

static bool
is_in_schema(const struct table *table, const char *schema, bool is_exact)
{
    if (table->schema[0] == '\0')
        return true;
    if (schema[0] == '\0')
        return !is_system_schema(table->schema);
    return is_exact ? strcmp(table->schema, schema) == 0 : text_equal_nocase(table->schema, schema);
}

static size_t
count_in_schema(const struct table_list *list, const char *schema, bool is_exact)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += is_in_schema(list->tables[i], schema, is_exact) ? 1 : 0;
    return count;
}

// Names the schemas there are, for the hint.
static void
say_schemas(const struct table_list *list, struct error *err)
{
    struct buffer names;
    size_t shown = 0;

    buffer_init(&names, sizeof err->hint);
    for (size_t i = 0; i < list->count && shown < SCHEMAS_SHOWN; i++) {
        const char *schema = list->tables[i]->schema;
        bool is_new = !is_system_schema(schema);

        for (size_t k = 0; is_new && k < i; k++)
            is_new = strcmp(schema, list->tables[k]->schema) != 0;
        if (is_new)
            (void)buffer_printf(&names, "%s\"%s\"", shown++ > 0 ? ", " : "", schema);
    }
    if (shown > 0)
        (void)error_hint(err, "Set progress_db.schema to one of %s.", buffer_text(&names));
    else
        (void)error_hint(err, "See that it is the right database, and that the user may see its "
                              "tables.");
    buffer_release(&names);
}

static bool
fail_empty(const struct table_list *list, const char *schema, struct error *err)
{
    if (list->count == 0 || schema[0] == '\0')
        (void)error_set(err, ERROR_SOURCE, "the source has no tables");
    else
        (void)error_set(err, ERROR_SOURCE, "schema \"%s\" of the source has no tables", schema);
    say_schemas(list, err);
    return false;
}

bool
table_list_check(const struct table_list *list, const char *schema, struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->tables[i]->entry.left_out == NULL || !list->tables[i]->entry.is_skipped)
            return true;
    }
    return fail_empty(list, schema, err);
}

bool
table_list_keep_schema(struct table_list *list, const char *schema, struct error *err)
{
    bool is_exact = count_in_schema(list, schema, true) > 0;
    size_t kept = 0;

    if (count_in_schema(list, schema, is_exact) == 0)
        return fail_empty(list, schema, err);
    for (size_t i = 0; i < list->count; i++) {
        if (is_in_schema(list->tables[i], schema, is_exact))
            list->tables[kept++] = list->tables[i];
    }
    list->count = kept;
    return true;
}

const char *
table_list_schema(const struct table_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(list->tables[0]->schema, list->tables[i]->schema) != 0)
            return "";
    }
    return list->tables[0]->schema;
}
