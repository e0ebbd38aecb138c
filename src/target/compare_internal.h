// Inside the target room only: what the files of a comparison share (compare, source_digests, pair,
// duplicate_keys, apply*, arrival).
#ifndef OE2PG_TARGET_COMPARE_INTERNAL_H
#define OE2PG_TARGET_COMPARE_INTERNAL_H

#include "target/arrival.h"
#include "target/compare.h"
#include "target/target_internal.h"

// Temporary tables of the session.
#define CANDIDATE "oe2pg_candidate" // source rows that the mirror does not have
#define GONE "oe2pg_gone"     // places and digests of mirror rows that the source does not have
#define CHANGE "oe2pg_change" // candidates and gone, in pairs: (place, digest, fresh)
#define SOURCE_DIGEST "oe2pg_source_digest" // digest and key of source rows, see source_digests.h
#define BEFORE "oe2pg_gone_before"          // what would have been deleted by the comparison before
// A statement that met another row than the one that was compared raises this state of our own.
#define COMPARE_NOT_CURRENT "OE001"
// One that met a row which a trigger or a rule passed over, or kept, raises one of these.
#define COMPARE_SKIPPED "OE002"
#define COMPARE_KEPT "OE003"
#define WRITTEN "oe2pg_written" // places and digests of rows as they were when just written
#define REFUSED "oe2pg_refused" // of apply_rows.c: what was not let in, if anything

struct comparison {
    struct target *target;
    const char *schema;
    const struct table *table;
    struct digest_kind kind;
    bool has_candidates; // the table is there
    bool has_gone;
    bool has_source_digests;
    bool has_change;
    bool keeps_objects; // those of ours may refuse rows as people's do
    bool is_rezoned;    // the mirror's instants are not in UTC yet
    int64_t gone_count;
    struct difference_counts counts; // by comparison_pair
    struct arrival_shape shape;      // of the mirrored table, when it is locked
};

// Begins the statement that asks for place and digest of the mirror's rows, those of a table m, and
// reads what it was completed to into `set`.
struct buffer *compare_begin_digests(struct comparison *comparison);
bool compare_read_digests(struct comparison *comparison, struct digest_set *set, bool *is_full,
    int64_t *row_count, struct error *err);
// Appends the digest of all columns of the row called `alias`, or of the key's columns.
void compare_append_digest(struct buffer *sql, const struct digest_kind *kind,
    const struct table *table, const struct key *key, const char *alias);
// Runs what stands in the connection's scratch buffer.
bool compare_run(struct comparison *comparison, const char *doing, PGresult **result,
    struct error *err) __attribute__((warn_unused_result));
bool compare_make_candidates(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));
bool compare_make_gone(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));

// The rows of a result as key values in `arena`, `width` a row; returns how many rows.
size_t compare_take_keys(
    struct arena *arena, const PGresult *rows, size_t width, struct cell **values);

// The rest is arrival.c: what is written is compared with what arrived. All inside the transaction.
// Appends the new value of the column: that of the row called c, as the column's type.
void compare_append_new_value(struct buffer *sql, const struct comparison *comparison, size_t i);
// The beginnings of an UPDATE of the mirrored table, there called m, and of an INSERT, with new
// values from the row called c.
void compare_append_update(struct buffer *sql, const struct comparison *comparison);
void compare_append_insert(struct buffer *sql, const struct comparison *comparison);
// Around an UPDATE or INSERT of the mirrored table, there called m: keeps what it wrote.
void compare_begin_writing(struct buffer *sql, const struct comparison *comparison);
void compare_end_writing(struct buffer *sql, const struct comparison *comparison);
bool compare_make_written(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));
// Finds columns whose type does not keep the new values; before anything is written.
bool compare_check_types(struct comparison *comparison, struct arrival_finding *finding,
    struct error *err) __attribute__((warn_unused_result));
// Finds columns that are not as they were sent; after all was written.
bool compare_check_written(struct comparison *comparison, bool has_refused,
    struct arrival_finding *finding, struct error *err) __attribute__((warn_unused_result));
// The table's triggers or rules do not let it be mirrored; `what` they do. Returns false.
bool compare_refuse_makers(
    const struct comparison *comparison, const char *what, struct error *err);

// WHERE the row called m is the one at x.place, and still the one that was compared.
void compare_append_is_unchanged(struct buffer *sql, const struct comparison *comparison);
// Updates the paired rows where two of them swap a value that has to be unique, see
// apply_swapped.c.
bool compare_update_swapped(struct comparison *comparison, int64_t *updated, struct error *err)
    __attribute__((warn_unused_result));
// The last way to apply, see apply_rows.c. Inside the transaction, after the lock.
bool compare_apply_rows(struct comparison *comparison, const struct mirror_claim *claim,
    struct applied *applied, struct arena *arena, struct error *err)
    __attribute__((warn_unused_result));
// Whether an object of ours is what PostgreSQL named last: applied->refusal. Behind the savepoint.
bool compare_blame(struct comparison *comparison, const struct mirror_claim *claim,
    struct arena *arena, struct applied *applied, struct error *err)
    __attribute__((warn_unused_result));

#endif
