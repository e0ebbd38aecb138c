// Unique indexes and estimates by queries that products have for all their tables at once.
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/catalog/index_run.h"
#include "source/table_search.h"

#include <string.h>

enum { KEY_FIELDS = 6, ESTIMATE_FIELDS = 3 };

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
        index_run_begin(run, table, name, strcmp(or_empty(fields[3]), "1") == 0);
    }
    if (run->table != NULL)
        index_run_put(run, fields[4], run->count);
    return true;
}

bool
catalog_query_keys(const struct catalog_door *door, const char *sql, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct key_taker taker = { .arena = arena, .catalog = catalog };
    bool done = door->query(door->context, sql, KEY_FIELDS, take_key_row, &taker, err);

    if (done)
        index_run_flush(&taker.run, arena);
    index_run_release(&taker.run);
    return done;
}

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
