// Indexes and estimates: by queries that products have for all their tables at once, or by
// the driver's calls, table by table.
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/catalog/index_run.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_FIELDS = 6, ESTIMATE_FIELDS = 3 };

static void
forget_keys(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        catalog->tables[i]->keys = NULL;
        catalog->tables[i]->key_count = 0;
        catalog->tables[i]->entry.indexes = NULL;
        catalog->tables[i]->entry.index_count = 0;
    }
}

struct key_taker {
    struct arena *arena;
    struct catalog *catalog;
    struct index_run run;
};

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static struct table *
table_of(const struct catalog *catalog, const char *const *fields)
{
    return table_find(
        catalog->tables, catalog->table_count, or_empty(fields[0]), or_empty(fields[1]));
}

static enum index_kind
kind_of(const char *field)
{
    return strcmp(field, "3") == 0   ? INDEX_ROW_NUMBER
           : strcmp(field, "2") == 0 ? INDEX_PRIMARY
           : strcmp(field, "1") == 0 ? INDEX_UNIQUE
                                     : INDEX_ORDINARY;
}

static bool
take_key_row(void *context, const char *const *fields, struct error *err)
{
    struct key_taker *taker = context;
    struct index_run *run = &taker->run;
    struct table *table = table_of(taker->catalog, fields);
    const char *name = or_empty(fields[2]);

    (void)err;
    if (table != run->table || run->name == NULL || strcmp(name, run->name) != 0) {
        index_run_flush(run, taker->arena);
        index_run_begin(run, table, name, kind_of(or_empty(fields[3])));
    }
    if (run->table != NULL)
        index_run_put(run, fields[4], run->count);
    return true;
}

// Of all tables, or of `one`.
static bool
query_keys(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    const struct table *one, struct error *err)
{
    struct key_taker taker = { .arena = arena, .catalog = catalog };
    struct buffer sql;
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    catalog_append_query(&sql, ways->keys, ways->append_text, one);
    done = ways->door.query(
        ways->door.context, buffer_text(&sql), KEY_FIELDS, take_key_row, &taker, err);
    if (done)
        index_run_flush(&taker.run, arena);
    index_run_release(&taker.run);
    buffer_release(&sql);
    return done;
}

// --- by the driver's calls

// A driver without one of the calls leaves tables keyless, not the run dead.
static bool
is_unsupported(const struct error *err)
{
    return strncmp(err->sqlstate, "0A", 2) == 0 || strcmp(err->sqlstate, "IM001") == 0 ||
           strcmp(err->sqlstate, "HYC00") == 0;
}

static bool
list_keys_of(
    const struct catalog_ways *ways, struct arena *arena, struct table *table, struct error *err)
{
    if (!ways->list_primary(ways->door.context, arena, table, err) && !is_unsupported(err))
        return false;
    error_clear(err);
    if (!ways->list_indexes(ways->door.context, arena, table, err) && !is_unsupported(err))
        return false;
    error_clear(err);
    return true;
}

// --- table by table

struct key_inquiry {
    const struct catalog_ways *ways;
    struct arena *arena;
    struct catalog *catalog;
};

static bool
ask_by_list(void *context, struct table *table, struct error *err)
{
    const struct key_inquiry *inquiry = context;

    return list_keys_of(inquiry->ways, inquiry->arena, table, err);
}

static bool
ask_by_query(void *context, struct table *table, struct error *err)
{
    const struct key_inquiry *inquiry = context;

    return query_keys(inquiry->ways, inquiry->arena, inquiry->catalog, table, err);
}

static bool
is_lost(void *context, const struct error *err)
{
    const struct key_inquiry *inquiry = context;

    return catalog_is_lost(inquiry->ways, err);
}

// By the product's query, and by the driver's calls where no table answers: another version of the
// product may lack what is asked for.
static bool
read_keys_apart(struct key_inquiry *inquiry, bool has_query, struct error *err)
{
    struct table_by_table asking = { .arena = inquiry->arena,
        .tables = inquiry->catalog->tables,
        .count = inquiry->catalog->table_count,
        .context = inquiry,
        .ask = ask_by_query,
        .is_lost = is_lost };
    bool is_answered = false;

    if (has_query && !catalog_ask_table_by_table(&asking, &is_answered, err))
        return false;
    if (is_answered)
        return true;
    asking.ask = ask_by_list;
    asking.is_last = true;
    return catalog_ask_table_by_table(&asking, &is_answered, err);
}

bool
catalog_read_keys(const struct catalog_ways *ways, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
    struct key_inquiry inquiry = { .ways = ways, .arena = arena, .catalog = catalog };
    struct error refused = { 0 };

    if (ways->keys == NULL)
        return read_keys_apart(&inquiry, false, err);
    if (ways->asks_table_by_table)
        return read_keys_apart(&inquiry, true, err);
    if (query_keys(ways, arena, catalog, NULL, &refused))
        return true;
    if (catalog_is_lost(ways, &refused)) {
        *err = refused;
        return false;
    }
    forget_keys(catalog);
    return read_keys_apart(&inquiry, true, err);
}

// --- estimates

static bool
take_estimate(void *context, const char *const *fields, struct error *err)
{
    struct table *table = table_of(context, fields);
    int64_t rows = -1;

    (void)err;
    if (table != NULL && text_parse_integer(or_empty(fields[2]), 0, INT64_MAX, &rows))
        table->row_estimate = rows;
    return true;
}

void
catalog_query_estimates(const struct catalog_door *door, const char *sql, struct catalog *catalog)
{
    struct error ignored = { 0 };

    (void)door->query(door->context, sql, ESTIMATE_FIELDS, take_estimate, catalog, &ignored);
}
