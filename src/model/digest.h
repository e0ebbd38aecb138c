// The digest of a source row, equal to what PostgreSQL computes from the mirrored row. Pure.
#ifndef OE2PG_MODEL_DIGEST_H
#define OE2PG_MODEL_DIGEST_H

#include "model/batch.h"
#include "model/table.h"

#include <stdbool.h>
#include <stdint.h>

struct digest_kind {
    uint64_t seed;    // random per run, so that a collision cannot be stable
    bool is_fallback; // SHA-256, see target/compare.h
};

// `row` has table->column_count cells in canonical form, policies applied.
uint64_t digest_row(
    const struct digest_kind *kind, const struct table *table, const struct cell *row);

// The digest of a row of this column alone.
uint64_t digest_value(
    const struct digest_kind *kind, const struct column *column, const struct cell *value);

// Of key values, one a key column: to know a key again within one scan.
uint64_t digest_key(const struct cell *values, size_t count);
// The same of a whole row of the table, which has a key.
uint64_t digest_key_of_row(const struct table *table, const struct cell *row);

#endif
