#include "read/page.h"

enum {
    ROWS_MAX = 20000,
    GROWTH = 8, // the rows to come may be longer than those that were seen
    // What a driver keeps beside the values: measured with MariaDB's, rounded up.
    ROW_BYTES = 64,
    COLUMN_BYTES = 32,
};

size_t
page_next_rows(size_t rows, size_t row_count, size_t bytes, size_t column_count, size_t page_bytes)
{
    size_t row_bytes = bytes / row_count + ROW_BYTES + column_count * COLUMN_BYTES;
    size_t fitting = page_bytes / row_bytes;
    size_t most = rows < ROWS_MAX / GROWTH ? rows * GROWTH : ROWS_MAX;

    if (fitting > most)
        fitting = most;
    return fitting > 0 ? fitting : 1;
}
