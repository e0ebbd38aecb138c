// Tables and columns in two calls, getTables and getColumns, each for all tables at once (or, for
// products that are known, a query of their own); keys and estimates are in jdbc_key.c.
#include "source/catalog/catalog_read.h"
#include "source/catalog/column_run.h"
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_product.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_type.h"

#include <string.h>

enum { NAME_BYTES = 4096 };

// Columns of DatabaseMetaData.getTables, counted from 0.
enum { TABLES_SCHEMA = 1, TABLES_NAME = 2, TABLES_FIELDS = 4 };

// Where a list of columns says what.
struct column_fields {
    size_t schema;
    size_t table;
    size_t column;
    size_t data_type;
    size_t type_name;
    size_t size;
    size_t decimals;
    size_t nullable;
    size_t ordinal;
    size_t count;
};

static const struct column_fields metadata_fields = { 1, 2, 3, 4, 5, 6, 8, 10, 16, 17 };
static const struct column_fields query_fields = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static const struct column_fields *
fields_of(const struct jdbc_source *source)
{
    return source->product->columns != NULL ? &query_fields : &metadata_fields;
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

// --- tables

static bool
read_tables(
    struct jdbc_result *result, struct arena *arena, struct table_list *list, struct error *err)
{
    bool has_row = false;

    for (;;) {
        const char *name;
        struct table *table;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            return true;
        name = or_empty(jdbc_result_text(result, TABLES_NAME));
        if (name[0] == '\0')
            continue;
        table = arena_calloc(arena, 1, sizeof *table);
        table->schema = arena_strdup(arena, or_empty(jdbc_result_text(result, TABLES_SCHEMA)));
        table->name = arena_strdup(arena, name);
        table->row_estimate = -1;
        table_list_append(list, table);
    }
}

static bool
list_tables(void *source, struct arena *arena, struct table_list *list, struct error *err)
{
    struct jdbc_result result = { 0 };
    struct jdbc_question question = { .what = JDBC_METADATA_TABLES, .field_count = TABLES_FIELDS };
    bool done = jdbc_result_metadata(source, &question, &result, err) &&
                read_tables(&result, arena, list, err);

    jdbc_result_close(&result);
    return done;
}

// --- columns

static void
add_column(const struct jdbc_source *source, const struct jdbc_result *result, struct arena *arena,
    const char *name, struct column_run *run)
{
    const struct column_fields *fields = fields_of(source);
    struct jdbc_column_facts facts = {
        .data_type = (int)jdbc_result_number(result, fields->data_type, JDBC_OTHER),
        .type_name = or_empty(jdbc_result_text(result, fields->type_name)),
        .size = jdbc_result_number(result, fields->size, 0),
        .decimals = jdbc_result_number(result, fields->decimals, -1),
    };
    int64_t ordinal = jdbc_result_number(result, fields->ordinal, (int64_t)run->count + 1);
    struct column *column = column_run_add(run, ordinal);

    column->name = arena_strdup(arena, name);
    column->type_name = facts.type_name;
    column->is_nullable = jdbc_result_number(result, fields->nullable, 1) != 0;
    jdbc_type_describe(&facts, column);
    if (source->product->refine_column != NULL)
        source->product->refine_column(column);
    column->type_name = jdbc_type_spell(arena, facts.type_name, column);
}

static bool
read_columns(const struct jdbc_source *source, struct jdbc_result *result, struct arena *arena,
    const struct table_list *list, struct column_run *run, struct error *err)
{
    const struct column_fields *fields = fields_of(source);
    bool has_row = false;

    for (;;) {
        const char *schema;
        const char *table;
        const char *name;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        schema = or_empty(jdbc_result_text(result, fields->schema));
        table = or_empty(jdbc_result_text(result, fields->table));
        name = or_empty(jdbc_result_text(result, fields->column));
        column_run_turn(run, arena, list, schema, table);
        if (run->table != NULL && name[0] != '\0')
            add_column(source, result, arena, name, run);
    }
    column_run_flush(run, arena);
    return true;
}

// Doubles the wildcards of a name that is used as a pattern.
static const char *
escape_pattern(const struct jdbc_source *source, const char *name, struct buffer *pattern)
{
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '_' || *p == '%' || (source->escape[0] != '\0' && *p == source->escape[0]))
            (void)buffer_append_text(pattern, source->escape);
        (void)buffer_append_byte(pattern, *p);
    }
    return buffer_text(pattern);
}

static bool
ask_for_columns(struct jdbc_source *source, const struct table_list *list,
    struct jdbc_result *result, struct error *err)
{
    struct jdbc_question question = { .what = JDBC_METADATA_COLUMNS,
        .field_count = metadata_fields.count };
    const char *schema = table_list_schema(list); // "": all, filtered here
    struct buffer pattern;
    bool done;

    if (source->product->columns != NULL)
        return jdbc_result_query_texts(
            source, source->product->columns, query_fields.count, result, err);
    buffer_init(&pattern, NAME_BYTES);
    if (schema[0] != '\0')
        question.schema = escape_pattern(source, schema, &pattern);
    done = jdbc_result_metadata(source, &question, result, err);
    buffer_release(&pattern);
    return done;
}

static bool
list_columns(void *source, struct arena *arena, const struct table_list *list, struct error *err)
{
    struct jdbc_result result = { 0 };
    struct column_run run = { 0 };
    bool done = ask_for_columns(source, list, &result, err) &&
                read_columns(source, &result, arena, list, &run, err);

    column_run_release(&run);
    jdbc_result_close(&result);
    return done;
}

bool
jdbc_read_catalog(
    struct source *base, struct arena *arena, struct catalog *catalog, struct error *err)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct catalog_ways ways = { .door = jdbc_catalog_door(source),
        .is_openedge = source->product->is_openedge,
        .schema = source->settings->schema,
        .keys = source->product->keys,
        .estimates = source->product->estimates,
        .list_tables = list_tables,
        .list_columns = list_columns,
        .list_primary = jdbc_list_primary,
        .list_indexes = jdbc_list_indexes };

    return catalog_read(&ways, arena, catalog, err);
}
