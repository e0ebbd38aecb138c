#include "source/odbc/odbc_query.h"

#include "base/mem.h"
#include "source/odbc/odbc_limit.h"
#include "source/odbc/odbc_type.h"
#include "source/openedge/openedge.h"
#include "source/product/product.h"
#include "source/select_text.h"

#include <stdlib.h>
#include <string.h>

static struct select_names
names_of(const struct odbc_source *source)
{
    return (struct select_names){ .quote = source->quote,
        .is_null = source->product->dialect.is_null,
        .is_qualified = source->product->odbc.append_expression != NULL,
        .append_row_ids = source->product->row_ids.append };
}

// As odbc_limit.h asks for it.
static void
append_column_name(const struct odbc_source *source, struct buffer *sql, const struct table *table,
    const struct column *column)
{
    struct select_names names = names_of(source);

    select_append_column(&names, sql, table, column);
}

static void
append_items(const struct odbc_source *source, const struct read_request *request,
    const uint16_t *order, const struct odbc_note *note, struct odbc_query *query)
{
    const struct product_reading reading = odbc_reading(source, note);
    const struct table *table = request->table;
    struct buffer name;

    buffer_init(&name, BUFFER_SQL_CAP);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[order[i]];
        bool is_limited;

        if (i > 0)
            (void)buffer_append_text(&query->sql, ", ");
        is_limited =
            column->expression == 0 && odbc_limit_append_begin(source, request, column,
                                           note->has_odd_texts, append_column_name, &query->sql);
        buffer_clear(&name);
        append_column_name(source, &name, table, column);
        if (column->expression > 0) {
            select_append_expression(
                &source->product->dialect, &query->sql, column, buffer_text(&name));
            continue;
        }
        query->is_plain[order[i]] = source->product->odbc.append_expression == NULL ||
                                    !source->product->odbc.append_expression(
                                        &reading, &query->sql, column, buffer_text(&name));
        if (source->product->odbc.append_expression == NULL)
            (void)buffer_append_text(&query->sql, buffer_text(&name));
        if (is_limited)
            odbc_limit_append_end(&query->sql);
        query->is_plain[order[i]] &= !is_limited;
    }
    query->sql.failed |= name.failed;
    buffer_release(&name);
}

// A sum of a thousand terms is a tree too deep for SQLite: they are joined in groups.
enum { GUARD_GROUP = 50 };

// Terms of a guard with the same operator between them.
struct guard_terms {
    const char *operator;
    struct buffer sql;
    size_t count;
};

static void
guard_terms_init(struct guard_terms *terms, const char *operator)
{
    *terms = (struct guard_terms){ .operator= operator};
    buffer_init(&terms->sql, BUFFER_SQL_CAP);
}

static void
guard_terms_add(struct guard_terms *terms, const struct buffer *term)
{
    if (terms->count > 0)
        (void)buffer_printf(
            &terms->sql, terms->count % GUARD_GROUP == 0 ? ") %s (" : " %s ", terms->operator);
    (void)buffer_printf(&terms->sql, "(%s)", buffer_text(term));
    terms->sql.failed |= term->failed;
    terms->count++;
}

// One condition for all columns that are not counted: it is cheaper than a number from each, and
// where it holds nothing is counted.
static void
join_guard(const struct guard_terms *odd, const struct guard_terms *sizes, struct buffer *sql)
{
    if (odd->count > 0)
        (void)buffer_printf(sql, "CASE WHEN (%s) THEN %lld ELSE ", buffer_text(&odd->sql),
            (long long)PRODUCT_GUARD_ODD);
    if (sizes->count > 0)
        (void)buffer_printf(sql, "(%s)", buffer_text(&sizes->sql));
    else
        (void)buffer_append_byte(sql, '0');
    if (odd->count > 0)
        (void)buffer_append_text(sql, " END");
    sql->failed |= odd->sql.failed || sizes->sql.failed;
}

static void
append_guard(const struct odbc_source *source, const struct table *table,
    const struct odbc_note *note, struct odbc_query *query)
{
    const struct product_reading reading = odbc_reading(source, note);
    struct guard_terms odd;
    struct guard_terms sizes;
    struct buffer name;
    struct buffer term;

    buffer_init(&name, BUFFER_SQL_CAP);
    buffer_init(&term, BUFFER_SQL_CAP);
    guard_terms_init(&odd, "OR");
    guard_terms_init(&sizes, "+");
    for (size_t i = 0; i < table->column_count; i++) {
        enum product_guard kind;

        if (table->columns[i].kind == VALUE_BINARY)
            continue;
        buffer_clear(&name);
        buffer_clear(&term);
        append_column_name(source, &name, table, &table->columns[i]);
        kind = source->product->odbc.append_guard(
            &reading, &term, &table->columns[i], buffer_text(&name));
        query->is_counted[i] = kind == PRODUCT_GUARD_SIZE;
        term.failed |= name.failed;
        if (kind != PRODUCT_GUARD_NONE)
            guard_terms_add(query->is_counted[i] ? &sizes : &odd, &term);
    }
    query->has_guard = odd.count + sizes.count > 0;
    if (query->has_guard) {
        (void)buffer_append_text(&query->sql, ", ");
        join_guard(&odd, &sizes, &query->sql);
    }
    buffer_release(&sizes.sql);
    buffer_release(&odd.sql);
    buffer_release(&term);
    buffer_release(&name);
}

// What append_value is given.
struct value_appender {
    const struct odbc_source *source;
    struct odbc_query *query;
};

// As a literal where the product has one for it, else as a parameter.
static void
append_value(
    void *context, struct buffer *sql, const struct column *column, const struct cell *value)
{
    struct value_appender *appender = context;
    const struct odbc_source *source = appender->source;
    struct odbc_query *query = appender->query;
    const struct product_reading reading = odbc_reading(source, NULL);
    struct cell stored;

    if (code_page_is_foreign(&source->base.code_page, column, value, &stored)) {
        source->product->bytes.append_literal(sql, column, &stored);
        return;
    }
    if (source->product->odbc.append_literal != NULL &&
        source->product->odbc.append_literal(&reading, sql, column, value))
        return;
    (void)buffer_append_byte(sql, '?');
    query->parameters[query->parameter_count++] =
        (struct odbc_parameter){ .column = column, .value = value };
}

void
odbc_append_count(const struct source *base, struct buffer *sql, const struct table *table)
{
    const struct odbc_source *source = (const struct odbc_source *)base;
    const struct select_names names = names_of(source);

    select_append_count(
        &names, sql, table, source->needs_unlocked ? source->product->dialect.unlocked : "");
}

bool
odbc_query_build(const struct odbc_source *source, const struct read_request *request,
    const uint16_t *order, const struct odbc_note *note, struct odbc_query *query,
    struct error *err)
{
    const struct table *table = request->table;
    struct select_names names = names_of(source);
    struct value_appender appender = { .source = source, .query = query };

    names.append_value = append_value;
    names.appender = &appender;
    if (!select_check_request(request, err) ||
        (source->product->is_openedge && !openedge_check_names(table, err)))
        return false;
    memset(query, 0, sizeof *query);
    buffer_init(&query->sql, BUFFER_SQL_CAP);
    query->is_plain = mem_calloc(table->column_count, sizeof *query->is_plain);
    query->is_counted = mem_calloc(table->column_count, sizeof *query->is_counted);
    query->parameters =
        mem_calloc((request->except_count + 5) * KEY_COLUMNS_MAX, sizeof *query->parameters);
    (void)buffer_append_text(&query->sql, "SELECT ");
    if (select_is_limited(request) && source->product->dialect.top != NULL)
        select_append_limit(source->product->dialect.top, request->row_limit, &query->sql);
    append_items(source, request, order, note, query);
    if (source->product->odbc.append_guard != NULL && !note->has_odd_texts)
        append_guard(source, table, note, query);
    (void)buffer_append_text(&query->sql, " FROM ");
    select_append_table(&names, &query->sql, table);
    if (source->needs_unlocked)
        (void)buffer_append_text(&query->sql, source->product->dialect.unlocked);
    select_append_conditions(&names, &query->sql, request);
    if (select_is_limited(request) && source->product->dialect.limit != NULL)
        select_append_limit(source->product->dialect.limit, request->row_limit, &query->sql);
    return !query->sql.failed || error_set(err, ERROR_TABLE, "its SELECT would be too long");
}

// --- parameters

_Static_assert(SQL_CHAR == PRODUCT_TYPE_CHAR && SQL_DECIMAL == PRODUCT_TYPE_DECIMAL &&
                   SQL_VARCHAR == PRODUCT_TYPE_VARCHAR,
    "numbers that product/ may not take from <sql.h>");

static bool
bind(const struct odbc_statement *statement, struct odbc_parameter *parameter, SQLUSMALLINT number,
    struct error *err)
{
    const struct product *product = statement->source->product;
    const struct column *column = parameter->column;
    const struct cell *value = parameter->value;
    int type = product->odbc.parameter_type != NULL ? product->odbc.parameter_type(column)
                                                    : column->driver_type;
    bool is_number = odbc_type_class(type) == ODBC_CLASS_NUMBER;
    size_t precision = is_number && column->width > 0 ? column->width : value->size;
    SQLSMALLINT scale = (SQLSMALLINT)(column->scale > 0 ? column->scale : 0);
    SQLRETURN code;

    parameter->size = (SQLLEN)value->size;
    // Fractions of seconds need their digits; the size of other types is that of the value.
    if (odbc_type_class(type) == ODBC_CLASS_TIME)
        scale = 9;
    code = SQLBindParameter(statement->handle, number, SQL_PARAM_INPUT, SQL_C_CHAR,
        (SQLSMALLINT)type, precision > 0 ? precision : 1, scale,
        (SQLPOINTER)(uintptr_t)value->bytes, (SQLLEN)value->size, &parameter->size);
    return odbc_statement_check(statement, code, err, "could not bind a position");
}

bool
odbc_query_execute(struct odbc_query *query, struct odbc_statement *statement, struct error *err)
{
    for (size_t i = 0; i < query->parameter_count; i++) {
        if (!bind(statement, &query->parameters[i], (SQLUSMALLINT)(i + 1), err))
            return false;
    }
    return odbc_statement_execute(statement, buffer_text(&query->sql), err);
}

void
odbc_query_release(struct odbc_query *query)
{
    buffer_release(&query->sql);
    free(query->is_plain);
    free(query->is_counted);
    free(query->parameters);
    query->parameters = NULL;
    query->is_plain = NULL;
    query->is_counted = NULL;
}
