// Rows into a mirrored table by COPY (FORMAT binary), every column as text: a value's bytes go as
// they are, nothing is parsed and nothing needs escaping (format: PostgreSQL 15 manual, COPY,
// "Binary Format"). Bounded memory: rows are sent in pieces of at most 64 KiB, whatever their size.
#ifndef OE2PG_TARGET_COPY_STREAM_H
#define OE2PG_TARGET_COPY_STREAM_H

#include "model/batch.h"
#include "model/table.h"
#include "target/target.h"

#include <stdbool.h>
#include <stdint.h>

struct copy_stream;

// A value that PostgreSQL cannot hold: it was sent as NULL and is handed out for the quarantine.
struct refused_value {
    const struct cell *row; // all cells of the row it stands in
    size_t column;
    const char *reason; // a constant word: see docs/tracking.md, quarantine
};
typedef void refused_value_sink(void *context, const struct refused_value *refused);

// Starts COPY of `table`'s columns into "schema"."name", inside the open transaction.
bool copy_stream_open(struct target *target, const char *schema, const char *name,
    const struct table *table, struct copy_stream **copy, struct error *err)
    __attribute__((warn_unused_result));
// Who gets the values that cannot be held; without a sink such a value is ERROR_DATA.
void copy_stream_set_sink(struct copy_stream *copy, refused_value_sink *sink, void *context);
// Sends all rows of a batch. Rows in = rows out: every row is sent, whatever its values.
bool copy_stream_send(struct copy_stream *copy, const struct batch *batch, struct error *err)
    __attribute__((warn_unused_result));
// Ends the COPY; *row_count is what PostgreSQL says it took and equals what was sent.
bool copy_stream_finish(struct copy_stream *copy, int64_t *row_count, struct error *err)
    __attribute__((warn_unused_result));
// Also ends a COPY that was not finished, which fails the transaction. NULL is fine.
void copy_stream_close(struct copy_stream *copy);

#endif
