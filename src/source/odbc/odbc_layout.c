#include "source/odbc/odbc_layout.h"

#include "base/mem.h"
#include "model/canonical.h"
#include "source/catalog/type_mismatch.h"
#include "source/odbc/odbc_type.h"
#include "source/product/product.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 512 * 1024,      // what a block aims at
    BLOCK_BYTES_MAX = 1024 * 1024, // and what it never exceeds, unless by one row's necessity
    BLOCK_ROWS_MAX = 1000,
    BLOCK_ROWS_GOOD = 50, // a driver that can go back gets narrower cells rather than fewer rows
    LONG_BOUND = 1000,    // bytes bound of a column without useful width, where cells can be reread
    LIMIT_MIN = 64,
    UTF8_MAX = 4,
};

// Bytes that a value of this kind needs at most when it is what its declaration says.
static size_t
natural_limit(const struct column *column)
{
    switch (column->kind) {
    case VALUE_INTEGER:
        return 24;
    case VALUE_DECIMAL: // sign, point, zero before the point; without a width: most of them
        return column->width > 0 && column->width < 1000 ? column->width + 8 : LIMIT_MIN;
    case VALUE_FLOAT:
    case VALUE_FLOAT4:
        return 40;
    case VALUE_BOOLEAN:
        return 8;
    case VALUE_DATE:
    case VALUE_TIME:
        return 32;
    case VALUE_TIMESTAMP:
    case VALUE_TIMESTAMP_TZ:
        return 48;
    case VALUE_TEXT:
        return column->is_long ? LONG_BOUND : column->width * UTF8_MAX;
    case VALUE_BINARY:
        return column->is_long ? LONG_BOUND : column->width;
    }
    BUG("value kind %d", (int)column->kind);
}

// Cells are made in their place: the kinds that canonical_text rewrites need its slack.
static size_t
stride_of(const struct odbc_slot *slot)
{
    size_t stride = slot->limit + sizeof(SQLWCHAR) + (slot->is_number ? CANONICAL_SLACK : 0);

    return (stride + 7) & ~(size_t)7;
}

static size_t
row_bytes(const struct odbc_layout *layout)
{
    size_t bytes = ODBC_GUARD_STRIDE + sizeof(SQLLEN) + sizeof(SQLUSMALLINT);

    for (size_t i = 0; i < layout->column_count; i++) {
        if (!layout->slots[i].is_by_call)
            bytes += layout->slots[i].stride + sizeof(SQLLEN);
    }
    return bytes;
}

static bool
is_shrinkable(const struct odbc_slot *slot)
{
    return slot->column->kind == VALUE_TEXT || slot->column->kind == VALUE_BINARY;
}

static void
narrow(struct odbc_slot *slot, bool can_reposition, size_t limit)
{
    if (slot->is_by_call || !is_shrinkable(slot) || slot->limit <= limit)
        return;
    slot->is_by_call = !can_reposition;
    if (!can_reposition)
        return;
    slot->limit = limit;
    slot->stride = stride_of(slot);
}

// Takes wide cells back until a row has the size wanted: where a cell can be read again they are
// bound narrower, elsewhere they are no longer bound.
static void
shrink(struct odbc_layout *layout, bool can_reposition, size_t row_wanted)
{
    for (size_t limit = 8192; limit >= LIMIT_MIN && row_bytes(layout) > row_wanted; limit /= 2) {
        for (size_t i = 0; i < layout->column_count; i++)
            narrow(&layout->slots[i], can_reposition, limit);
    }
}

// Bound columns first: many drivers read unbound ones only behind them, in order.
static void
set_order(struct odbc_layout *layout)
{
    size_t at = 0;

    layout->has_calls = false;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < layout->column_count; i++) {
            if (layout->slots[i].is_by_call != (pass == 1))
                continue;
            layout->order[at++] = (uint16_t)i;
            layout->slots[i].item = (SQLUSMALLINT)at;
            layout->has_calls |= layout->slots[i].is_by_call;
        }
    }
}

// A value in odd clothes: read as bytes, whatever the column says (see product.h).
static bool
is_odd_text(const struct column *column, const struct odbc_note *note)
{
    return note->has_odd_texts && column->kind == VALUE_TEXT;
}

void
odbc_layout_plan(const struct odbc_source *source, const struct read_request *request,
    const struct odbc_note *note, struct odbc_layout *layout)
{
    const struct table *table = request->table;
    bool can_reposition = source->product->odbc.can_reposition;

    memset(layout, 0, sizeof *layout);
    layout->column_count = table->column_count;
    layout->slots = mem_calloc(table->column_count, sizeof *layout->slots);
    layout->order = mem_calloc(table->column_count, sizeof *layout->order);
    for (size_t i = 0; i < table->column_count; i++) {
        struct odbc_slot *slot = &layout->slots[i];
        const struct column *column = &table->columns[i];
        bool is_odd = is_odd_text(column, note);

        slot->column = column;
        slot->is_number = column->kind != VALUE_TEXT && column->kind != VALUE_BINARY;
        slot->c_type = column->kind == VALUE_BINARY || is_odd ? SQL_C_BINARY : SQL_C_CHAR;
        slot->limit = natural_limit(column);
        slot->stride = stride_of(slot);
        slot->is_by_call = !can_reposition && (column->is_long || note->is_long[i] || is_odd);
    }
    shrink(
        layout, can_reposition, can_reposition ? BLOCK_BYTES / BLOCK_ROWS_GOOD : BLOCK_BYTES_MAX);
    shrink(layout, false, BLOCK_BYTES_MAX);
    set_order(layout);
}

// --- after the statement was executed

// As what it is in the result, whatever the catalogue says.
static SQLSMALLINT
c_type_of_result(SQLSMALLINT type)
{
    if (odbc_type_class(type) == ODBC_CLASS_BINARY)
        return SQL_C_BINARY;
    return odbc_type_is_wide(type) ? SQL_C_WCHAR : SQL_C_CHAR;
}

// Compares what comes with what the catalogue said, and learns which columns are UTF-16.
static bool
check_item(const struct odbc_statement *statement, struct odbc_slot *slot, bool is_plain,
    bool *is_odd, struct error *err)
{
    SQLCHAR name[256];
    SQLSMALLINT type = 0;
    SQLSMALLINT decimals = 0;
    SQLSMALLINT nullable = 0;
    SQLULEN size = 0;
    SQLRETURN code;

    code = SQLDescribeCol(statement->handle, slot->item, name, (SQLSMALLINT)sizeof name, NULL,
        &type, &size, &decimals, &nullable);
    if (!odbc_statement_check(statement, code, err, "could not describe a column"))
        return false;
    if (odbc_type_is_wide(type) && slot->c_type == SQL_C_CHAR)
        slot->c_type = SQL_C_WCHAR;
    // Where the type's number is the product's own, or an expression was selected, there is nothing
    // to compare it with.
    if (!is_plain || statement->source->product->odbc.has_own_types)
        return true;
    *is_odd = !odbc_type_is_same_class(slot->column->driver_type, type);
    if (*is_odd)
        slot->c_type = c_type_of_result(type);
    return true;
}

bool
odbc_layout_check(const struct odbc_statement *statement, const struct odbc_query *query,
    struct odbc_layout *layout, const struct column **odd, struct error *err)
{
    SQLSMALLINT count = 0;
    SQLRETURN code = SQLNumResultCols(statement->handle, &count);

    *odd = NULL;
    layout->has_guard = query->has_guard;
    if (!odbc_statement_check(statement, code, err, "could not describe the result"))
        return false;
    if (count < 0 || (size_t)count != layout->column_count + (layout->has_guard ? 1 : 0))
        return catalog_table_changed(err, "it has another number of columns");
    for (size_t i = 0; i < layout->column_count; i++) {
        struct odbc_slot *slot = &layout->slots[i];
        bool is_odd = false;

        if (!check_item(statement, slot, query->is_plain[i], &is_odd, err))
            return error_within(err, "column \"%s\"", slot->column->name);
        if (is_odd && *odd == NULL)
            *odd = slot->column;
    }
    return true;
}

static size_t
choose_rows(const struct odbc_source *source, const struct read_request *request,
    struct odbc_layout *layout)
{
    size_t budget = BLOCK_BYTES;
    size_t rows;

    if (layout->has_calls)
        return 1;
    if (request->batch_bytes > 0 && request->batch_bytes < budget)
        budget = request->batch_bytes;
    rows = budget / row_bytes(layout);
    if (rows > BLOCK_ROWS_MAX)
        rows = BLOCK_ROWS_MAX;
    if (source->settings->fetch_size > 0 && rows > (size_t)source->settings->fetch_size)
        rows = (size_t)source->settings->fetch_size;
    if (request->batch_rows > 0 && rows > request->batch_rows)
        rows = request->batch_rows;
    return rows > 0 ? rows : 1;
}

// UTF-16 takes two bytes a unit, and a character outside of the first plane two units: the limit
// of a bound column covers both.
static void
allocate(struct odbc_layout *layout)
{
    size_t at = 0;
    char *memory;

    layout->memory_bytes =
        mem_product(row_bytes(layout) + 64, layout->block_rows) + (layout->column_count + 2) * 16;
    layout->memory = mem_calloc(1, layout->memory_bytes);
    memory = layout->memory;
    for (size_t i = 0; i < layout->column_count; i++) {
        struct odbc_slot *slot = &layout->slots[i];

        if (slot->is_by_call)
            continue;
        slot->indicators = (SQLLEN *)(void *)(memory + at);
        at += layout->block_rows * sizeof(SQLLEN);
        slot->values = memory + at;
        at += layout->block_rows * slot->stride;
    }
    layout->guard_indicators = (SQLLEN *)(void *)(memory + at);
    at += layout->block_rows * sizeof(SQLLEN);
    layout->guard_values = memory + at;
    at += layout->block_rows * ODBC_GUARD_STRIDE;
    layout->status = (SQLUSMALLINT *)(void *)(memory + at);
    at += layout->block_rows * sizeof(SQLUSMALLINT);
    if (at > layout->memory_bytes)
        BUG("a block of %zu bytes in %zu", at, layout->memory_bytes);
}

static bool
set_attribute(const struct odbc_statement *statement, SQLINTEGER attribute, SQLPOINTER value,
    const char *what, struct error *err)
{
    SQLRETURN code = SQLSetStmtAttr(statement->handle, attribute, value, SQL_IS_POINTER);

    return odbc_statement_check(statement, code, err, what);
}

static bool
bind_item(const struct odbc_statement *statement, SQLUSMALLINT item, SQLSMALLINT c_type,
    char *values, size_t stride, SQLLEN *indicators, struct error *err)
{
    SQLRETURN code =
        SQLBindCol(statement->handle, item, c_type, values, (SQLLEN)stride, indicators);

    return odbc_statement_check(statement, code, err, "could not bind a column");
}

static bool
bind_block(const struct odbc_statement *statement, struct odbc_layout *layout,
    SQLULEN *rows_fetched, struct error *err)
{
    SQLUSMALLINT guard_item = (SQLUSMALLINT)(layout->column_count + 1);

    if (!set_attribute(statement, SQL_ATTR_ROW_ARRAY_SIZE,
            (SQLPOINTER)(uintptr_t)layout->block_rows, "could not set the block size", err) ||
        !set_attribute(statement, SQL_ATTR_ROWS_FETCHED_PTR, rows_fetched,
            "could not set the row counter", err) ||
        !set_attribute(statement, SQL_ATTR_ROW_STATUS_PTR, layout->status,
            "could not set the row states", err))
        return false;
    for (size_t i = 0; i < layout->column_count; i++) {
        struct odbc_slot *slot = &layout->slots[i];

        if (!slot->is_by_call && !bind_item(statement, slot->item, slot->c_type, slot->values,
                                     slot->stride, slot->indicators, err))
            return error_within(err, "column \"%s\"", slot->column->name);
    }
    return !layout->has_guard || bind_item(statement, guard_item, SQL_C_CHAR, layout->guard_values,
                                     ODBC_GUARD_STRIDE, layout->guard_indicators, err);
}

bool
odbc_layout_bind(const struct odbc_statement *statement, const struct read_request *request,
    struct odbc_layout *layout, SQLULEN *rows_fetched, struct error *err)
{
    layout->block_rows = choose_rows(statement->source, request, layout);
    allocate(layout);
    return bind_block(statement, layout, rows_fetched, err);
}

void
odbc_layout_release(struct odbc_layout *layout)
{
    free(layout->slots);
    free(layout->order);
    free(layout->memory);
    memset(layout, 0, sizeof *layout);
}
