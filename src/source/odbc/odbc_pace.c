#include "source/odbc/odbc_pace.h"

#include "base/text.h"
#include "source/product/product.h"

#include <string.h>

// A connection attribute of psqlODBC (its psqlodbc.h): rows a FETCH, honoured from the next one on.
enum { SQL_ATTR_PGOPT_FETCH = 65541 };

enum {
    CACHE_BYTES = 8 * 1024 * 1024, // aimed at, per fetch
    ROWS_FIRST = 50,               // until rows were seen, where long values are possible
    ROWS_MAX = 2000,
};

static void
tell(struct odbc_pace *pace, struct odbc_source *source, size_t rows)
{
    if (rows == pace->rows)
        return;
    pace->rows = rows;
    (void)SQLSetConnectAttr(
        source->connection, SQL_ATTR_PGOPT_FETCH, (SQLPOINTER)(uintptr_t)rows, SQL_IS_INTEGER);
}

static size_t
rows_of(const struct odbc_pace *pace, size_t row_bytes, size_t most)
{
    size_t rows = CACHE_BYTES / (pace->bound_bytes + row_bytes + 1);

    return rows < 1 ? 1 : rows > most ? most : rows;
}

void
odbc_pace_begin(
    struct odbc_pace *pace, struct odbc_source *source, const struct odbc_layout *layout)
{
    bool has_long = false;

    memset(pace, 0, sizeof *pace);
    pace->is_used = source->product->odbc.paces_fetch && source->paces_fetch;
    for (size_t i = 0; i < layout->column_count; i++) {
        pace->bound_bytes += layout->slots[i].limit;
        has_long |= layout->slots[i].column->is_long;
    }
    if (pace->is_used)
        tell(pace, source, rows_of(pace, 0, has_long ? ROWS_FIRST : ROWS_MAX));
}

void
odbc_pace_note_row(struct odbc_pace *pace, size_t stored_bytes)
{
    if (stored_bytes > pace->widest)
        pace->widest = stored_bytes;
}

void
odbc_pace_apply(struct odbc_pace *pace, struct odbc_source *source)
{
    size_t rows;

    if (!pace->is_used)
        return;
    rows = rows_of(pace, pace->widest, ROWS_MAX);
    // Quickly down, slowly up: a wide row seldom comes alone.
    if (rows > pace->rows * 2)
        rows = pace->rows * 2;
    tell(pace, source, rows);
    pace->widest = pace->widest / 2;
}
