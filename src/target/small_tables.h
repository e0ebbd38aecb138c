// Many small mirrored tables in one round trip each way: their digests, and the record that they
// are unchanged. What differs is no business of this file (target/compare.h).
#ifndef OE2PG_TARGET_SMALL_TABLES_H
#define OE2PG_TARGET_SMALL_TABLES_H

#include "base/digest_set.h"
#include "model/digest.h"
#include "model/state.h"
#include "target/mirror.h"

enum { SMALL_TABLES_MAX = 32 };

struct small_tables {
    const char *schema;
    const struct table *tables[SMALL_TABLES_MAX];
    struct digest_set *sets[SMALL_TABLES_MAX];
    size_t count;
};

// Streams the digests of the mirrored tables into the sets, one each, and freezes them. *is_full:
// one of them has more rows than its set has room for, and none is to be used. Fails when one table
// is not there or has not the columns that are recorded. Between transactions.
bool small_tables_read(struct target *target, const struct digest_kind *kind,
    const struct small_tables *small, bool *is_full, struct error *err)
    __attribute__((warn_unused_result));

struct small_table_record {
    const struct table *table;
    const char *reason; // a sentence
    int64_t row_count;
    int64_t rows_read; // in this run: all of them, or none where a witness vouched for them
    int64_t size_bytes;
    int64_t read_from_ms; // wall clock
    int64_t read_to_ms;
};

// Records in one transaction that these tables were read and found unchanged, or vouched for;
// fails, and changes nothing, when one of them has no record, or is not there.
bool small_tables_save(struct target *target, const struct mirror_claim *claim,
    const struct small_table_record *records, size_t count, struct error *err)
    __attribute__((warn_unused_result));

#endif
