// The catalogue in two calls, getTables and getColumns, each for all tables at once (or, for
// products that are known, a query of their own); keys and estimates are in jdbc_key.c.
#include "base/mem.h"
#include "base/text.h"
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_product.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_type.h"
#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

enum { SCHEMAS_SHOWN = 8, NAME_BYTES = 4096 };

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

struct table_list {
    struct table **tables;
    size_t count;
    size_t capacity;
};

static void
append_table(struct table_list *list, struct table *table)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? list->capacity * 2 : 64;
        list->tables = mem_realloc(list->tables, list->capacity, sizeof(struct table *));
    }
    list->tables[list->count++] = table;
}

static int
compare_tables(const void *a, const void *b)
{
    const struct table *left = *(const struct table *const *)a;
    const struct table *right = *(const struct table *const *)b;
    int order = strcmp(left->name, right->name);

    return order != 0 ? order : strcmp(left->schema, right->schema);
}

struct table *
jdbc_find_table(struct table **tables, size_t table_count, const char *schema, const char *name)
{
    struct table wanted = { .schema = schema, .name = name };
    const struct table *key = &wanted;
    struct table **found;

    found = bsearch(&key, tables, table_count, sizeof(struct table *), compare_tables);
    return found != NULL ? *found : NULL;
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
        append_table(list, table);
    }
}

static bool
list_tables(
    struct jdbc_source *source, struct arena *arena, struct table_list *list, struct error *err)
{
    struct jdbc_result result = { 0 };
    struct jdbc_question question = { .what = JDBC_METADATA_TABLES, .field_count = TABLES_FIELDS };
    bool done = jdbc_result_metadata(source, &question, &result, err) &&
                read_tables(&result, arena, list, err);

    jdbc_result_close(&result);
    return done;
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

// Keeps the tables of the schema asked for; a source without schemas keeps all. The name is taken
// exactly if it exists so, else without case.
static bool
keep_schema(struct jdbc_source *source, struct table_list *list, struct error *err)
{
    const char *schema = or_empty(source->settings->schema);
    bool is_exact = count_in_schema(list, schema, true) > 0;
    size_t kept = 0;

    if (count_in_schema(list, schema, is_exact) == 0) {
        if (list->count == 0 || schema[0] == '\0')
            (void)error_set(err, ERROR_SOURCE, "the source has no tables");
        else
            (void)error_set(err, ERROR_SOURCE, "schema \"%s\" of the source has no tables", schema);
        say_schemas(list, err);
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (is_in_schema(list->tables[i], schema, is_exact))
            list->tables[kept++] = list->tables[i];
    }
    list->count = kept;
    return true;
}

// --- columns

// Columns of one table while they come in.
struct column_run {
    const struct column_fields *fields;
    struct table *table;
    struct column *columns; // heap, reused
    int64_t *ordinals;
    size_t count;
    size_t capacity;
};

// In the source's order, whatever order the driver lists them in: an insertion sort, as they
// nearly always come sorted.
static void
sort_columns(struct column_run *run)
{
    for (size_t i = 1; i < run->count; i++) {
        for (size_t k = i; k > 0 && run->ordinals[k - 1] > run->ordinals[k]; k--) {
            struct column column = run->columns[k];
            int64_t ordinal = run->ordinals[k];

            run->columns[k] = run->columns[k - 1];
            run->ordinals[k] = run->ordinals[k - 1];
            run->columns[k - 1] = column;
            run->ordinals[k - 1] = ordinal;
        }
    }
}

// Moves what was gathered into the table; a driver may come back to a table later.
static void
flush_columns(struct column_run *run, struct arena *arena)
{
    struct table *table = run->table;
    struct column *all;

    if (table == NULL || run->count == 0)
        return;
    sort_columns(run);
    all = arena_calloc(arena, table->column_count + run->count, sizeof *all);
    if (table->column_count > 0)
        memcpy(all, table->columns, table->column_count * sizeof *all);
    memcpy(all + table->column_count, run->columns, run->count * sizeof *all);
    table->columns = all;
    table->column_count += run->count;
    run->count = 0;
}

static void
add_column(const struct jdbc_source *source, const struct jdbc_result *result, struct arena *arena,
    const char *name, struct column_run *run)
{
    const struct column_fields *fields = run->fields;
    struct jdbc_column_facts facts = {
        .data_type = (int)jdbc_result_number(result, fields->data_type, JDBC_OTHER),
        .type_name = or_empty(jdbc_result_text(result, fields->type_name)),
        .size = jdbc_result_number(result, fields->size, 0),
        .decimals = jdbc_result_number(result, fields->decimals, -1),
    };
    struct column *column;

    if (run->count == run->capacity) {
        run->capacity = run->capacity > 0 ? run->capacity * 2 : 64;
        run->columns = mem_realloc(run->columns, run->capacity, sizeof *run->columns);
        run->ordinals = mem_realloc(run->ordinals, run->capacity, sizeof *run->ordinals);
    }
    column = &run->columns[run->count];
    memset(column, 0, sizeof *column);
    column->name = arena_strdup(arena, name);
    column->type_name = facts.type_name;
    column->is_nullable = jdbc_result_number(result, fields->nullable, 1) != 0;
    jdbc_type_describe(&facts, column);
    if (source->product->refine_column != NULL)
        source->product->refine_column(column);
    column->type_name = jdbc_type_spell(arena, facts.type_name, column);
    run->ordinals[run->count] =
        jdbc_result_number(result, fields->ordinal, (int64_t)run->count + 1);
    run->count++;
}

static bool
read_columns(const struct jdbc_source *source, struct jdbc_result *result, struct arena *arena,
    const struct table_list *list, struct column_run *run, struct error *err)
{
    bool has_row = false;

    for (;;) {
        const char *schema;
        const char *table;
        const char *name;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        schema = or_empty(jdbc_result_text(result, run->fields->schema));
        table = or_empty(jdbc_result_text(result, run->fields->table));
        name = or_empty(jdbc_result_text(result, run->fields->column));
        if (run->table == NULL || strcmp(run->table->name, table) != 0 ||
            strcmp(run->table->schema, schema) != 0) {
            flush_columns(run, arena);
            run->count = 0;
            run->table = jdbc_find_table(list->tables, list->count, schema, table);
        }
        if (run->table != NULL && name[0] != '\0')
            add_column(source, result, arena, name, run);
    }
    flush_columns(run, arena);
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
    const char *schema = list->tables[0]->schema;
    struct buffer pattern;
    bool done;

    if (source->product->columns != NULL)
        return jdbc_result_query_texts(
            source, source->product->columns, query_fields.count, result, err);
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(schema, list->tables[i]->schema) != 0)
            schema = ""; // several: all, filtered here
    }
    buffer_init(&pattern, NAME_BYTES);
    if (schema[0] != '\0')
        question.schema = escape_pattern(source, schema, &pattern);
    done = jdbc_result_metadata(source, &question, result, err);
    buffer_release(&pattern);
    return done;
}

static bool
list_columns(struct jdbc_source *source, struct arena *arena, const struct table_list *list,
    struct error *err)
{
    struct jdbc_result result = { 0 };
    struct column_run run = { .fields = source->product->columns != NULL ? &query_fields
                                                                         : &metadata_fields };
    bool done = ask_for_columns(source, list, &result, err) &&
                read_columns(source, &result, arena, list, &run, err);

    free(run.columns);
    free(run.ordinals);
    jdbc_result_close(&result);
    return done;
}

// --- all of it

// OpenEdge's driver may list the metaschema among the tables.
static void
drop_system_tables(const struct jdbc_source *source, struct table_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (!source->product->is_openedge || list->tables[i]->name[0] != '_')
            list->tables[kept++] = list->tables[i];
    }
    list->count = kept;
}

// Tables with their columns, sorted; by the product's own catalogue where it has one and it may be
// read.
static bool
read_tables_and_columns(struct jdbc_source *source, struct arena *arena, struct catalog *catalog,
    struct table_list *list, struct error *err)
{
    bool is_read = false;

    if (source->product->is_openedge &&
        !jdbc_openedge_tables(source, arena, catalog, &is_read, err))
        return false;
    if (is_read) {
        for (size_t i = 0; i < catalog->table_count; i++)
            append_table(list, catalog->tables[i]);
        return keep_schema(source, list, err);
    }
    if (!list_tables(source, arena, list, err))
        return false;
    drop_system_tables(source, list);
    if (!keep_schema(source, list, err))
        return false;
    qsort(list->tables, list->count, sizeof(struct table *), compare_tables);
    // A table of which no column comes back stays in the list: reading it fails by name.
    return list_columns(source, arena, list, err);
}

static bool
read_keys(
    struct jdbc_source *source, struct arena *arena, struct catalog *catalog, struct error *err)
{
    bool is_read = false;

    if (source->product->is_openedge && !jdbc_openedge_keys(source, arena, catalog, &is_read, err))
        return false;
    if (is_read)
        return true;
    if (!jdbc_read_keys(source, arena, catalog->tables, catalog->table_count, err))
        return false;
    if (source->product->is_openedge)
        openedge_distrust_keys(arena, catalog);
    return true;
}

bool
jdbc_read_catalog(
    struct source *base, struct arena *arena, struct catalog *catalog, struct error *err)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct table_list list = { 0 };
    bool done;

    memset(catalog, 0, sizeof *catalog);
    done = read_tables_and_columns(source, arena, catalog, &list, err);
    if (done) {
        catalog->tables = arena_calloc(arena, list.count + 1, sizeof(struct table *));
        memcpy(catalog->tables, list.tables, list.count * sizeof(struct table *));
        catalog->table_count = list.count;
        done = read_keys(source, arena, catalog, err);
    }
    if (done)
        jdbc_read_estimates(source, catalog->tables, catalog->table_count);
    free(list.tables);
    return done;
}
