// What bounds a read.
#ifndef OE2PG_READ_LIMITS_H
#define OE2PG_READ_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

struct reader_limits {
    size_t batch_rows;
    size_t batch_bytes;
    size_t value_bytes;
    size_t row_id_bytes;   // for the ids of rows that are read by them
    size_t page_bytes;     // for the rows of a statement, where the driver keeps them all
    bool is_large;         // value_bytes is as large as it gets: what is longer goes to quarantine
    int max_transaction_s; // a statement in key order is closed and continued after this
};

#endif
