// What source and mirror differ in, and how the mirror is made equal: candidates (source rows the
// mirror does not have) and gone (mirror rows the source does not have) are collected in temporary
// tables of this session, then applied in one transaction.
//
// A row's digest is hash_record_extended over its mirrored columns as text in "C" collation, seeded
// per run; where the server's hash is not the one this program knows, the first 64 bits of SHA-256
// over length-prefixed texts. No digest is stored in the mirror.
#ifndef OE2PG_TARGET_COMPARE_H
#define OE2PG_TARGET_COMPARE_H

#include "base/arena.h"
#include "base/digest_set.h"
#include "model/digest.h"
#include "model/mirror_object.h"
#include "target/arrival.h"
#include "target/copy_stream.h"
#include "target/mirror.h"
#include "target/target.h"

// One comparison of one table, on one connection.
struct comparison;

// An object of ours that would have kept a row out.
struct refusal {
    const struct mirror_object *by; // NULL: none did
    bool is_of_value;               // no row may have such a value; else no two rows
};

// What became of applying it.
struct applied {
    int64_t inserted;
    int64_t updated;
    int64_t deleted;
    int64_t refused;        // rows that a constraint of the mirrored table did not let in
    int64_t newly_refused;  // of them not known from earlier runs
    struct refusal refusal; // nothing was applied, roll back
};

// Finds out which digest this server has: asks it for the digests of probe rows.
bool compare_choose_digest(struct target *target, uint64_t seed, struct digest_kind *kind,
    struct error *err) __attribute__((warn_unused_result));

// Makes the temporary tables. `table` and `schema` are borrowed.
bool comparison_open(struct target *target, const char *schema, const struct table *table,
    const struct digest_kind *kind, struct comparison **comparison, struct error *err)
    __attribute__((warn_unused_result));
// Drops them; NULL is fine.
void comparison_close(struct comparison *comparison);

// Streams the digests of the mirror into `set` and freezes it. *is_full: they do not fit, and the
// set is to be released. Between transactions.
bool comparison_read_mirror(struct comparison *comparison, struct digest_set *set, bool *is_full,
    int64_t *row_count, struct error *err) __attribute__((warn_unused_result));

// Opens a COPY of candidates; between transactions, each COPY is one of its own.
bool comparison_open_candidates(struct comparison *comparison, struct copy_stream **copy,
    struct error *err) __attribute__((warn_unused_result));

// A moment of a comparison: what is collected behind it can be taken back. Zeros: the beginning.
struct comparison_mark {
    uint32_t xid; // the first transaction that can come; 0: nothing was collected yet
};
// Between transactions. Asks PostgreSQL only where something was collected.
bool comparison_set_mark(struct comparison *comparison, struct comparison_mark *mark,
    struct error *err) __attribute__((warn_unused_result));
// Removes the candidates, and digests of source rows, that were sent since then. Before any of them
// was looked at; between transactions.
bool comparison_take_back(struct comparison *comparison, const struct comparison_mark *mark,
    struct error *err) __attribute__((warn_unused_result));

// The rest of the set are rows of the mirror that the source did not return: they become `gone`.
bool comparison_add_gone(struct comparison *comparison, const struct digest_set *set,
    struct error *err) __attribute__((warn_unused_result));
// Without a set: candidates holds the whole source; PostgreSQL finds the differences itself.
bool comparison_find_differences(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));

// Known when rows are paired.
struct difference_counts {
    int64_t to_insert;
    int64_t to_update;
    int64_t to_delete;
};
static inline bool
comparison_has_changes(const struct difference_counts *counts)
{
    return counts->to_insert + counts->to_update + counts->to_delete > 0;
}

// For a table whose missing rows cannot be asked for by a key: after pairing, remembers what would
// be deleted now, for the next comparison on this connection.
bool comparison_remember_gone(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));
// The same, as if nothing had been gone: then all that is gone now is kept.
bool comparison_remember_nothing(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));
// Leaves gone only what was gone then too; *kept rows stay in the mirror until the next run.
// Without a key before pairing, with one after it: a changed row that is left without its gone one
// would double its key.
bool comparison_keep_common(struct comparison *comparison, int64_t *kept, struct error *err)
    __attribute__((warn_unused_result));
bool comparison_keep_unconfirmed(struct comparison *comparison, struct difference_counts *counts,
    int64_t *kept, struct error *err) __attribute__((warn_unused_result));

// The mirror was written when its time stamps came in another zone than UTC: where such are in the
// key, rows that differ in nothing but them are paired first, and so are neither lost nor new.
void comparison_expect_other_zone(struct comparison *comparison);
// Pairs candidates and gone by key; then the counts are known. Returns false in *is_current when
// the mirror changed since it was read: compare again.
bool comparison_pair(struct comparison *comparison, struct difference_counts *counts,
    bool *is_current, struct error *err) __attribute__((warn_unused_result));

// Keys of rows that would be deleted, `limit` at most and fewer where keys are so long that all
// would take more than 4 MiB, spread over the key; key columns in order,
// as canonical text in `arena`. 0 for a keyless table. With `only_unmet` those are left out whose
// key the read did meet, in another row: the mirror has that key more than once.
bool comparison_keys_to_delete(struct comparison *comparison, struct arena *arena, size_t limit,
    bool only_unmet, struct cell **values, size_t *row_count, struct error *err)
    __attribute__((warn_unused_result));

enum { DUPLICATE_KEYS_MAX = 10000 }; // more are not asked of the source

// Keys of new rows that the mirror, or another new row, has already: a read that met a row twice
// would double it. NULL is no key here. As above.
bool comparison_duplicate_keys(struct comparison *comparison, struct arena *arena,
    struct cell **values, size_t *row_count, struct error *err) __attribute__((warn_unused_result));
// The same of a table that is being loaded, in its open transaction.
bool loaded_duplicate_keys(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, struct cell **values, size_t *row_count, struct error *err)
    __attribute__((warn_unused_result));

// Inside a fenced transaction that the caller commits: locks the table against writers (readers go
// on), applies, and checks every command's count against the plan. *is_current as above.
// Rows that a constraint does not let in, or a trigger passes over, are left out and put into
// quarantine. *finding, whose arena is set: columns that do not hold what was to be written; if
// there are any, roll back, and compare again without them. Objects of ours keep no row out: see
// applied->refusal, unless `comparison_keep_objects` said that they cannot make way.
void comparison_keep_objects(struct comparison *comparison);
bool comparison_apply(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct arrival_finding *finding, bool *is_current, struct error *err)
    __attribute__((warn_unused_result));

#endif
