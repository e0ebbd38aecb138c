// One comparison of a mirrored table with its source: nothing of the mirror changes.
//
// The mirror's digests are in a set; the source is read once, in any order; a row whose digest
// is in the set is unchanged and struck off, any other is a candidate; what is left in the set is
// gone. Where the set does not fit, PostgreSQL finds the differences: by digest and key of every
// row, and the rows that differ are read again (differ_by_key.h); where they cannot be asked for,
// the whole source is put into the candidates. All ways end in the same candidates and the same
// gone, paired by key.
//
// A part of the source whose read fails for a reason that passes by itself is read again alone:
// what it struck off and what was sent for it is taken back first, what the parts before it found
// is kept. A row that moves between two parts meanwhile is met twice or not at all, as in any read
// that is cut, and is found in the same way (compare.h). The whole comparison is repeated instead
// when
//   - the session that holds the candidates is lost, or PostgreSQL fails otherwise;
//   - the table is to be read in another way (any error.retry but RETRY_LATER);
//   - something was met that goes to `exceptions`: these are not counted by part;
//   - there are so many parts that the set has no mark for each (DIGEST_MARK_MAX).
#ifndef OE2PG_METHOD_DIFFER_H
#define OE2PG_METHOD_DIFFER_H

#include "base/digest_set.h"
#include "model/part.h"
#include "method/differ_by_key.h"
#include "write/row_sender.h"
#include "method/exceptions.h"
#include "method/task.h"
#include "target/compare.h"

struct known_row {
    uint64_t digest;
    int met_by; // the part in which this read met it; 0: it did not
};

// Refused by PostgreSQL in earlier runs, by digest.
struct known_rows {
    struct known_row *rows;
    size_t count;
};

// What came of a comparison.
struct differ_result {
    struct difference_counts counts;
    int64_t mirror_rows;
    struct part_list parts;    // of the source's table
    struct part_outcome again; // of rows that were read once more, by their key: what that changed
    int64_t kept;              // missing in the second of two reads only
    bool is_too_much;          // rows in the window of source_rows, to be compared in memory
};

struct differ {
    // What to compare, by the caller; everything else begins as zeros.
    struct task *task;
    const char *schema;        // of the mirrored or the staged table
    const struct table *table; // target_name: the table that is compared
    bool is_second;            // see differ_run
    bool is_rezoned;           // the mirror's time stamps are in another zone (target/compare.h)
    struct exceptions *exceptions;   // what would go into quarantine goes there, and nothing is
                                     // written; NULL: it goes into quarantine
    bool is_whole;                   // without a set, all of the source becomes candidates
    int64_t duration_ms;             // of an earlier read of the table; 0: unknown
    const struct table *source_rows; // read by these alone (stamped.h); NULL: all of the table
    const struct part_list *only;    // the mirror holds these rows of the table; NULL: all of it

    struct comparison *comparison;
    struct digest_set set;
    bool has_set;
    bool is_cut;    // by a key whose order the read had to prove
    bool is_by_key; // no set, and differing rows are read again by their key
    struct differ_by_key by_key;
    struct row_sender sender;
    int part; // in hand: its number
    struct known_rows known;
    struct differ_result found;
};

// Compares. `is_second`: of a table that lacked rows in the read before, on this connection, which
// cannot be asked for (see comparison_remember_gone): without a key only what is missing both times
// is gone; with one compare.c sees to that. *is_current is false when the mirror changed meanwhile,
// or when so much differs that the next read has to be a whole one (is_whole is set then): the
// counts are worth nothing, compare again. Release in any case.
bool differ_run(struct differ *differ, bool *is_current, struct error *err)
    __attribute__((warn_unused_result));
// What came of reading the source, in all.
struct part_outcome differ_outcome(const struct differ *differ);
// For differ_by_key.c: whether the row, policies applied, is known to be refused, and so left out
// again.
bool differ_is_known_row(struct differ *differ, const struct cell *row);
// For differ_by_key.c: rows of the batch that have exactly these key values become candidates.
bool differ_take_matching(struct differ *differ, const struct batch *batch,
    const struct cell *values, struct error *err) __attribute__((warn_unused_result));
// Also rolls back what is open.
void differ_release(struct differ *differ);

#endif
