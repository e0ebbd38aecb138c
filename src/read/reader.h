// Reading a table, or a part of it, as one stream of batches, however many statements that takes.
//
// Invariant: in key order, the rows handed out so far are exactly those of the part whose key is
// not greater than reader_position, in the source's own order and by the source's own comparison.
// So reading can stop at any batch and go on later, in another transaction or another run. A source
// that compares more of a key than it shows does not keep to that: where it is noticed the fetch
// fails (ERROR_TABLE).
#ifndef OE2PG_READ_READER_H
#define OE2PG_READ_READER_H

#include "base/buffer.h"
#include "source/source.h"
#include "read/hunt/hunt.h"
#include "read/limits.h"
#include "read/order_proof.h"

// The key of a row, the texts copied.
struct reader_place {
    struct cell values[KEY_COLUMNS_MAX]; // NULLs as they came
    struct buffer bytes;
};

// The statement that is open.
struct reader_step {
    struct cursor *cursor; // NULL: none
    int64_t opened_ms;
    size_t row_limit;          // what it was limited to; 0: nothing
    size_t row_count;          // that it returned so far
    size_t byte_count;         // of their values
    size_t prefix;             // key columns of the range it reads; 0: the whole part
    struct reader_place start; // what it began after
};

struct reader {
    struct source *source;
    const struct table *table;
    struct reader_limits limits;
    struct part_rows rows;    // that are read
    struct read_request part; // all of them, but those that were read before
    struct reader_step step;
    size_t page_rows; // rows a statement may return; 0: any number
    bool is_at_end;
    bool has_position;
    bool is_at_bound; // it is the one behind which the part begins: no row was handed out
    struct reader_place position; // of the last row handed out
    unread_sink *sink;            // of misfits; NULL: they are nobody's business
    void *sink_context;
    struct hunt *hunt; // NULL: a value that cannot be read fails the reading
    struct order_proof order;
};

// Reads these rows of the table. The values of their bounds and ids are borrowed. Opens nothing
// yet.
void reader_init(struct reader *reader, struct source *source, const struct table *table,
    const struct part_rows *rows, const struct reader_limits *limits);
// Goes on after these key values, one a key column, which are copied.
bool reader_start_after(struct reader *reader, const struct cell *position, struct error *err)
    __attribute__((warn_unused_result));
// From now on values that cannot be read are hunted for; what is not read goes to `sink`, and so do
// misfits (model/batch.h).
void reader_hunt(struct reader *reader, struct hunt *hunt, unread_sink *sink, void *context);
// Rows in which some value could not be read before (hunt_know) come first. `are_read`: they came,
// with another part. For a whole table: the invariant is then one of the other rows.
void reader_read_known_first(struct reader *reader, bool are_read);
// From now on a read in key order is proved to be complete: for whole tables.
void reader_prove_order(struct reader *reader);
// The next rows; row_count == 0 means the end of the part. Fails with ERROR_DATA and
// RETRY_WITH_ROOM when a value is longer than value_bytes and is_large is not set; RETRY_IN_ORDER
// when a read in any order took longer than max_transaction_s, or met a value that cannot be read;
// RETRY_WITH_LESS when a read that cannot be cut met one: the hunt knows how to do without;
// RETRY_BY_OTHER_KEY when the order proved false (order_proof.h).
bool reader_fetch(struct reader *reader, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
// Key values of the last row handed out, one a key column; NULL before the first row or out of
// key order. Valid until the next fetch. One in which a value is NULL is no place to go on from.
const struct cell *reader_position(const struct reader *reader);
// Closes the statement; the reader can be released or initialised again.
void reader_release(struct reader *reader);

#endif
