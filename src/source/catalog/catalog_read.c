#include "source/catalog/catalog_read.h"

#include "source/catalog/odd_names.h"
#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

// --- what fails alone

bool
catalog_is_lost(const struct catalog_ways *ways, const struct error *err)
{
    return (err->kind == ERROR_SOURCE && err->sqlstate[0] != '\0') ||
           ways->is_over(ways->door.context);
}

void
catalog_add_note(struct arena *arena, struct catalog *catalog, const char *note)
{
    const char **notes = arena_calloc(arena, catalog->note_count + 1, sizeof *notes);

    if (catalog->note_count > 0)
        memcpy(notes, catalog->notes, catalog->note_count * sizeof *notes);
    notes[catalog->note_count++] = note;
    catalog->notes = notes;
}

// --- tables and columns

static void
skip_ignored(const struct table_filter *filter, struct arena *arena, const struct table_list *list)
{
    if (filter->skip_ignored != NULL)
        filter->skip_ignored(filter->context, arena, list->tables, list->count);
}

// Another version of the product may not have those catalogue columns.
static bool
list_objects(const struct catalog_ways *ways, struct arena *arena, struct table_list *list,
    struct error *err)
{
    struct error refused = { 0 };

    if (ways->objects == NULL)
        return ways->list_tables(ways->door.context, arena, list, err);
    if (catalog_query_objects(&ways->door, ways->objects, arena, list, &refused))
        return true;
    if (catalog_is_lost(ways, &refused)) {
        *err = refused;
        return false;
    }
    list->count = 0;
    return ways->list_tables(ways->door.context, arena, list, err);
}

static struct openedge_reading
openedge_reading(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog)
{
    return (struct openedge_reading){ .door = &ways->door,
        .arena = arena,
        .catalog = catalog,
        .filter = ways->filter,
        .schema = ways->schema != NULL ? ways->schema : "" };
}

// Adds what openedge_objects lists.
static bool
add_openedge_objects(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct table_list *list, struct error *err)
{
    for (const struct openedge_objects *kind = openedge_objects; kind->sql != NULL; kind++) {
        size_t count = list->count;
        struct error refused;
        unsigned attempts = 0;
        bool is_read;

        do {
            list->count = count;
            memset(&refused, 0, sizeof refused);
            is_read = catalog_query_objects(&ways->door, kind->sql, arena, list, &refused);
            attempts++;
        } while (!is_read && openedge_is_doubtful(&refused, attempts));
        if (is_read)
            continue;
        list->count = count;
        if (!openedge_was_refused(&refused)) {
            *err = refused;
            return false;
        }
        if (ways->filter->are_views_named)
            catalog_add_note(arena, catalog, kind->refused);
    }
    return true;
}

// Tables have their columns already; those of a view only the driver tells.
static bool
finish_openedge(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct table_list *list, struct error *err)
{
    const char *schema = ways->schema != NULL ? ways->schema : "";

    for (size_t i = 0; i < catalog->table_count; i++)
        table_list_append(list, catalog->tables[i]);
    if (!add_openedge_objects(ways, arena, catalog, list, err))
        return false;
    table_list_sort(list);
    table_list_drop_doubles(list);
    if (!table_list_keep_schema(list, schema, err))
        return false;
    skip_ignored(ways->filter, arena, list);
    return table_list_check(list, schema, err) &&
           catalog_read_missing_columns(ways, arena, list, err);
}

// Tables with their columns; by the product's own catalogue where it has one and it may be read.
static bool
read_tables(struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct table_list *list, struct error *err)
{
    struct odd_names odd_names;
    const char *schema = ways->schema != NULL ? ways->schema : "";
    const struct openedge_reading reading = openedge_reading(ways, arena, catalog);
    bool is_read = false;

    if (ways->is_openedge && !openedge_read_tables(&reading, &is_read, err))
        return false;
    if (is_read)
        return finish_openedge(ways, arena, catalog, list, err);
    if (!odd_names_find(ways, arena, &odd_names, err) || !list_objects(ways, arena, list, err))
        return false;
    table_list_keep_catalog(list, ways->catalog);
    if (ways->is_openedge)
        table_list_drop_metaschema(list); // its driver may list it
    if (!table_list_keep_schema(list, schema, err))
        return false;
    table_list_sort(list);
    catalog_leave_out_partitions(arena, list);
    odd_names_mark(ways, arena, &odd_names, list);
    skip_ignored(ways->filter, arena, list);
    if (!table_list_check(list, schema, err))
        return false;
    return catalog_read_columns(ways, arena, list, err);
}

static bool
read_keys(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
    const struct openedge_reading reading = openedge_reading(ways, arena, catalog);
    bool is_read = false;

    if (ways->is_openedge && !openedge_read_keys(&reading, &is_read, err))
        return false;
    if (is_read)
        return true;
    if (!catalog_read_keys(ways, arena, catalog, err))
        return false;
    if (ways->is_openedge)
        openedge_distrust_keys(arena, catalog);
    return true;
}

// That OpenEdge looks for NULLs that are there already when a column is made mandatory is said
// nowhere.
static void
distrust_mandatory(struct catalog *catalog)
{
    for (size_t t = 0; t < catalog->table_count; t++) {
        struct table *table = catalog->tables[t];

        for (size_t i = 0; i < table->column_count; i++)
            table->columns[i].is_unenforced = true;
    }
}

bool
catalog_read(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
    struct catalog_ways asked = *ways;
    struct table_list list = { 0 };
    bool done;

    memset(catalog, 0, sizeof *catalog);
    done = read_tables(&asked, arena, catalog, &list, err);
    if (done) {
        catalog->tables = arena_calloc(arena, list.count + 1, sizeof(struct table *));
        if (list.count > 0)
            memcpy(catalog->tables, list.tables, list.count * sizeof(struct table *));
        catalog->table_count = list.count;
        done = read_keys(&asked, arena, catalog, err);
    }
    if (done && ways->is_openedge)
        distrust_mandatory(catalog);
    if (done && asked.estimates != NULL)
        catalog_query_estimates(&asked.door, asked.estimates, catalog);
    free(list.tables);
    return done;
}
