// Columns by a door's question of them, of all tables at once or of one after the other. A name in
// it is a pattern, or is said to be one: an escape that a driver misunderstands is found out by the
// answer, and the question asked in other words. Whose the rows are that come is looked at in any
// case (column_run.h).
#include "source/catalog/catalog_read.h"

#include <string.h>

static void
forget_columns(struct table *table)
{
    table->columns = NULL;
    table->column_count = 0;
}

static bool
has_columns(const struct catalog_question *question)
{
    if (question->one != NULL)
        return question->one->column_count > 0;
    for (size_t i = 0; i < question->list->count; i++) {
        if (question->list->tables[i]->column_count > 0)
            return true;
    }
    return false;
}

// Without any schema some drivers list the one that is searched first, so that "any" is a pattern.
static bool
has_schemas(const struct table_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->tables[i]->schema[0] != '\0')
            return true;
    }
    return false;
}

static bool
is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

// Asks by `patterns`; where nothing comes, by `otherwise`, if that says something else.
static bool
ask_twice(const struct catalog_ways *ways, struct arena *arena, struct catalog_question *patterns,
    struct catalog_question *otherwise, struct error *err)
{
    if (!ways->list_columns(ways->door.context, arena, patterns, err))
        return false;
    if (has_columns(patterns) || (is_same(patterns->schema, otherwise->schema) &&
                                     is_same(patterns->table, otherwise->table)))
        return true;
    return ways->list_columns(ways->door.context, arena, otherwise, err);
}

// The tables of a list, of one schema or (NULL) of any.
static bool
ask_for_all(const struct catalog_ways *ways, struct arena *arena, const struct table_list *list,
    const char *schema, struct error *err)
{
    struct catalog_question patterns = { .list = list };
    struct catalog_question otherwise = { .list = list };
    struct buffer escaped;
    bool done;

    buffer_init(&escaped, BUFFER_SQL_CAP);
    if (has_schemas(list))
        otherwise.schema = "%";
    patterns.schema = otherwise.schema;
    if (schema != NULL) {
        catalog_append_pattern(&escaped, ways->escape, schema);
        patterns.schema = buffer_text(&escaped);
    }
    done = ask_twice(ways, arena, &patterns, &otherwise, err);
    buffer_release(&escaped);
    return done;
}

static bool
ask_for_one(const struct catalog_ways *ways, struct arena *arena, const struct table_list *list,
    const struct table *table, struct error *err)
{
    bool has_schema = table->schema[0] != '\0';
    struct catalog_question patterns = { .list = list, .one = table };
    struct catalog_question otherwise = { .list = list, .one = table, .table = table->name };
    struct buffer schema;
    struct buffer name;
    bool done;

    buffer_init(&schema, BUFFER_SQL_CAP);
    buffer_init(&name, BUFFER_SQL_CAP);
    catalog_append_pattern(&schema, ways->escape, table->schema);
    catalog_append_pattern(&name, ways->escape, table->name);
    patterns.schema = has_schema ? buffer_text(&schema) : NULL;
    patterns.table = buffer_text(&name);
    otherwise.schema = has_schema ? table->schema : NULL;
    done = ask_twice(ways, arena, &patterns, &otherwise, err);
    buffer_release(&schema);
    buffer_release(&name);
    return done;
}

struct column_inquiry {
    const struct catalog_ways *ways;
    struct arena *arena;
    const struct table_list *list;
};

static bool
ask_for_missing(void *context, struct table *table, struct error *err)
{
    const struct column_inquiry *inquiry = context;

    if (table->column_count > 0 ||
        ask_for_one(inquiry->ways, inquiry->arena, inquiry->list, table, err))
        return true;
    forget_columns(table);
    return false;
}

static bool
is_lost(void *context, const struct error *err)
{
    const struct column_inquiry *inquiry = context;

    return catalog_is_lost(inquiry->ways, err);
}

// A table of which no column comes back stays in the list: it is refused by name.
bool
catalog_read_missing_columns(const struct catalog_ways *ways, struct arena *arena,
    const struct table_list *list, struct error *err)
{
    struct column_inquiry inquiry = { .ways = ways, .arena = arena, .list = list };
    const struct table_by_table asking = { .arena = arena,
        .tables = list->tables,
        .count = list->count,
        .context = &inquiry,
        .ask = ask_for_missing,
        .is_lost = is_lost,
        .is_last = true };
    bool is_answered;

    return catalog_ask_table_by_table(&asking, &is_answered, err);
}

bool
catalog_read_columns(const struct catalog_ways *ways, struct arena *arena,
    const struct table_list *list, struct error *err)
{
    const char *schema = table_list_schema(list); // "": they have none, or are of several
    struct error refused = { 0 };

    if (ways->asks_table_by_table)
        return catalog_read_missing_columns(ways, arena, list, err);
    if (!ask_for_all(ways, arena, list, schema[0] != '\0' ? schema : NULL, &refused)) {
        if (catalog_is_lost(ways, &refused)) {
            *err = refused;
            return false;
        }
        for (size_t i = 0; i < list->count; i++)
            forget_columns(list->tables[i]);
    }
    return catalog_read_missing_columns(ways, arena, list, err);
}
