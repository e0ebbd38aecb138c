#include "source/odbc/odbc_query.h"

#include "base/mem.h"
#include "model/key_choice.h"
#include "source/odbc/odbc_limit.h"
#include "source/odbc/odbc_product.h"
#include "source/openedge/openedge.h"
#include "source/odbc/odbc_type.h"

#include <stdlib.h>
#include <string.h>

// Appends an identifier in the source's quotes, those inside doubled.
static void
append_identifier(const struct odbc_source *source, struct buffer *sql, const char *identifier)
{
    size_t quote_size = strlen(source->quote);

    (void)buffer_append(sql, source->quote, quote_size);
    for (const char *p = identifier; *p != '\0'; p++) {
        if (quote_size > 0 && *p == source->quote[0])
            (void)buffer_append(sql, source->quote, quote_size);
        (void)buffer_append_byte(sql, *p);
    }
    (void)buffer_append(sql, source->quote, quote_size);
}

static void
append_table_name(const struct odbc_source *source, struct buffer *sql, const struct table *table)
{
    if (table->schema[0] != '\0') {
        append_identifier(source, sql, table->schema);
        (void)buffer_append_byte(sql, '.');
    }
    append_identifier(source, sql, table->name);
}

// Where columns are selected by expressions the result may have a column of the same name, which
// ORDER BY would then mean; qualified by its table, the name is the table's column.
static void
append_column_name(const struct odbc_source *source, struct buffer *sql, const struct table *table,
    const struct column *column)
{
    if (column->is_row_id) {
        (void)buffer_append_text(sql, column->name);
        return;
    }
    if (source->product->append_expression != NULL) {
        append_identifier(source, sql, table->name);
        (void)buffer_append_byte(sql, '.');
    }
    append_identifier(source, sql, column->name);
}

static void
append_items(const struct odbc_source *source, const struct read_request *request,
    const uint16_t *order, bool has_odd_texts, struct odbc_query *query)
{
    const struct table *table = request->table;
    struct buffer name;

    buffer_init(&name, BUFFER_SQL_CAP);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[order[i]];
        bool is_limited;

        if (i > 0)
            (void)buffer_append_text(&query->sql, ", ");
        is_limited = odbc_limit_append_begin(
            source, request, column, has_odd_texts, append_column_name, &query->sql);
        buffer_clear(&name);
        append_column_name(source, &name, table, column);
        query->is_plain[order[i]] = source->product->append_expression == NULL ||
                                    !source->product->append_expression(
                                        &query->sql, column, buffer_text(&name), has_odd_texts);
        if (source->product->append_expression == NULL)
            (void)buffer_append_text(&query->sql, buffer_text(&name));
        if (is_limited)
            odbc_limit_append_end(&query->sql);
        query->is_plain[order[i]] &= !is_limited;
    }
    query->sql.failed |= name.failed;
    buffer_release(&name);
}

// A sum of a thousand terms is a tree too deep for SQLite: they are added in groups.
enum { GUARD_GROUP = 50 };

static void
append_guard(const struct odbc_source *source, const struct table *table, struct odbc_query *query)
{
    struct buffer name;
    size_t count = 0;

    buffer_init(&name, BUFFER_SQL_CAP);
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind != VALUE_TEXT)
            continue;
        buffer_clear(&name);
        append_column_name(source, &name, table, &table->columns[i]);
        (void)buffer_append_text(&query->sql, count == 0                 ? ", ("
                                              : count % GUARD_GROUP == 0 ? ") + ("
                                                                         : " + ");
        count++;
        query->is_counted[i] = source->product->append_guard(
            &query->sql, &table->columns[i], buffer_text(&name), source->base.identity.code_page);
        query->has_guard = true;
    }
    if (count > 0)
        (void)buffer_append_byte(&query->sql, ')');
    query->sql.failed |= name.failed;
    buffer_release(&name);
}

// --- which rows

static void
append_and(struct buffer *sql, bool *has_where)
{
    (void)buffer_append_text(sql, *has_where ? " AND " : " WHERE ");
    *has_where = true;
}

static void
append_nulls(const struct odbc_source *source, const struct read_request *request,
    struct buffer *sql, bool *has_where)
{
    const struct table *table = request->table;
    const struct key *key = request->key;
    bool is_any = request->part == KEY_PART_WITH_NULL;

    for (size_t i = 0; i < key->column_count; i++) {
        const struct column *column = &table->columns[key->columns[i]];

        if (!is_any && !column->is_nullable)
            continue;
        if (is_any && i > 0)
            (void)buffer_append_text(sql, " OR ");
        else
            append_and(sql, has_where);
        if (is_any && i == 0)
            (void)buffer_append_byte(sql, '(');
        append_column_name(source, sql, table, column);
        (void)buffer_append_text(sql, is_any ? " IS NULL" : " IS NOT NULL");
    }
    if (is_any)
        (void)buffer_append_byte(sql, ')');
}

// The last column of a position comes after it in the key's own direction.
static const char *
comparison(const struct read_request *request, size_t i)
{
    if (request->part == KEY_PART_EQUAL || i + 1 < request->after->count)
        return " = ?";
    return key_is_descending(request->key, i) ? " < ?" : " > ?";
}

static void
append_position(const struct odbc_source *source, const struct read_request *request,
    struct odbc_query *query, bool *has_where)
{
    const struct key_position *after = request->after;

    for (size_t i = 0; i < after->count; i++) {
        append_and(&query->sql, has_where);
        append_column_name(source, &query->sql, request->table,
            &request->table->columns[request->key->columns[i]]);
        if (request->part == KEY_PART_EQUAL && after->values[i].bytes == NULL)
            (void)buffer_append_text(&query->sql, " IS NULL");
        else
            (void)buffer_append_text(&query->sql, comparison(request, i));
    }
}

// A comparison with a NULL is not true: such a row has none of these keys.
static void
append_exception(const struct odbc_source *source, const struct read_request *request,
    const struct key_position *except, struct buffer *sql)
{
    for (size_t i = 0; i < except->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];

        (void)buffer_append_text(sql, i > 0 ? " OR " : "(");
        append_column_name(source, sql, request->table, column);
        (void)buffer_append_text(sql, " <> ?");
        if (!column->is_nullable)
            continue;
        (void)buffer_append_text(sql, " OR ");
        append_column_name(source, sql, request->table, column);
        (void)buffer_append_text(sql, " IS NULL");
    }
    (void)buffer_append_byte(sql, ')');
}

static void
append_exceptions(const struct odbc_source *source, const struct read_request *request,
    struct buffer *sql, bool *has_where)
{
    for (size_t i = 0; i < request->except_count; i++) {
        append_and(sql, has_where);
        append_exception(source, request, &request->except[i], sql);
    }
}

static void
append_order(
    const struct odbc_source *source, const struct read_request *request, struct buffer *sql)
{
    for (size_t i = 0; i < request->key->column_count; i++) {
        (void)buffer_append_text(sql, i == 0 ? " ORDER BY " : ", ");
        append_column_name(
            source, sql, request->table, &request->table->columns[request->key->columns[i]]);
        if (key_is_descending(request->key, i))
            (void)buffer_append_text(sql, " DESC");
    }
}

static void
append_conditions(
    const struct odbc_source *source, const struct read_request *request, struct odbc_query *query)
{
    bool has_where = false;

    if (request->table->where != NULL && request->table->where[0] != '\0') {
        append_and(&query->sql, &has_where);
        // The line end closes a comment that the user may have ended his condition with.
        (void)buffer_printf(&query->sql, "(%s\n)", request->table->where);
    }
    append_exceptions(source, request, &query->sql, &has_where);
    if (request->part == KEY_PART_ALL)
        return;
    if (request->part != KEY_PART_EQUAL)
        append_nulls(source, request, &query->sql, &has_where);
    if (request->part == KEY_PART_WITH_NULL)
        return;
    if (request->after != NULL)
        append_position(source, request, query, &has_where);
    if (request->part == KEY_PART_EQUAL)
        return;
    append_order(source, request, &query->sql);
    if (request->row_limit > 0 && source->product->has_limit)
        (void)buffer_printf(&query->sql, " LIMIT %zu", request->row_limit);
}

static bool
check_request(
    const struct odbc_source *source, const struct read_request *request, struct error *err)
{
    if (request->table->column_count == 0)
        return error_set(err, ERROR_TABLE, "the catalogue shows no columns of it");
    if (request->part != KEY_PART_ALL && request->key == NULL)
        BUG("a part of a key was asked for without a key");
    if (request->after != NULL &&
        ((request->part != KEY_PART_NOT_NULL && request->part != KEY_PART_EQUAL) ||
            request->after->count == 0 || request->after->count > request->key->column_count))
        BUG("a position that does not fit its key");
    if (request->except_count > 0 &&
        (request->key == NULL ||
            (request->part != KEY_PART_ALL && request->part != KEY_PART_NOT_NULL)))
        BUG("keys are to be left out of a part that has none");
    if (request->part == KEY_PART_EQUAL &&
        (request->after == NULL || request->after->count != request->key->column_count))
        BUG("a row was asked for without its key");
    return !source->product->is_openedge || openedge_check_names(request->table, err);
}

bool
odbc_query_build(const struct odbc_source *source, const struct read_request *request,
    const uint16_t *order, bool has_odd_texts, struct odbc_query *query, struct error *err)
{
    const struct table *table = request->table;

    if (!check_request(source, request, err))
        return false;
    memset(query, 0, sizeof *query);
    buffer_init(&query->sql, BUFFER_SQL_CAP);
    query->is_plain = mem_calloc(table->column_count, sizeof *query->is_plain);
    query->is_counted = mem_calloc(table->column_count, sizeof *query->is_counted);
    (void)buffer_append_text(&query->sql, "SELECT ");
    if (request->part == KEY_PART_NOT_NULL && request->row_limit > 0 && source->product->has_top)
        (void)buffer_printf(&query->sql, "TOP %zu ", request->row_limit);
    append_items(source, request, order, has_odd_texts, query);
    if (source->product->append_guard != NULL && !has_odd_texts)
        append_guard(source, table, query);
    (void)buffer_append_text(&query->sql, " FROM ");
    append_table_name(source, &query->sql, table);
    if (source->needs_unlocked)
        (void)buffer_append_text(&query->sql, source->product->unlocked);
    append_conditions(source, request, query);
    return !query->sql.failed || error_set(err, ERROR_TABLE, "its SELECT would be too long");
}

// --- parameters

static bool
bind_value(struct odbc_query *query, const struct odbc_statement *statement, size_t index,
    const struct column *column, const struct cell *value, struct error *err)
{
    const struct odbc_product *product = statement->source->product;
    int type =
        product->parameter_type != NULL ? product->parameter_type(column) : column->driver_type;
    bool is_number = odbc_type_class(type) == ODBC_CLASS_NUMBER;
    size_t precision = is_number && column->width > 0 ? column->width : value->size;
    SQLSMALLINT scale = (SQLSMALLINT)(column->scale > 0 ? column->scale : 0);
    SQLRETURN code;

    query->sizes[index] = (SQLLEN)value->size;
    // Fractions of seconds need their digits; the size of other types is that of the value.
    if (odbc_type_class(type) == ODBC_CLASS_TIME)
        scale = 9;
    code = SQLBindParameter(statement->handle, (SQLUSMALLINT)(index + 1), SQL_PARAM_INPUT,
        SQL_C_CHAR, (SQLSMALLINT)type, precision > 0 ? precision : 1, scale,
        (SQLPOINTER)(uintptr_t)value->bytes, (SQLLEN)value->size, &query->sizes[index]);
    return odbc_statement_check(statement, code, err, "could not bind a position");
}

bool
odbc_query_execute(struct odbc_query *query, const struct read_request *request,
    struct odbc_statement *statement, struct error *err)
{
    size_t index = 0;

    query->sizes = mem_calloc((request->except_count + 1) * KEY_COLUMNS_MAX, sizeof *query->sizes);
    for (size_t e = 0; e < request->except_count; e++) {
        const struct key_position *except = &request->except[e];

        for (size_t i = 0; i < except->count; i++) {
            const struct column *column = &request->table->columns[request->key->columns[i]];

            if (!bind_value(query, statement, index++, column, &except->values[i], err))
                return false;
        }
    }
    for (size_t i = 0; request->after != NULL && i < request->after->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];

        if (request->after->values[i].bytes != NULL &&
            !bind_value(query, statement, index++, column, &request->after->values[i], err))
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
    free(query->sizes);
    query->sizes = NULL;
    query->is_plain = NULL;
    query->is_counted = NULL;
}
