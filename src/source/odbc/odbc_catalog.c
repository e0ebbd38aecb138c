// Tables and columns in two calls, SQLTables and SQLColumns, each for all tables at once, and a
// query of the columns that a driver is known to leave out; keys and estimates are in odbc_key.c.
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/catalog/column_run.h"
#include "source/catalog/type_mismatch.h"
#include "source/catalog/session_pins.h"
#include "source/odbc/odbc.h"
#include "source/odbc/odbc_connect.h"
#include "source/odbc/odbc_type.h"
#include "source/product/product.h"
#include "source/select_text.h"
#include "source/table_search.h"
#include "source/type_name.h"

#include <stdlib.h>
#include <string.h>

// Longer names of tables or columns are refused, never cut.
enum { NAME_BYTES = 1024, LONG_NAME_SHOWN = 200, TABLES_FIELDS = 4, COLUMNS_FIELDS = 18 };

// Columns of the results of SQLTables and SQLColumns, counted from 0.
enum { FIELD_CATALOG = 0, FIELD_SCHEMA = 1, FIELD_TABLE = 2, FIELD_TABLE_TYPE = 3 };
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

// A name of the catalogue; a NULL schema is "".
static bool
read_name(const struct odbc_result *result, size_t field, const char **name, struct error *err)
{
    bool is_cut = false;
    const char *text = odbc_result_text(result, field, &is_cut);

    if (is_cut)
        return error_set(
            err, ERROR_TABLE, "a name in the catalogue is longer than %d bytes", NAME_BYTES - 1);
    *name = text != NULL ? text : "";
    return true;
}

static bool
is_over(void *context)
{
    struct odbc_source *source = context;

    return source->base.is_cancelled || !source->base.driver->is_alive(&source->base);
}

// --- tables

static bool
is_system_table(const char *name)
{
    return strncmp(name, "sqlite_", 7) == 0;
}

// One whose name is too long is called by the beginning of it, and fails alone.
static void
add_table(struct arena *arena, struct table_list *list, const struct column_owner *names,
    bool is_cut, const char *kind)
{
    char beginning[LONG_NAME_SHOWN];
    struct column_owner shown = *names;
    struct error too_long = { 0 };
    struct table *table;

    if (is_cut) {
        (void)text_print(beginning, sizeof beginning, "%s", names->table);
        shown.table = beginning;
    }
    table = catalog_add_object(arena, list, &shown, kind);
    if (!is_cut)
        return;
    (void)error_set(&too_long, ERROR_TABLE, "its name is longer than %d bytes", NAME_BYTES - 1);
    catalog_mark_unread(arena, table, &too_long);
}

// `kind`: what they are called; NULL: as the driver says.
static bool
read_tables(struct odbc_result *result, struct arena *arena, const char *kind,
    struct table_list *list, struct error *err)
{
    bool has_row = false;

    for (;;) {
        struct column_owner names = { "", "", "" };
        bool is_cut = false;

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            return true;
        if (!read_name(result, FIELD_CATALOG, &names.catalog, err) ||
            !read_name(result, FIELD_SCHEMA, &names.schema, err))
            return false;
        names.table = odbc_result_text(result, FIELD_TABLE, &is_cut);
        if (names.table == NULL || is_system_table(names.table))
            continue;
        add_table(arena, list, &names, is_cut,
            kind != NULL ? kind : odbc_result_text(result, FIELD_TABLE_TYPE, NULL));
    }
}

// The connected database as a catalogue name, where the driver would list those of all.
static const char *
own_catalog(const struct odbc_source *source)
{
    const char *name = source->base.identity.db_name;

    if (!source->product->odbc.only_own_catalog || name[0] == '\0')
        return NULL;
    return name;
}

static bool
ask_for_kinds(struct odbc_source *source, const char *catalog, bool are_views, struct arena *arena,
    struct table_list *list, struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    const char *kinds = are_views ? "VIEW,MATERIALIZED VIEW,FOREIGN TABLE,SYNONYM" : "TABLE";
    SQLRETURN code;
    bool done = false;

    if (!odbc_statement_open_catalog(source, &statement, err))
        return false;
    code = SQLTables(statement.handle, odbc_argument(catalog), SQL_NTS, NULL, 0, NULL, 0,
        odbc_argument(kinds), SQL_NTS);
    done = odbc_statement_check(&statement, code, err, "could not list the tables") &&
           odbc_result_open(&statement, TABLES_FIELDS, NAME_BYTES, &result, err) &&
           read_tables(&result, arena, are_views ? NULL : "", list, err);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// A driver may know no kinds but tables.
static bool
ask_for_tables(struct odbc_source *source, const char *catalog, struct arena *arena,
    struct table_list *list, struct error *err)
{
    size_t count;

    source->unlisted_views = NULL;
    if (!ask_for_kinds(source, catalog, false, arena, list, err))
        return false;
    count = list->count;
    if (!ask_for_kinds(source, catalog, true, arena, list, err)) {
        list->count = count;
        if (is_over(source))
            return false;
        source->unlisted_views = arena_printf(arena,
            "the driver lists no views, materialized views, foreign tables and synonyms (%s): none "
            "of them is known in this run, so include_views names none",
            err->message);
        error_clear(err);
    }
    return true;
}

// The name of the database is a pattern here, and here only; a driver that takes it as it is finds
// nothing by the escaped one.
static bool
list_tables(void *context, struct arena *arena, struct table_list *list, struct error *err)
{
    struct odbc_source *source = context;
    const char *catalog = own_catalog(source);
    struct buffer pattern;
    bool done;

    if (catalog == NULL)
        return ask_for_tables(source, NULL, arena, list, err);
    buffer_init(&pattern, BUFFER_SQL_CAP);
    catalog_append_pattern(&pattern, source->escape, catalog);
    done = ask_for_tables(source, buffer_text(&pattern), arena, list, err);
    if (done && list->count == 0 && strcmp(buffer_text(&pattern), catalog) != 0)
        done = ask_for_tables(source, catalog, arena, list, err);
    buffer_release(&pattern);
    return done;
}

// --- columns

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
    int64_t ordinal = odbc_result_number(result, FIELD_ORDINAL, (int64_t)run->count + 1);
    struct column *column = column_run_add(run, ordinal);

    column->name = arena_strdup(arena, name);
    column->type_name = facts.type_name;
    column->is_nullable = odbc_result_number(result, FIELD_NULLABLE, 1) != SQL_NO_NULLS;
    odbc_type_describe(&facts, column);
    if (source->product->odbc.refine_column != NULL) {
        source->product->odbc.refine_column(column,
            has_more ? odbc_result_number(result, FIELD_BASE_TYPE, -1) : -1,
            has_more ? odbc_result_number(result, FIELD_TYPE_MODIFIER, -1) : -1);
    }
    column->type_name = type_name_spell(arena, facts.type_name, column);
}

static bool
read_columns(struct odbc_source *source, struct odbc_result *result, struct arena *arena,
    const struct table_list *list, struct column_run *run, struct error *err)
{
    bool has_row = false;

    for (;;) {
        struct column_owner owner = { NULL, NULL, NULL };
        const char *name = "";

        if (!odbc_result_next(result, &has_row, err))
            return false;
        if (!has_row)
            break;
        if (!read_name(result, FIELD_SCHEMA, &owner.schema, err) ||
            !read_name(result, FIELD_TABLE, &owner.table, err) ||
            !read_name(result, FIELD_COLUMN, &name, err))
            return false;
        owner.catalog = odbc_result_text(result, FIELD_CATALOG, NULL);
        column_run_turn(run, arena, list, &owner);
        if (run->table != NULL && odbc_result_text(result, FIELD_COLUMN, NULL) != NULL)
            add_column(source, result, arena, name, run);
    }
    column_run_flush(run, arena);
    return true;
}

static bool
execute_columns(struct odbc_source *source, struct odbc_statement *statement,
    const struct catalog_question *question, struct error *err)
{
    const char *table = question->table != NULL ? question->table : "%";
    SQLRETURN code = SQLColumns(statement->handle, odbc_argument(own_catalog(source)), SQL_NTS,
        odbc_argument(question->schema), question->schema != NULL ? SQL_NTS : 0,
        odbc_argument(table), SQL_NTS, NULL, 0);

    return odbc_statement_check(statement, code, err, "could not list the columns");
}

static bool
list_told_columns(struct odbc_source *source, struct arena *arena,
    const struct catalog_question *question, struct error *err)
{
    struct odbc_statement statement = { 0 };
    struct odbc_result result = { 0 };
    struct column_run run = { .one = question->one };
    SQLSMALLINT count = 0;
    bool done = false;

    if (!odbc_statement_open_catalog(source, &statement, err) ||
        !execute_columns(source, &statement, question, err))
        goto out;
    if (!odbc_statement_check(&statement, SQLNumResultCols(statement.handle, &count), err,
            "could not list the columns"))
        goto out;
    if (!odbc_result_open(&statement,
            count > FIELD_TYPE_MODIFIER ? FIELD_TYPE_MODIFIER + 1 : COLUMNS_FIELDS, NAME_BYTES,
            &result, err))
        goto out;
    done = read_columns(source, &result, arena, question->list, &run, err);
out:
    column_run_release(&run);
    odbc_result_close(&result);
    odbc_statement_close(&statement);
    return done;
}

// --- columns that the driver does not list

enum {
    UNLISTED_SCHEMA,
    UNLISTED_TABLE,
    UNLISTED_COLUMN,
    UNLISTED_PLACE,
    UNLISTED_TYPE,
    UNLISTED_NULLABLE,
    UNLISTED_FIELDS
};

// In the arena, in the order of the query: a statement is open until all have come.
struct unlisted_column {
    struct unlisted_column *next;
    struct table *table;
    size_t place;
    struct column column;
};

struct unlisted_taker {
    struct arena *arena;
    const struct table_list *list;
    struct unlisted_column **end;
};

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static bool
take_unlisted(void *context, const char *const *fields, struct error *err)
{
    struct unlisted_taker *taker = context;
    struct table *table = table_find(taker->list->tables, taker->list->count,
        or_empty(fields[UNLISTED_SCHEMA]), or_empty(fields[UNLISTED_TABLE]));
    struct unlisted_column *taken;

    (void)err;
    if (table == NULL || table->column_count == 0)
        return true;
    taken = arena_calloc(taker->arena, 1, sizeof *taken);
    taken->table = table;
    taken->place = (size_t)strtoull(or_empty(fields[UNLISTED_PLACE]), NULL, 10);
    taken->column.name = arena_strdup(taker->arena, or_empty(fields[UNLISTED_COLUMN]));
    taken->column.type_name = arena_strdup(taker->arena, or_empty(fields[UNLISTED_TYPE]));
    taken->column.is_nullable = strcmp(or_empty(fields[UNLISTED_NULLABLE]), "0") != 0;
    *taker->end = taken;
    taker->end = &taken->next;
    return true;
}

// Its type as the driver says it of a result, by the same rules as of those that it lists; the size
// that it says there is made up where none is declared.
static bool
describe_unlisted(struct odbc_source *source, struct arena *arena, const struct table *table,
    struct column *column, struct error *err)
{
    struct select_names names = { .quote = source->quote };
    struct odbc_column_facts facts = { .type_name = column->type_name };
    struct odbc_statement statement = { 0 };
    struct buffer sql;
    SQLSMALLINT type = SQL_VARCHAR;
    SQLSMALLINT decimals = -1;
    SQLULEN size = 0; // unused: what is declared stands in the type's name
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    (void)buffer_append_text(&sql, "SELECT ");
    select_append_column(&names, &sql, table, column);
    (void)buffer_append_text(&sql, " FROM ");
    select_append_table(&names, &sql, table);
    (void)buffer_append_text(&sql, " LIMIT 0");
    done = odbc_statement_open(source, &statement, err) &&
           odbc_statement_execute(&statement, buffer_text(&sql), err) &&
           odbc_statement_check(&statement,
               SQLDescribeCol(statement.handle, 1, NULL, 0, NULL, &type, &size, &decimals, NULL),
               err, "could not describe a column");
    odbc_statement_close(&statement);
    buffer_release(&sql);
    facts.data_type = type;
    facts.decimals = decimals;
    odbc_type_describe(&facts, column);
    if (source->product->odbc.refine_column != NULL)
        source->product->odbc.refine_column(column, -1, -1);
    column->type_name = type_name_spell(arena, facts.type_name, column);
    return done;
}

static void
insert_column(struct arena *arena, const struct unlisted_column *unlisted)
{
    struct table *table = unlisted->table;
    size_t count = table->column_count;
    size_t place = unlisted->place < count ? unlisted->place : count;
    struct column *all = arena_calloc(arena, count + 1, sizeof *all);

    if (place > 0)
        memcpy(all, table->columns, place * sizeof *all);
    all[place] = unlisted->column;
    if (count > place)
        memcpy(all + place + 1, table->columns + place, (count - place) * sizeof *all);
    table->columns = all;
    table->column_count = count + 1;
}

static bool
query_unlisted(struct odbc_source *source, const struct catalog_question *question,
    struct unlisted_taker *taker, struct error *err)
{
    struct catalog_door door = odbc_catalog_door(source);
    struct buffer sql;
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    catalog_append_query(
        &sql, source->product->odbc.unlisted, source->product->catalog.append_text, question->one);
    done = door.query(door.context, buffer_text(&sql), UNLISTED_FIELDS, take_unlisted, taker, err);
    buffer_release(&sql);
    return done || error_within(err, "could not list the columns that the driver keeps back");
}

static bool
list_columns(
    void *context, struct arena *arena, const struct catalog_question *question, struct error *err)
{
    struct odbc_source *source = context;
    struct unlisted_column *first = NULL;
    struct unlisted_taker taker = { .arena = arena, .list = question->list, .end = &first };

    if (!list_told_columns(source, arena, question, err))
        return false;
    if (source->product->odbc.unlisted == NULL)
        return true;
    if (!query_unlisted(source, question, &taker, err))
        return false;
    for (struct unlisted_column *one = first; one != NULL; one = one->next) {
        struct error refused = { 0 };

        // What cannot be selected (a function that is not there) fails with its table, not here.
        if (!describe_unlisted(source, arena, one->table, &one->column, &refused) &&
            (refused.kind == ERROR_SOURCE || refused.retry != RETRY_NEVER)) {
            *err = refused;
            return error_within(
                err, "table \"%s\", column \"%s\"", one->table->name, one->column.name);
        }
        insert_column(arena, one);
    }
    return true;
}

// Of a product that nobody prepared: what it calls unique may be so for some of the rows alone, for
// not every driver says which.
static void
distrust_indexes(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct table *table = catalog->tables[i];

        for (size_t k = 0; k < table->key_count; k++)
            table->keys[k].may_repeat = !table->keys[k].is_primary;
    }
}

static struct catalog_ways
ways_of(struct odbc_source *source, const struct table_filter *filter)
{
    return (struct catalog_ways){ .door = odbc_catalog_door(source),
        .filter = filter,
        .catalog = own_catalog(source),
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
        .list_primary = odbc_list_primary,
        .list_indexes = odbc_list_indexes };
}

bool
odbc_read_catalog(struct source *base, const struct table_filter *filter, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct odbc_source *source = (struct odbc_source *)base;
    struct catalog_ways ways = ways_of(source, filter);

    if (!catalog_read(&ways, arena, catalog, err)) {
        odbc_dialect_explain_database(
            odbc_dialect_of_product(base->identity.product), base->identity.db_name, err);
        return false;
    }
    session_pins_mark_instants(&base->session, product_find(base->identity.product), catalog);
    for (size_t i = 0; i < catalog->table_count; i++)
        catalog->tables[i]->is_loosely_typed = source->product->odbc.is_loosely_typed;
    if (source->product->patterns[0] == NULL)
        distrust_indexes(catalog);
    if (source->unlisted_views != NULL)
        catalog_add_note(arena, catalog, source->unlisted_views);
    return true;
}

bool
odbc_settle_odds(struct odbc_source *source, const struct table *table, const struct column *odd,
    struct error *err)
{
    struct catalog_ways ways = ways_of(source, NULL);
    const struct type_mismatch mismatch = {
        .table = table, .column = odd, .is_same_type = odbc_type_is_same_class
    };

    if (!catalog_settle_type_mismatch(&ways, &mismatch, err))
        return false;
    odbc_note_find(source, table)->is_at_odds = true;
    driver_remark_odds(&source->base, &source->arena, table, odd);
    return true;
}
