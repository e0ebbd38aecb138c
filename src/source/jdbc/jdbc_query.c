#include "source/jdbc/jdbc_query.h"

#include "base/mem.h"
#include "model/key_choice.h"
#include "source/jdbc/jdbc_product.h"
#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

// Appends an identifier in the source's quotes, those inside doubled.
static void
append_identifier(const struct jdbc_source *source, struct buffer *sql, const char *identifier)
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

// Where columns are selected by expressions the result may have a column of the same name, which
// ORDER BY would then mean; qualified by its table, the name is the table's column.
static void
append_column_name(const struct jdbc_source *source, struct buffer *sql, const struct table *table,
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
append_items(const struct jdbc_source *source, const struct table *table, struct jdbc_query *query)
{
    struct buffer name;

    buffer_init(&name, BUFFER_SQL_CAP);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (i > 0)
            (void)buffer_append_text(&query->sql, ", ");
        buffer_clear(&name);
        append_column_name(source, &name, table, column);
        query->is_plain[i] =
            source->product->append_expression == NULL ||
            !source->product->append_expression(&query->sql, column, buffer_text(&name));
        if (source->product->append_expression == NULL)
            (void)buffer_append_text(&query->sql, buffer_text(&name));
    }
    query->sql.failed |= name.failed;
    buffer_release(&name);
}

static void
append_table_name(const struct jdbc_source *source, struct buffer *sql, const struct table *table)
{
    if (table->schema[0] != '\0') {
        append_identifier(source, sql, table->schema);
        (void)buffer_append_byte(sql, '.');
    }
    append_identifier(source, sql, table->name);
}

// --- which rows

// Known to java/oe2pg/Positions.java by these numbers.
enum jdbc_parameter {
    JDBC_PARAMETER_TEXT,
    JDBC_PARAMETER_UNTYPED,
    JDBC_PARAMETER_NUMBER,
    JDBC_PARAMETER_REAL,
    JDBC_PARAMETER_BOOLEAN,
    JDBC_PARAMETER_DATE,
    JDBC_PARAMETER_TIME,
    JDBC_PARAMETER_STAMP,
    JDBC_PARAMETER_ZONED_STAMP,
    JDBC_PARAMETER_BINARY,
};

static enum jdbc_parameter
parameter_of(const struct jdbc_source *source, const struct column *column)
{
    static const enum jdbc_parameter parameters[] = {
        [VALUE_TEXT] = JDBC_PARAMETER_TEXT,
        [VALUE_INTEGER] = JDBC_PARAMETER_NUMBER,
        [VALUE_DECIMAL] = JDBC_PARAMETER_NUMBER,
        [VALUE_FLOAT] = JDBC_PARAMETER_REAL,
        [VALUE_FLOAT4] = JDBC_PARAMETER_REAL,
        [VALUE_BOOLEAN] = JDBC_PARAMETER_BOOLEAN,
        [VALUE_DATE] = JDBC_PARAMETER_DATE,
        [VALUE_TIME] = JDBC_PARAMETER_TIME,
        [VALUE_TIMESTAMP] = JDBC_PARAMETER_STAMP,
        [VALUE_TIMESTAMP_TZ] = JDBC_PARAMETER_ZONED_STAMP,
        [VALUE_BINARY] = JDBC_PARAMETER_BINARY,
    };

    if (source->product->positions_untyped && column->kind != VALUE_BINARY)
        return JDBC_PARAMETER_UNTYPED;
    if (source->product->prefers_texts && column->kind != VALUE_INTEGER &&
        column->kind != VALUE_DECIMAL && column->kind != VALUE_BINARY)
        return JDBC_PARAMETER_TEXT;
    return parameters[column->kind];
}

static void
append_and(struct buffer *sql, bool *has_where)
{
    (void)buffer_append_text(sql, *has_where ? " AND " : " WHERE ");
    *has_where = true;
}

static void
append_nulls(const struct jdbc_source *source, const struct read_request *request,
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

static size_t
count_positions(const struct read_request *request)
{
    size_t count = 0;

    for (size_t i = 0; i < request->except_count; i++)
        count += request->except[i].count;
    for (size_t i = 0; request->after != NULL && i < request->after->count; i++)
        count += request->after->values[i].bytes != NULL ? 1 : 0;
    return count;
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
put_position(const struct jdbc_source *source, struct jdbc_query *query,
    const struct column *column, const struct cell *value)
{
    parcel_put_number(&query->positions, (int32_t)parameter_of(source, column));
    parcel_put_bytes(&query->positions, value->bytes, value->size);
    query->has_positions = true;
}

static void
append_position(const struct jdbc_source *source, const struct read_request *request,
    struct jdbc_query *query, bool *has_where)
{
    const struct key_position *after = request->after;

    for (size_t i = 0; i < after->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];
        const struct cell *value = &after->values[i];

        append_and(&query->sql, has_where);
        append_column_name(source, &query->sql, request->table, column);
        if (request->part == KEY_PART_EQUAL && value->bytes == NULL) {
            (void)buffer_append_text(&query->sql, " IS NULL");
            continue;
        }
        (void)buffer_append_text(&query->sql, comparison(request, i));
        put_position(source, query, column, value);
    }
}

// A comparison with a NULL is not true: such a row has none of these keys.
static void
append_exception(const struct jdbc_source *source, const struct read_request *request,
    const struct key_position *except, struct jdbc_query *query)
{
    for (size_t i = 0; i < except->count; i++) {
        const struct column *column = &request->table->columns[request->key->columns[i]];

        (void)buffer_append_text(&query->sql, i > 0 ? " OR " : "(");
        append_column_name(source, &query->sql, request->table, column);
        (void)buffer_append_text(&query->sql, " <> ?");
        put_position(source, query, column, &except->values[i]);
        if (!column->is_nullable)
            continue;
        (void)buffer_append_text(&query->sql, " OR ");
        append_column_name(source, &query->sql, request->table, column);
        (void)buffer_append_text(&query->sql, " IS NULL");
    }
    (void)buffer_append_byte(&query->sql, ')');
}

static void
append_exceptions(const struct jdbc_source *source, const struct read_request *request,
    struct jdbc_query *query, bool *has_where)
{
    for (size_t i = 0; i < request->except_count; i++) {
        append_and(&query->sql, has_where);
        append_exception(source, request, &request->except[i], query);
    }
}

static void
append_order(
    const struct jdbc_source *source, const struct read_request *request, struct buffer *sql)
{
    for (size_t i = 0; i < request->key->column_count; i++) {
        (void)buffer_append_text(sql, i == 0 ? " ORDER BY " : ", ");
        append_column_name(
            source, sql, request->table, &request->table->columns[request->key->columns[i]]);
        if (key_is_descending(request->key, i))
            (void)buffer_append_text(sql, " DESC");
    }
}

// Only pages in key order; of all other reads the driver alone returns fewer rows.
static bool
is_limited(const struct read_request *request)
{
    return request->part == KEY_PART_NOT_NULL && request->row_limit > 0;
}

// The only `%` in the format is that of the number.
static void
append_limit(const char *format, size_t limit, struct buffer *sql)
{
    const char *number = strstr(format, "%zu");

    (void)buffer_append(sql, format, (size_t)(number - format));
    (void)buffer_printf(sql, "%zu%s", limit, number + strlen("%zu"));
}

static void
append_conditions(
    const struct jdbc_source *source, const struct read_request *request, struct jdbc_query *query)
{
    bool has_where = false;

    if (request->table->where != NULL && request->table->where[0] != '\0') {
        append_and(&query->sql, &has_where);
        // The line end closes a comment that the user may have ended his condition with.
        (void)buffer_printf(&query->sql, "(%s\n)", request->table->where);
    }
    parcel_put_number(&query->positions, (int32_t)count_positions(request));
    append_exceptions(source, request, query, &has_where);
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
    if (is_limited(request) && source->product->limit != NULL)
        append_limit(source->product->limit, request->row_limit, &query->sql);
}

static bool
check_request(
    const struct jdbc_source *source, const struct read_request *request, struct error *err)
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
jdbc_query_build(const struct jdbc_source *source, const struct read_request *request,
    struct jdbc_query *query, struct error *err)
{
    memset(query, 0, sizeof *query);
    buffer_init(&query->sql, BUFFER_SQL_CAP);
    buffer_init(&query->positions, BUFFER_SQL_CAP);
    if (!check_request(source, request, err))
        return false;
    query->is_plain = mem_calloc(request->table->column_count, sizeof *query->is_plain);
    (void)buffer_append_text(&query->sql, "SELECT ");
    if (is_limited(request) && source->product->top != NULL)
        append_limit(source->product->top, request->row_limit, &query->sql);
    append_items(source, request->table, query);
    (void)buffer_append_text(&query->sql, " FROM ");
    append_table_name(source, &query->sql, request->table);
    if (source->needs_unlocked)
        (void)buffer_append_text(&query->sql, source->product->unlocked);
    append_conditions(source, request, query);
    return (!query->sql.failed && !query->positions.failed) ||
           error_set(err, ERROR_TABLE, "its SELECT would be too long");
}

void
jdbc_query_release(struct jdbc_query *query)
{
    buffer_release(&query->sql);
    buffer_release(&query->positions);
    free(query->is_plain);
    query->is_plain = NULL;
}
