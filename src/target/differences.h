// The differences a comparison found, one by one, for telling about them.
#ifndef OE2PG_TARGET_DIFFERENCES_H
#define OE2PG_TARGET_DIFFERENCES_H

#include "base/arena.h"
#include "target/compare.h"

enum difference_kind {
    DIFFERENCE_MISSING, // a source row that the mirror does not have
    DIFFERENCE_CHANGED, // a row of both, with other values
    DIFFERENCE_SURPLUS, // a mirror row that the source does not have
};

struct difference {
    enum difference_kind kind;
    const struct cell *key; // texts, one a key column; NULL: the table has no key
    uint64_t mirror_digest; // not for DIFFERENCE_MISSING
    const char *place;      // of the mirror's row; "" for DIFFERENCE_MISSING
};

// After comparison_pair: `limit` of them at most, and of those with long keys fewer, changed before
// missing before surplus, into `arena`.
bool differences_list(struct comparison *comparison, struct arena *arena, size_t limit,
    struct difference **differences, size_t *count, struct error *err)
    __attribute__((warn_unused_result));

// A value of the mirror, without its bytes but for the first.
struct mirror_value {
    bool is_null;
    struct cell start; // at most `start_chars` characters
    size_t size;       // of the whole text
    uint64_t digest;   // equal to digest_value of the same value in the source
};
// The values of the mirror's row at the difference's place, one a column, into `arena`; *values is
// NULL when the row is gone.
bool differences_read_row(struct comparison *comparison, struct arena *arena,
    const struct difference *difference, size_t start_chars, struct mirror_value **values,
    struct error *err) __attribute__((warn_unused_result));

struct verification {
    bool is_equal;     // but for what is in quarantine
    int64_t row_count; // of the mirror
    int64_t missing;
    int64_t changed;
    int64_t surplus;
    int64_t moving;      // differed at first, not when read again
    int64_t quarantined; // what the mirror lacks and quarantine has: as the comparison met it
    int64_t unrecorded;  // what the mirror lacks and quarantine has not
};
// Keeps the result in oe2pg.verification. Inside a fenced transaction.
bool verification_save(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct verification *verification, struct error *err)
    __attribute__((warn_unused_result));

#endif
