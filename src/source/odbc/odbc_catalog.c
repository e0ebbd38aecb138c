// The catalogue in two calls, SQLTables and SQLColumns, each for all tables at once; keys and
// estimates are in odbc_key.c.
#include "base/mem.h"
#include "base/text.h"
#include "source/odbc/odbc.h"
#include "source/odbc/odbc_product.h"
#include "source/odbc/odbc_type.h"
#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

// Longer names of tables or columns are refused, never cut.
enum { NAME_BYTES = 1024, TABLES_FIELDS = 4, COLUMNS_FIELDS = 18, SCHEMAS_SHOWN = 8 };

// Columns of the results of SQLTables and SQLColumns, counted from 0.
enum { FIELD_SCHEMA = 1, FIELD_TABLE = 2, FIELD_TABLE_TYPE = 3 };
enum {
    FIELD_COLUMN = 3,
    FIELD_DATA_TYPE = 4,
    FIELD_TYPE_NAME = 5,
    FIELD_SIZE = 6,
    FIELD_DECIMALS = 8,
    FIELD_NULLABLE = 10,
    FIELD_ORDINAL = 16,
    // psqlODBC's own: the type behind a domain, and the type modifier.
    FIELD_BASE_TYPE = 19,
    FIELD_TYPE_MODIFIER = 24,
};

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
odbc_find_table(struct table **tables, size_t table_count, const char *schema, const char *name)
{
    struct table wanted = { .schema = schema, .name = name };
    const struct table *key = &wanted;
    struct table **found;

    found = bsearch(&key, tables, table_count, sizeof(struct table *), compare_tables);
    return found != NULL ? *found : NULL;
}

// A name of the catalogue; a NULL schema is "".
static bool
read_name(const struct odbc_result *result, size_t field, const char **name, struct error *err)
{
    bool is_cut = false;
    const char *text = odbc_result_text(result, field, &is_cut);

    if (is_cut)
        return error_set(
            err, ERROR_SOURCE, "a name in the catalogue is longer than %d bytes", NAME_BYTES - 1);
    *name = text != NULL ? text : "";
    return true;
}

// --- tables

static bool
is_system_table(const char *name)
{
    return strncmp(name, "sqlite_", 7) == 0;
}

static bool
read_tables(
    struct odbc_result *result, struct arena *arena, struct table_list *list, struct error *err)
{
    bool has_row = false;

    for (;;) {
        const char *schema = "";
        const char *name = "";
        struct table *table;

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            return true;
        if (!read_name(result, FIELD_SCHEMA, &schema, err) ||
            !read_name(result, FIELD_TABLE, &name, err))
            return false;
        if (name[0] == '\0' || is_system_table(name))
            continue;
        table = arena_calloc(arena, 1, sizeof *table);
        table->schema = arena_strdup(arena, schema);
        table->name = arena_strdup(arena, name);
        table->row_estimate = -1;
        append_table(list, table);
    }
}

// The connected database as a catalogue name, where the driver would list those of all.
static SQLCHAR *
own_catalog(const struct odbc_source *source)
{
    const char *name = source->base.identity.db_name;

    if (!source->product->only_own_catalog || name[0] == '\0')
        return NULL;
    return (SQLCHAR *)(uintptr_t)name;
}

static bool
list_tables(
    struct odbc_source *source, struct arena *arena, struct table_list *list, struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    char type[] = "TABLE";
    SQLCHAR *catalog = own_catalog(source);
    SQLRETURN code;
    bool done = false;

    if (!odbc_statement_open(source, &statement, err))
        return false;
    code =
        SQLTables(statement.handle, catalog, SQL_NTS, NULL, 0, NULL, 0, (SQLCHAR *)type, SQL_NTS);
    done = odbc_statement_check(&statement, code, err, "could not list the tables") &&
           odbc_result_open(&statement, TABLES_FIELDS, NAME_BYTES, &result, err) &&
           read_tables(&result, arena, list, err);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// --- the schema asked for

static size_t
count_in_schema(const struct table_list *list, const char *schema, bool is_exact)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++) {
        const char *own = list->tables[i]->schema;

        if (own[0] == '\0' ||
            (is_exact ? strcmp(own, schema) == 0 : text_equal_nocase(own, schema)))
            count++;
    }
    return count;
}

// Names the schemas there are, for the hint.
static void
say_schemas(const struct table_list *list, struct error *err)
{
    struct buffer names;
    const char *last = NULL;
    size_t shown = 0;

    buffer_init(&names, sizeof err->hint);
    for (size_t i = 0; i < list->count && shown < SCHEMAS_SHOWN; i++) {
        const char *schema = list->tables[i]->schema;
        bool is_new = last == NULL || strcmp(schema, last) != 0;

        for (size_t k = 0; is_new && k < i; k++)
            is_new = strcmp(schema, list->tables[k]->schema) != 0;
        if (!is_new)
            continue;
        (void)buffer_printf(&names, "%s\"%s\"", shown++ > 0 ? ", " : "", schema);
        last = schema;
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
keep_schema(struct odbc_source *source, struct table_list *list, struct error *err)
{
    const char *schema = source->settings->schema != NULL ? source->settings->schema : "";
    bool is_exact = count_in_schema(list, schema, true) > 0;
    size_t kept = 0;

    if (list->count > 0 && schema[0] == '\0')
        return true;
    if (count_in_schema(list, schema, is_exact) == 0) {
        if (list->count == 0)
            (void)error_set(err, ERROR_SOURCE, "the source has no tables");
        else
            (void)error_set(err, ERROR_SOURCE, "schema \"%s\" of the source has no tables", schema);
        say_schemas(list, err);
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        const char *own = list->tables[i]->schema;

        if (own[0] == '\0' ||
            (is_exact ? strcmp(own, schema) == 0 : text_equal_nocase(own, schema)))
            list->tables[kept++] = list->tables[i];
    }
    list->count = kept;
    return true;
}

// --- columns

// Columns of one table while they come in.
struct column_run {
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
add_column(struct odbc_source *source, const struct odbc_result *result, struct arena *arena,
    const char *name, struct column_run *run)
{
    const char *type_name = odbc_result_text(result, FIELD_TYPE_NAME, NULL);
    struct odbc_column_facts facts = {
        .data_type = (int)odbc_result_number(result, FIELD_DATA_TYPE, SQL_VARCHAR),
        .type_name = type_name != NULL ? type_name : "",
        .size = odbc_result_number(result, FIELD_SIZE, 0),
        .decimals = odbc_result_number(result, FIELD_DECIMALS, -1),
    };
    bool has_more = result->column_count > FIELD_TYPE_MODIFIER;
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
    column->is_nullable = odbc_result_number(result, FIELD_NULLABLE, 1) != SQL_NO_NULLS;
    odbc_type_describe(&facts, column);
    if (source->product->refine_column != NULL) {
        source->product->refine_column(column,
            has_more ? odbc_result_number(result, FIELD_BASE_TYPE, -1) : -1,
            has_more ? odbc_result_number(result, FIELD_TYPE_MODIFIER, -1) : -1);
    }
    column->type_name = odbc_type_spell(arena, facts.type_name, column);
    run->ordinals[run->count] = odbc_result_number(result, FIELD_ORDINAL, (int64_t)run->count + 1);
    run->count++;
}

static bool
read_columns(struct odbc_source *source, struct odbc_result *result, struct arena *arena,
    const struct table_list *list, struct column_run *run, struct error *err)
{
    bool has_row = false;

    for (;;) {
        const char *schema = "";
        const char *table = "";
        const char *name = "";

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (!read_name(result, FIELD_SCHEMA, &schema, err) ||
            !read_name(result, FIELD_TABLE, &table, err) ||
            !read_name(result, FIELD_COLUMN, &name, err))
            return false;
        if (run->table == NULL || strcmp(run->table->name, table) != 0 ||
            strcmp(run->table->schema, schema) != 0) {
            flush_columns(run, arena);
            run->count = 0;
            run->table = odbc_find_table(list->tables, list->count, schema, table);
        }
        if (run->table != NULL && name[0] != '\0')
            add_column(source, result, arena, name, run);
    }
    flush_columns(run, arena);
    return true;
}

// Doubles the wildcards of a name that is used as a pattern.
static void
escape_pattern(const struct odbc_source *source, const char *name, struct buffer *pattern)
{
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '_' || *p == '%' || (source->escape[0] != '\0' && *p == source->escape[0]))
            (void)buffer_append_text(pattern, source->escape);
        (void)buffer_append_byte(pattern, *p);
    }
}

static bool
execute_columns(struct odbc_source *source, struct odbc_statement *statement, const char *schema,
    struct error *err)
{
    char any[] = "%";
    struct buffer pattern;
    bool has_schema = schema[0] != '\0';
    SQLRETURN code;

    buffer_init(&pattern, (size_t)4 * NAME_BYTES);
    escape_pattern(source, schema, &pattern);
    code = SQLColumns(statement->handle, own_catalog(source), SQL_NTS,
        has_schema ? (SQLCHAR *)pattern.bytes : NULL, has_schema ? SQL_NTS : 0, (SQLCHAR *)any,
        SQL_NTS, NULL, 0);
    buffer_release(&pattern);
    return odbc_statement_check(statement, code, err, "could not list the columns");
}

static bool
list_columns(struct odbc_source *source, struct arena *arena, const struct table_list *list,
    struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    struct column_run run = { 0 };
    SQLSMALLINT count = 0;
    const char *schema = list->tables[0]->schema;
    bool done = false;

    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(schema, list->tables[i]->schema) != 0)
            schema = ""; // several: all, filtered here
    }
    if (!odbc_statement_open(source, &statement, err) ||
        !execute_columns(source, &statement, schema, err))
        goto out;
    if (!odbc_statement_check(&statement, SQLNumResultCols(statement.handle, &count), err,
            "could not list the columns"))
        goto out;
    if (!odbc_result_open(&statement,
            count > FIELD_TYPE_MODIFIER ? FIELD_TYPE_MODIFIER + 1 : COLUMNS_FIELDS, NAME_BYTES,
            &result, err))
        goto out;
    done = read_columns(source, &result, arena, list, &run, err);
out:
    free(run.columns);
    free(run.ordinals);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// --- all of it

// OpenEdge's driver may list the metaschema among the tables.
static void
drop_system_tables(const struct odbc_source *source, struct table_list *list)
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
read_tables_and_columns(struct odbc_source *source, struct arena *arena, struct catalog *catalog,
    struct table_list *list, struct error *err)
{
    bool is_read = false;

    if (source->product->is_openedge &&
        !odbc_openedge_tables(source, arena, catalog, &is_read, err))
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
    struct odbc_source *source, struct arena *arena, struct catalog *catalog, struct error *err)
{
    bool is_read = false;

    if (source->product->is_openedge && !odbc_openedge_keys(source, arena, catalog, &is_read, err))
        return false;
    if (is_read)
        return true;
    if (!odbc_read_keys(source, arena, catalog->tables, catalog->table_count, err))
        return false;
    if (source->product->is_openedge)
        openedge_distrust_keys(arena, catalog);
    return true;
}

bool
odbc_read_catalog(
    struct source *base, struct arena *arena, struct catalog *catalog, struct error *err)
{
    struct odbc_source *source = (struct odbc_source *)base;
    struct table_list list = { 0 };
    bool done;

    memset(catalog, 0, sizeof *catalog);
    done = read_tables_and_columns(source, arena, catalog, &list, err);
    if (done) {
        catalog->tables = arena_calloc(arena, list.count + 1, sizeof(struct table *));
        if (list.count > 0)
            memcpy(catalog->tables, list.tables, list.count * sizeof(struct table *));
        catalog->table_count = list.count;
        for (size_t i = 0; i < list.count; i++)
            list.tables[i]->is_loosely_typed = source->product->is_loosely_typed;
        done = read_keys(source, arena, catalog, err);
    }
    if (done)
        odbc_read_estimates(source, catalog->tables, catalog->table_count);
    free(list.tables);
    return done;
}
