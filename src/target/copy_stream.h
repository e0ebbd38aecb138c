// Rows into a table by COPY (FORMAT binary): of text a value's bytes go as they are, nothing is
// parsed and nothing needs escaping; of native types what target/native_value.h makes of them
// (format: PostgreSQL 15 manual, COPY, "Binary Format"). Where a column has a type without such a
// form, by COPY (FORMAT text). Bounded memory: rows are sent in pieces of at most 64 KiB, whatever
// their size.
#ifndef OE2PG_TARGET_COPY_STREAM_H
#define OE2PG_TARGET_COPY_STREAM_H

#include "model/table.h"
#include "target/row_policy.h"
#include "target/target.h"

#include <stdbool.h>
#include <stdint.h>

struct copy_stream;

// Starts COPY of `table`'s columns into "schema"."name", whose columns are what they are by now.
bool copy_stream_open(struct target *target, const char *schema, const char *name,
    const struct table *table, struct copy_stream **copy, struct error *err)
    __attribute__((warn_unused_result));
// The same into a temporary table, "name", whose columns hold canonical text.
bool copy_stream_open_texts(struct target *target, const char *name, const struct table *table,
    struct copy_stream **copy, struct error *err) __attribute__((warn_unused_result));
// Sends one row that went through row_policy_apply: rows in = rows out.
bool copy_stream_send(struct copy_stream *copy, const struct cell *row, struct error *err)
    __attribute__((warn_unused_result));
// Ends the COPY; *row_count is what PostgreSQL says it took and equals what was sent.
bool copy_stream_finish(struct copy_stream *copy, int64_t *row_count, struct error *err)
    __attribute__((warn_unused_result));
// Also ends a COPY that was not finished, which fails the transaction. NULL is fine.
void copy_stream_close(struct copy_stream *copy);

#endif
