// A cursor's life: plan how each column is asked for, execute, then batch by batch: Java packs rows
// into memory, and here each value becomes a cell that points into it. Texts of numbers and times
// are made canonical where they stand, or aside where that takes more room.
#include "base/mem.h"
#include "model/canonical.h"
#include "source/jdbc/jdbc_query.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_type.h"
#include "source/product/product.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRIP_BYTES = 512 * 1024, // what a round trip to the source aims at
    TRIP_ROWS_MIN = 10,
    TRIP_ROWS_MAX = 5000,
    TRIP_ROWS_LONG = 20, // where values of any length may come, at first
    TRIP_ROWS_LONG_MAX = 500,
    PAYLOAD_MAX = 512 * 1024 * 1024,
    CELLS_FIRST = 64,
    AHEAD_ROWS_MIN = 5, // fewer are asked for by a question that ends at what it finds
};

// Marks of java/oe2pg/Packer.java in place of a size.
enum { MARK_NULL = -1, MARK_TOO_LONG = -2, MARK_DOUBLE = -3, MARK_FLOAT = -4, REAL_ROOM = 32 };

struct jdbc_cursor {
    struct cursor base; // first: source.c sees only this
    struct jdbc_source *source;
    struct read_request request;
    struct jdbc_note *note; // the source's
    struct jdbc_query query;
    struct jdbc_result result;
    struct arena arena; // texts of this batch that do not stand in the result's memory
    char *ways;         // [column_count]
    struct batch batch;
    size_t cell_capacity;
};

// --- planning

// A stamp with zone that the driver hands out as characters.
static bool
is_text_stamp(const struct column *column)
{
    return column->kind == VALUE_TIMESTAMP_TZ &&
           jdbc_type_class(column->driver_type) == JDBC_CLASS_TEXT;
}

static enum jdbc_way
way_by_type(const struct product *product, const struct column *column)
{
    static const enum jdbc_way ways[] = {
        [VALUE_TEXT] = JDBC_WAY_TEXT,
        [VALUE_INTEGER] = JDBC_WAY_LONG,
        [VALUE_DECIMAL] = JDBC_WAY_DECIMAL,
        [VALUE_FLOAT] = JDBC_WAY_DOUBLE,
        [VALUE_FLOAT4] = JDBC_WAY_FLOAT,
        [VALUE_BOOLEAN] = JDBC_WAY_BOOLEAN,
        [VALUE_DATE] = JDBC_WAY_DATE,
        [VALUE_TIME] = JDBC_WAY_TIME,
        [VALUE_TIMESTAMP] = JDBC_WAY_STAMP,
        [VALUE_TIMESTAMP_TZ] = JDBC_WAY_ZONED_STAMP,
        [VALUE_BINARY] = JDBC_WAY_BYTES,
    };

    if (is_text_stamp(column))
        return JDBC_WAY_TEXT;
    if (column->kind == VALUE_BINARY)
        return column->is_long ? JDBC_WAY_LONG_BYTES : JDBC_WAY_BYTES;
    if (column->kind == VALUE_TEXT)
        return column->driver_type == JDBC_CLOB || column->driver_type == JDBC_NCLOB ||
                       column->driver_type == JDBC_LONGVARCHAR ||
                       column->driver_type == JDBC_LONGNVARCHAR
                   ? JDBC_WAY_LONG_TEXT
                   : JDBC_WAY_TEXT;
    // A type that the product had to be told apart by its name is delivered in whatever way.
    if (product->jdbc.prefers_texts || column->driver_type == JDBC_OTHER)
        return JDBC_WAY_TEXT;
    return ways[column->kind];
}

// By its type only where the driver keeps to it in every row.
static enum jdbc_way
way_of(const struct jdbc_cursor *cursor, const struct column *column)
{
    const struct product *product = cursor->source->product;

    if (product->jdbc.delivers_raw_text)
        return JDBC_WAY_BYTES;
    if (product->jdbc.is_statically_typed && !cursor->note->is_at_odds)
        return way_by_type(product, column);
    return column->kind == VALUE_TEXT || column->kind == VALUE_BINARY ? JDBC_WAY_OBJECT
                                                                      : JDBC_WAY_OBJECT_AS_TEXT;
}

// Java's bytes for a row, as far as declarations tell.
static size_t
row_estimate(const struct table *table)
{
    size_t bytes = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        bool is_counted = column->kind == VALUE_TEXT || column->kind == VALUE_BINARY;

        bytes += 32 + (is_counted && !column->is_long && column->width < 500 ? column->width : 16);
    }
    return bytes;
}

static bool
has_long_column(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].is_long)
            return true;
    }
    return false;
}

// The user's word is final; otherwise by what the rows are declared to be, and then by what they
// are (java/oe2pg/BatchReader.java).
static void
choose_trips(const struct jdbc_cursor *cursor, struct jdbc_statement *statement)
{
    const struct table *table = cursor->request.table;
    size_t rows = TRIP_BYTES / (row_estimate(table) + 1);

    if (cursor->note->is_row_by_row) {
        statement->fetch_size = statement->fetch_max = 1;
        return;
    }
    if (cursor->source->settings->fetch_size > 0) {
        statement->fetch_size = statement->fetch_max = cursor->source->settings->fetch_size;
        return;
    }
    statement->fetch_max = has_long_column(table) ? TRIP_ROWS_LONG_MAX : TRIP_ROWS_MAX;
    rows = rows < TRIP_ROWS_MIN       ? TRIP_ROWS_MIN
           : rows > TRIP_ROWS_MAX / 4 ? TRIP_ROWS_MAX / 4
                                      : rows;
    statement->fetch_size = has_long_column(table) ? TRIP_ROWS_LONG : (int)rows;
}

// A row that cannot be read takes those along that came in its trip.
static void
plan_trips(const struct jdbc_cursor *cursor, struct jdbc_statement *statement)
{
    size_t rows = cursor->request.block_rows;

    choose_trips(cursor, statement);
    if (rows > 0 && rows < (size_t)statement->fetch_max)
        statement->fetch_max = (int)rows;
    if (statement->fetch_size > statement->fetch_max)
        statement->fetch_size = statement->fetch_max;
}

// --- opening

static size_t
saturating_add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

// A batch ends behind the row that fills it: what is in it before that row, and that row. Marks and
// sizes come on top.
static size_t
memory_cap(const struct read_request *request)
{
    size_t columns = request->table->column_count > 0 ? request->table->column_count : 1;
    size_t value = request->value_bytes > 0 ? request->value_bytes : SIZE_MAX / 4 / columns;
    size_t row = value > SIZE_MAX / 4 / columns ? SIZE_MAX / 2 : value * columns;
    size_t marks = (request->batch_rows > 0 ? request->batch_rows : 100000) * columns * 36;

    return saturating_add(saturating_add(row, request->batch_bytes), marks);
}

static bool
execute(struct jdbc_cursor *cursor, struct error *err)
{
    const struct table *table = cursor->request.table;
    struct jdbc_statement statement = { .sql = buffer_text(&cursor->query.sql),
        .positions = cursor->query.has_positions ? &cursor->query.positions : NULL,
        .ways = cursor->ways,
        .column_count = table->column_count,
        .row_limit = cursor->request.row_limit };

    for (size_t i = 0; i < table->column_count; i++)
        cursor->ways[i] = (char)way_of(cursor, &table->columns[i]);
    plan_trips(cursor, &statement);
    return jdbc_result_query(
        cursor->source, &statement, memory_cap(&cursor->request), &cursor->result, err);
}

// What a driver says of its own results is asked once a table: then it is known to be worth
// nothing, or worth something.
static bool
start(struct jdbc_cursor *cursor, struct error *err)
{
    const struct table *table = cursor->request.table;
    const struct column *odd;

    if (!jdbc_query_build(cursor->source, &cursor->request, &cursor->query, err) ||
        !execute(cursor, err) ||
        !jdbc_check_result(
            cursor->source, table, cursor->query.is_plain, &cursor->result, &odd, err))
        return false;
    if (odd == NULL || cursor->note->is_at_odds)
        return true;
    // Some drivers have one statement at a time.
    jdbc_result_close(&cursor->result);
    return jdbc_settle_odds(cursor->source, table, odd, err) && execute(cursor, err);
}

bool
jdbc_open_cursor(struct source *base, const struct read_request *request, struct cursor **opened,
    struct error *err)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct jdbc_cursor *cursor;

    if (request->table->column_count == 0)
        return error_set(err, ERROR_TABLE, "the catalogue shows no columns of it");
    cursor = mem_calloc(1, sizeof *cursor);
    cursor->base.source = base;
    cursor->source = source;
    cursor->request = *request;
    cursor->note = jdbc_note_find(source, request->table);
    cursor->batch.column_count = request->table->column_count;
    cursor->ways = mem_calloc(request->table->column_count, 1);
    arena_init(&cursor->arena);
    if (!start(cursor, err)) {
        jdbc_close_cursor(&cursor->base);
        return false;
    }
    *opened = &cursor->base;
    return true;
}

void
jdbc_close_cursor(struct cursor *base)
{
    struct jdbc_cursor *cursor = (struct jdbc_cursor *)base;

    jdbc_result_close(&cursor->result);
    jdbc_query_release(&cursor->query);
    arena_release(&cursor->arena);
    free(cursor->ways);
    free(cursor->batch.cells);
    free(cursor);
}

// --- one value

static bool
is_too_long(const struct jdbc_cursor *cursor, size_t size)
{
    return cursor->request.value_bytes > 0 && size > cursor->request.value_bytes;
}

static void
set_too_long(struct jdbc_cursor *cursor, size_t size, struct cell *cell)
{
    cell->bytes = NULL;
    cell->size = size > cursor->request.value_bytes ? size : cursor->request.value_bytes + 1;
    cursor->batch.has_too_long = true;
}

// Canonical texts are mostly as they came, or shorter; where one is longer it is kept aside.
static void
make_canonical(struct jdbc_cursor *cursor, const struct column *column, char *bytes, size_t size,
    struct cell *cell)
{
    char scratch[256];
    char *text = size + CANONICAL_SLACK <= sizeof scratch
                     ? scratch
                     : arena_alloc(&cursor->arena, size + CANONICAL_SLACK);
    size_t capacity = text == scratch ? sizeof scratch : size + CANONICAL_SLACK;

    memcpy(text, bytes, size);
    cell->size = canonical_text(column->kind, column->scale, text, size, capacity);
    if (cursor->source->product->jdbc.is_statically_typed && is_text_stamp(column))
        driver_judge_stamp(cursor->base.source, text, cell->size);
    cell->bytes = bytes;
    if (cell->size <= size)
        memcpy(bytes, text, cell->size);
    else
        cell->bytes = text == scratch ? arena_strndup(&cursor->arena, text, cell->size) : text;
}

static void
take_real(struct jdbc_cursor *cursor, struct parcel_reader *batch, const struct column *column,
    bool is_single, struct cell *cell)
{
    char *text = (char *)(uintptr_t)batch->at; // of the result's own memory
    float single;
    double real;

    if (batch->end - batch->at < REAL_ROOM) {
        batch->failed = true;
        return;
    }
    if (is_single) {
        memcpy(&single, text, sizeof single);
        real = (double)single;
    } else {
        memcpy(&real, text, sizeof real);
    }
    batch->at += REAL_ROOM;
    cell->bytes = text;
    cell->size = canonical_float(real, is_single, text);
    // Among numbers of another kind it has their form.
    if (column->kind != VALUE_FLOAT && column->kind != VALUE_FLOAT4)
        make_canonical(cursor, column, text, cell->size, cell);
}

static void
take_mark(struct jdbc_cursor *cursor, struct parcel_reader *batch, const struct column *column,
    int32_t mark, struct cell *cell)
{
    int64_t size = 0;

    cell->bytes = NULL;
    cell->size = 0;
    switch (mark) {
    case MARK_NULL:
        break;
    case MARK_TOO_LONG:
        if ((size_t)(batch->end - batch->at) < sizeof size) {
            batch->failed = true;
            break;
        }
        memcpy(&size, batch->at, sizeof size);
        batch->at += sizeof size;
        set_too_long(cursor, (size_t)size, cell);
        break;
    case MARK_DOUBLE:
        take_real(cursor, batch, column, false, cell);
        break;
    case MARK_FLOAT:
        take_real(cursor, batch, column, true, cell);
        break;
    default:
        batch->failed = true;
    }
}

static void
take_value(struct jdbc_cursor *cursor, struct parcel_reader *batch, const struct column *column,
    struct cell *cell)
{
    int32_t size = parcel_take_number(batch);
    char *bytes = (char *)(uintptr_t)batch->at; // of the result's own memory

    if (size < 0) {
        take_mark(cursor, batch, column, size, cell);
        return;
    }
    if (size > batch->end - batch->at) {
        batch->failed = true;
        return;
    }
    batch->at += size;
    cell->bytes = bytes;
    cell->size = (size_t)size;
    if (!canonical_is_plain(column->kind, column->scale, bytes, (size_t)size))
        make_canonical(cursor, column, bytes, (size_t)size, cell);
    if (is_too_long(cursor, cell->size))
        set_too_long(cursor, cell->size, cell);
}

// --- one batch

static void
make_room(struct jdbc_cursor *cursor, size_t rows)
{
    size_t count = mem_product(rows, cursor->batch.column_count);

    if (count <= cursor->cell_capacity)
        return;
    cursor->cell_capacity = count < CELLS_FIRST ? CELLS_FIRST : count;
    cursor->batch.cells =
        mem_realloc(cursor->batch.cells, cursor->cell_capacity, sizeof *cursor->batch.cells);
}

static bool
take_rows(struct jdbc_cursor *cursor, struct parcel_reader *batch, size_t rows, struct error *err)
{
    const struct table *table = cursor->request.table;
    struct cell *cell = cursor->batch.cells;

    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < table->column_count && !batch->failed; i++, cell++) {
            take_value(cursor, batch, &table->columns[i], cell);
            if (cell->bytes != NULL)
                cursor->batch.size_bytes += cell->size;
        }
    }
    cursor->batch.row_count = rows;
    return !batch->failed || error_set(err, ERROR_SYSTEM, "a batch of rows came broken from Java");
}

// A value that was being read is what failed, unless something larger did.
static bool
explain_failure(struct jdbc_cursor *cursor, struct error *err)
{
    const struct jdbc_problem *problem = &cursor->result.problem;
    const struct table *table = cursor->request.table;

    if (err->kind == ERROR_SYSTEM)
        return false;
    if (problem->kind == JDBC_PROBLEM_MEMORY && !cursor->note->is_row_by_row) {
        cursor->note->is_row_by_row = true;
        (void)error_set(err, ERROR_DATA,
            "the rows are too wide for Java's heap; the table is read again row by row");
        err->retry = RETRY_AT_ONCE;
        return false;
    }
    if (problem->column < 0 || (size_t)problem->column >= table->column_count)
        return false;
    cursor->base.source->trouble.column = problem->column;
    if (err->kind == ERROR_TABLE && err->retry == RETRY_NEVER)
        err->kind = ERROR_DATA;
    return error_within(err, "column \"%s\"", table->columns[problem->column].name);
}

// Not behind the last batch that is wanted, not where few rows are, and not where one is nearly too
// much.
static bool
reads_ahead(const struct jdbc_cursor *cursor)
{
    const struct read_request *request = &cursor->request;

    return (request->batch_rows == 0 || request->batch_rows >= AHEAD_ROWS_MIN) &&
           request->block_rows == 0 && !cursor->note->is_row_by_row && !cursor->base.is_ending;
}

bool
jdbc_fetch(struct cursor *base, const struct batch **batch, struct error *err)
{
    struct jdbc_cursor *cursor = (struct jdbc_cursor *)base;
    const struct read_request *request = &cursor->request;
    struct jdbc_limits limits = {
        .rows = request->batch_rows > 0 ? request->batch_rows : INT_MAX,
        .payload = request->batch_bytes > 0 ? request->batch_bytes : PAYLOAD_MAX,
        .value = request->value_bytes > 0 ? request->value_bytes : INT_MAX,
        .is_ahead = reads_ahead(cursor),
    };
    struct parcel_reader rows;
    size_t count;

    cursor->batch.row_count = 0;
    cursor->batch.size_bytes = 0;
    cursor->batch.has_too_long = false;
    arena_reset(&cursor->arena);
    cursor->base.is_ahead = false;
    if (!jdbc_result_fill(&cursor->result, &limits, &rows, &count, err))
        return explain_failure(cursor, err);
    cursor->base.is_ahead = cursor->result.is_ahead;
    make_room(cursor, count);
    if (!take_rows(cursor, &rows, count, err))
        return false;
    *batch = &cursor->batch;
    return true;
}
