// How many rows to ask for at a time from a driver that keeps a whole result in memory: as many as
// fit what the reader was given for them, going by the rows of the page before. Pure.
#ifndef OE2PG_READ_PAGE_H
#define OE2PG_READ_PAGE_H

#include <stddef.h>

enum { PAGE_ROWS_FIRST = 100 };

// Rows of the next page, at least one, after a page that asked for `rows`, of which `row_count`
// (not 0) came, with `bytes` of values in rows of `column_count` columns. Memory for a page:
// `page_bytes`.
size_t page_next_rows(
    size_t rows, size_t row_count, size_t bytes, size_t column_count, size_t page_bytes);

#endif
