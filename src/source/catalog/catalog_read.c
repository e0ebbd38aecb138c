#include "source/catalog/catalog_read.h"

#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

// Tables with their columns; by the product's own catalogue where it has one and it may be read.
static bool
read_tables(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct table_list *list, struct error *err)
{
    const char *schema = ways->schema != NULL ? ways->schema : "";
    bool is_read = false;

    if (ways->is_openedge && !openedge_read_tables(&ways->door, arena, catalog, &is_read, err))
        return false;
    if (is_read) {
        for (size_t i = 0; i < catalog->table_count; i++)
            table_list_append(list, catalog->tables[i]);
        return table_list_keep_schema(list, schema, err);
    }
    if (!ways->list_tables(ways->door.context, arena, list, err))
        return false;
    if (ways->is_openedge)
        table_list_drop_metaschema(list); // its driver may list it
    if (!table_list_keep_schema(list, schema, err))
        return false;
    table_list_sort(list);
    // A table of which no column comes back stays in the list: reading it fails by name.
    return ways->list_columns(ways->door.context, arena, list, err);
}

// A driver without one of the calls leaves tables keyless, not the run dead.
static bool
is_unsupported(const struct error *err)
{
    return strncmp(err->sqlstate, "0A", 2) == 0 || strcmp(err->sqlstate, "IM001") == 0 ||
           strcmp(err->sqlstate, "HYC00") == 0;
}

static bool
list_keys(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct table *table = catalog->tables[i];

        if (!ways->list_primary(ways->door.context, arena, table, err) && !is_unsupported(err))
            return error_within(err, "table \"%s\"", table->name);
        if (!ways->list_indexes(ways->door.context, arena, table, err) && !is_unsupported(err))
            return error_within(err, "table \"%s\"", table->name);
    }
    return true;
}

static bool
read_products_keys(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
    struct error refused = { 0 };

    if (ways->keys == NULL)
        return list_keys(ways, arena, catalog, err);
    if (catalog_query_keys(&ways->door, ways->keys, arena, catalog, &refused))
        return true;
    // Another version of the product may not have those catalogue columns; a lost connection is no
    // such case.
    if (refused.kind == ERROR_SOURCE || refused.retry != RETRY_NEVER) {
        *err = refused;
        return false;
    }
    return list_keys(ways, arena, catalog, err);
}

static bool
read_keys(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
    bool is_read = false;

    if (ways->is_openedge && !openedge_read_keys(&ways->door, arena, catalog, &is_read, err))
        return false;
    if (is_read)
        return true;
    if (!read_products_keys(ways, arena, catalog, err))
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
    struct table_list list = { 0 };
    bool done;

    memset(catalog, 0, sizeof *catalog);
    done = read_tables(ways, arena, catalog, &list, err);
    if (done) {
        catalog->tables = arena_calloc(arena, list.count + 1, sizeof(struct table *));
        if (list.count > 0)
            memcpy(catalog->tables, list.tables, list.count * sizeof(struct table *));
        catalog->table_count = list.count;
        done = read_keys(ways, arena, catalog, err);
    }
    if (done && ways->is_openedge)
        distrust_mandatory(catalog);
    if (done && ways->estimates != NULL)
        catalog_query_estimates(&ways->door, ways->estimates, catalog);
    free(list.tables);
    return done;
}
