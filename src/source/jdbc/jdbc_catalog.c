// Tables and columns in two calls, getTables and getColumns, each for all tables at once (or, for
// products that are known, a query of their own); keys and estimates are in jdbc_key.c.
#include "source/catalog/catalog_read.h"
#include "source/catalog/column_run.h"
#include "source/catalog/type_mismatch.h"
#include "source/catalog/session_pins.h"
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_type.h"
#include "source/jdbc/jdbc_url.h"
#include "source/product/product.h"
#include "source/type_name.h"

#include <stdint.h>
#include <string.h>

// Columns of DatabaseMetaData.getTables, counted from 0.
enum { TABLES_CATALOG = 0, TABLES_SCHEMA = 1, TABLES_NAME = 2, TABLES_TYPE = 3, TABLES_FIELDS = 4 };

#define NOT_SAID SIZE_MAX

// Where a list of columns says what.
struct column_fields {
    size_t catalog; // NOT_SAID: the database that is connected
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

static const struct column_fields metadata_fields = { 0, 1, 2, 3, 4, 5, 6, 8, 10, 16, 17 };
static const struct column_fields query_fields = { NOT_SAID, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static const struct column_fields *
fields_of(const struct jdbc_source *source)
{
    return source->product->jdbc.columns != NULL ? &query_fields : &metadata_fields;
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
        struct column_owner names = { NULL, NULL, NULL };

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            return true;
        name = or_empty(jdbc_result_text(result, TABLES_NAME));
        if (name[0] == '\0')
            continue;
        names.catalog = jdbc_result_text(result, TABLES_CATALOG);
        names.schema = jdbc_result_text(result, TABLES_SCHEMA);
        names.table = name;
        (void)catalog_add_object(arena, list, &names, jdbc_result_text(result, TABLES_TYPE));
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
    if (source->product->jdbc.is_statically_typed)
        jdbc_type_describe(&facts, column);
    else
        jdbc_type_describe_declared(&facts, column);
    if (source->product->jdbc.refine_column != NULL)
        source->product->jdbc.refine_column(column);
    column->type_name = type_name_spell(arena, facts.type_name, column);
}

static bool
read_columns(const struct jdbc_source *source, struct jdbc_result *result, struct arena *arena,
    const struct table_list *list, struct column_run *run, struct error *err)
{
    const struct column_fields *fields = fields_of(source);
    bool has_row = false;

    for (;;) {
        struct column_owner owner = { NULL, NULL, NULL };
        const char *name;

        if (!jdbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (fields->catalog != NOT_SAID)
            owner.catalog = jdbc_result_text(result, fields->catalog);
        owner.schema = jdbc_result_text(result, fields->schema);
        owner.table = jdbc_result_text(result, fields->table);
        name = jdbc_result_text(result, fields->column);
        column_run_turn(run, arena, list, &owner);
        if (run->table != NULL && name != NULL)
            add_column(source, result, arena, name, run);
    }
    column_run_flush(run, arena);
    return true;
}

static bool
query_columns(struct jdbc_source *source, const struct table *one, struct jdbc_result *result,
    struct error *err)
{
    struct buffer sql;
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    catalog_append_query(
        &sql, source->product->jdbc.columns, source->product->catalog.append_text, one);
    done = jdbc_result_query_texts(source, buffer_text(&sql), query_fields.count, result, err);
    buffer_release(&sql);
    return done;
}

static bool
ask_for_columns(struct jdbc_source *source, const struct catalog_question *question,
    struct jdbc_result *result, struct error *err)
{
    const struct jdbc_question metadata = { .what = JDBC_METADATA_COLUMNS,
        .schema = question->schema,
        .table = question->table,
        .field_count = metadata_fields.count };

    if (source->product->jdbc.columns != NULL)
        return query_columns(source, question->one, result, err);
    return jdbc_result_metadata(source, &metadata, result, err);
}

static bool
list_columns(
    void *source, struct arena *arena, const struct catalog_question *question, struct error *err)
{
    struct jdbc_result result = { 0 };
    struct column_run run = { .one = question->one };
    bool done = ask_for_columns(source, question, &result, err) &&
                read_columns(source, &result, arena, question->list, &run, err);

    column_run_release(&run);
    jdbc_result_close(&result);
    return done;
}

// --- all of it

// Nothing is known of the product: values need not be of their column's type, and an index that is
// called unique may hold some of the rows alone, as SQLite's partial ones do.
static void
distrust(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct table *table = catalog->tables[i];

        table->is_loosely_typed = true;
        for (size_t k = 0; k < table->key_count; k++)
            table->keys[k].may_repeat = !table->keys[k].is_primary;
    }
}

static bool
is_over(void *context)
{
    struct jdbc_source *source = context;

    return source->base.is_cancelled || !source->base.driver->is_alive(&source->base);
}

static struct catalog_ways
ways_of(struct jdbc_source *source, const struct table_filter *filter)
{
    return (struct catalog_ways){ .door = jdbc_catalog_door(source),
        .filter = filter,
        .catalog = source->catalog,
        .escape = source->escape,
        .append_text = source->product->catalog.append_text,
        .is_over = is_over,
        .is_openedge = source->product->is_openedge,
        .schema = source->settings->schema,
        .objects = source->product->catalog.objects,
        .keys = source->product->catalog.keys,
        .estimates = source->product->catalog.estimates,
        .odd_names = source->product->bytes.names,
        .code_page = &source->base.code_page,
        .encoding = source->base.identity.code_page,
        .list_tables = list_tables,
        .list_columns = list_columns,
        .list_primary = jdbc_list_primary,
        .list_indexes = jdbc_list_indexes };
}

bool
jdbc_read_catalog(struct source *base, const struct table_filter *filter, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct catalog_ways ways = ways_of(source, filter);

    if (!catalog_read(&ways, arena, catalog, err))
        return jdbc_url_explain(source->settings->jdbc_url, err);
    if (!source->product->jdbc.is_statically_typed)
        distrust(catalog);
    session_pins_mark_instants(&base->session, product_find(base->identity.product), catalog);
    return true;
}

bool
jdbc_settle_odds(struct jdbc_source *source, const struct table *table, const struct column *odd,
    struct error *err)
{
    struct catalog_ways ways = ways_of(source, NULL);
    const struct type_mismatch mismatch = {
        .table = table, .column = odd, .is_same_type = jdbc_type_is_same_class
    };

    if (!catalog_settle_type_mismatch(&ways, &mismatch, err))
        return false;
    jdbc_note_find(source, table)->is_at_odds = true;
    driver_remark_odds(&source->base, &source->arena, table, odd);
    return true;
}
