// What a cursor is made of, and its rows as cells: for odbc_cursor.c and odbc_row.c alone.
//
// Cells point into the bound arrays where the value lies there as it is wanted; everything else
// (unbound, overlong, UTF-16, rows fetched one at a time) is gathered in one buffer, by offset
// first, because the buffer moves while it grows.
#ifndef OE2PG_SOURCE_ODBC_ROW_H
#define OE2PG_SOURCE_ODBC_ROW_H

#include "source/odbc/odbc.h"
#include "source/odbc/odbc_layout.h"
#include "source/odbc/odbc_pace.h"
#include "source/odbc/odbc_query.h"

#include <stdint.h>

// A cell that is not in the buffer.
#define ODBC_NOT_STORED SIZE_MAX

struct odbc_cursor {
    struct cursor base; // first: source.c sees only this
    struct odbc_source *source;
    struct read_request request;
    struct odbc_note *note; // the source's
    struct odbc_statement statement;
    struct odbc_query query;
    struct odbc_layout layout;
    struct odbc_pace pace;
    SQLULEN rows_fetched; // of the block; the driver writes here
    size_t next_row;      // of the block
    size_t positioned;    // row of the block that SQLSetPos is on, SIZE_MAX for none
    bool at_end;
    bool met_odd_real; // in the row in hand
    struct batch batch;
    struct cell *cells;      // [batch capacity x columns]
    size_t *offsets;         // of the same cells, ODBC_NOT_STORED for those in the block
    size_t row_capacity;     // of cells and offsets
    size_t unmeasured_count; // values of the row that were withheld without their length
    size_t unmeasured;       // the last of them
    size_t row_start;        // in `stored`, of the row in hand
    struct buffer stored;    // values of this batch that are not in the block
    struct buffer wide;      // scratch
};

// Makes the row of the block the next one of the batch, for which there is room. One that did not
// come whole fails with RETRY_AT_ONCE where another statement would bring it.
bool odbc_row_take(struct odbc_cursor *cursor, size_t row, struct error *err)
    __attribute__((warn_unused_result));

#endif
