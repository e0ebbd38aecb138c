// What bounds a read, and how one that came to a bound says so.
#ifndef OE2PG_READ_LIMITS_H
#define OE2PG_READ_LIMITS_H

#include "base/error.h"
#include "model/batch.h"

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

// False, with RETRY_WITH_ROOM, when a value was too long for what the read may use.
bool reader_limits_hold(
    const struct reader_limits *limits, const struct batch *batch, struct error *err);
// Fails so that the job is done again in that way.
bool read_repeat(struct error *err, enum error_retry retry, const char *message);

#endif
