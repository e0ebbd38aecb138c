#include "source/jdbc/jdbc_query.h"

#include "base/mem.h"
#include "source/jdbc/jdbc_type.h"
#include "source/openedge/openedge.h"
#include "source/product/product.h"
#include "source/select_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// What a key is compared with: a question mark, as long as the server takes the value.
static void
append_value(
    void *context, struct buffer *sql, const struct column *column, const struct cell *value)
{
    const struct jdbc_source *source = context;
    struct cell stored;

    if (code_page_is_foreign(&source->base.code_page, column, value, &stored))
        source->product->bytes.append_literal(sql, column, &stored);
    else
        (void)buffer_append_byte(sql, '?');
}

static struct select_names
names_of(const struct jdbc_source *source)
{
    // SQLite takes the name of a column that is gone for a text, unless the table's stands before
    // it.
    return (struct select_names){ .quote = source->quote,
        .is_null = source->product->dialect.is_null,
        .is_qualified = source->product->jdbc.append_expression != NULL ||
                        !source->product->jdbc.is_statically_typed ||
                        source->base.code_page.is_read_as_bytes,
        .append_value = append_value,
        .appender = (void *)(uintptr_t)source, // only read
        .append_row_ids = source->product->row_ids.append };
}

// Returns true when it is just the name.
static bool
append_item(const struct jdbc_source *source, const struct column *column, const char *name,
    struct buffer *sql)
{
    const struct product *product = source->product;

    if (column->expression > 0) {
        select_append_expression(&product->dialect, sql, column, name);
        return false;
    }
    if (column->kind == VALUE_TEXT && source->base.code_page.is_read_as_bytes) {
        product->bytes.append_text(sql, column, name);
        return false;
    }
    if (product->jdbc.append_expression != NULL)
        return !product->jdbc.append_expression(sql, column, name);
    (void)buffer_append_text(sql, name);
    return true;
}

static void
append_items(const struct jdbc_source *source, const struct table *table, struct jdbc_query *query)
{
    struct select_names names = names_of(source);
    struct buffer name;

    buffer_init(&name, BUFFER_SQL_CAP);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (i > 0)
            (void)buffer_append_text(&query->sql, ", ");
        buffer_clear(&name);
        select_append_column(&names, &name, table, column);
        query->is_plain[i] = append_item(source, column, buffer_text(&name), &query->sql);
    }
    query->sql.failed |= name.failed;
    buffer_release(&name);
}

// --- positions

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

    if (source->product->jdbc.positions_untyped && column->kind != VALUE_BINARY)
        return JDBC_PARAMETER_UNTYPED;
    if (source->product->jdbc.prefers_texts && column->kind != VALUE_INTEGER &&
        column->kind != VALUE_DECIMAL && column->kind != VALUE_BINARY)
        return JDBC_PARAMETER_TEXT;
    // What the driver lists as characters is compared as such.
    if (!source->product->jdbc.is_statically_typed && column->kind != VALUE_BINARY &&
        jdbc_type_class(column->driver_type) == JDBC_CLASS_TEXT)
        return JDBC_PARAMETER_TEXT;
    if (source->product->jdbc.writes_dates &&
        (column->kind == VALUE_DATE || column->kind == VALUE_TIMESTAMP))
        return JDBC_PARAMETER_TEXT;
    return parameters[column->kind];
}

struct position_taker {
    const struct jdbc_source *source;
    struct buffer positions;
    int32_t count;
};

static bool
put_position(
    void *context, const struct column *column, const struct cell *value, struct error *err)
{
    struct position_taker *taker = context;
    struct cell stored;

    (void)err;
    if (code_page_is_foreign(&taker->source->base.code_page, column, value, &stored))
        return true;
    parcel_put_number(&taker->positions, (int32_t)parameter_of(taker->source, column));
    parcel_put_bytes(&taker->positions, value->bytes, value->size);
    taker->count++;
    return true;
}

// Their count, and then they themselves.
static bool
put_positions(const struct jdbc_source *source, const struct read_request *request,
    struct jdbc_query *query, struct error *err)
{
    struct position_taker taker = { .source = source };
    bool done;

    buffer_init(&taker.positions, BUFFER_SQL_CAP);
    done = select_each_position(request, put_position, &taker, err);
    parcel_put_number(&query->positions, taker.count);
    if (taker.count > 0)
        (void)buffer_append(&query->positions, taker.positions.bytes, taker.positions.size);
    query->positions.failed |= taker.positions.failed;
    query->has_positions = taker.count > 0;
    buffer_release(&taker.positions);
    return done;
}

void
jdbc_append_count(const struct source *base, struct buffer *sql, const struct table *table)
{
    const struct jdbc_source *source = (const struct jdbc_source *)base;
    const struct select_names names = names_of(source);

    select_append_count(
        &names, sql, table, source->needs_unlocked ? source->product->dialect.unlocked : "");
}

bool
jdbc_query_build(const struct jdbc_source *source, const struct read_request *request,
    struct jdbc_query *query, struct error *err)
{
    struct select_names names = names_of(source);

    memset(query, 0, sizeof *query);
    buffer_init(&query->sql, BUFFER_SQL_CAP);
    buffer_init(&query->positions, BUFFER_SQL_CAP);
    if (!select_check_request(request, err) ||
        (source->product->is_openedge && !openedge_check_names(request->table, err)))
        return false;
    query->is_plain = mem_calloc(request->table->column_count, sizeof *query->is_plain);
    (void)buffer_append_text(&query->sql, "SELECT ");
    if (select_is_limited(request) && source->product->dialect.top != NULL)
        select_append_limit(source->product->dialect.top, request->row_limit, &query->sql);
    append_items(source, request->table, query);
    (void)buffer_append_text(&query->sql, " FROM ");
    select_append_table(&names, &query->sql, request->table);
    if (source->needs_unlocked)
        (void)buffer_append_text(&query->sql, source->product->dialect.unlocked);
    select_append_conditions(&names, &query->sql, request);
    if (select_is_limited(request) && source->product->dialect.limit != NULL &&
        !source->product->jdbc.writes_no_limit)
        select_append_limit(source->product->dialect.limit, request->row_limit, &query->sql);
    if (!put_positions(source, request, query, err))
        return false;
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
