// Whether the order in which the source delivers a table is the one by which it compares: a read
// that stops at a key and goes on with the greater ones loses rows, or meets some twice, where it
// is not. And whether a result that ended was at its end.
//
// Invariant: of a read that reached its end without a failure, every cut was by a key whose order
// is documented (struct column), or the source itself counted, by its own comparison, as many rows
// up to the first cut and in the whole part as were handed out, but for what moved meanwhile; and
// the source was asked for rows beyond the last key, up to the largest key that was there before
// the read began. A read that is never cut, and ends with that largest key, asks for nothing more.
//
// A table that only grows is not read for ever: what follows on a result that ended, or on
// ORDER_CUTS_UNBOUNDED cuts, is wanted up to the largest key only. Where the order is proved that
// is the largest behind the first cut, asked for after the rows were counted: rows that came before
// are then read, and those that come later are among what is seen to move.
//
// However many statements a read takes, for pages or in search of values that cannot be read, each
// count is asked for once: the cuts behind the first go by the same order, which the count at
// the end judges with all of them. The answers are of the rows that this read handed out: a read
// that is begun anew hands out others, perhaps by another index, and asks for its own. What reads
// single rows by their key asks for nothing: it relies on no order.
//
// Equal counts do not rule out a row that came twice while another was left out: such a key is
// found by who has the rows (method/load.c, method/compare.c), and condemned in the same way.
#ifndef OE2PG_READ_ORDER_PROOF_H
#define OE2PG_READ_ORDER_PROOF_H

#include "base/buffer.h"
#include "source/source.h"

// Cuts behind which a read goes on to whatever end there is: rows that came meanwhile come along.
// As many as hardly any read has, for a bound is one more comparison a row.
enum { ORDER_CUTS_UNBOUNDED = 100 };

struct order_proof {
    bool is_on;         // else nothing is asked, and nothing is proved
    bool is_documented; // the counts are not needed
    bool is_begun;
    bool is_whole;     // from the beginning of the part: its rows can be counted
    bool is_relied_on; // some cut was
    bool is_ended;
    bool is_given_up; // the source would not count: no statement for fewer rows helps
    bool has_largest;
    struct cell largest[KEY_COLUMNS_MAX]; // the last key, as above
    size_t column_count;                  // of it
    struct buffer largest_bytes;
    int64_t cut_count;
    size_t ended; // the ranges behind the position, by their prefixes, that ended before: this one
                  // and all longer ones; 0: none
    int64_t row_count; // handed out in key order; up to the cut as the source counted them, if rows
                       // moved
    int64_t total;     // rows of the part at the first cut
};

// What follows on a statement.
enum order_next { ORDER_GO_ON, ORDER_NEXT_RANGE, ORDER_AT_END };

void order_proof_init(struct order_proof *proof, bool is_on);
void order_proof_release(struct order_proof *proof);

// --- which range is read next; pure

// The statement of the range with this prefix (0: the whole part) was left before its end, or was
// limited and delivered all that was asked for.
void order_proof_leave(struct order_proof *proof, size_t prefix);
// It ended. One that delivered rows may have ended early: the read goes on behind its last row.
enum order_next order_proof_pass(struct order_proof *proof, size_t prefix, bool had_rows);
// True when only keys up to the largest are wanted of the range.
bool order_proof_is_bounded(const struct order_proof *proof, size_t prefix);
// True when the read is at the key that was the largest, and nothing is left to be asked for.
bool order_proof_is_complete(const struct order_proof *proof, const struct cell *position);

// --- what is asked of the source; no cursor is open. `part` asks for the whole part.

// Before the first statement: asks for the largest key. A key that cannot be read is none.
bool order_proof_begin(struct order_proof *proof, struct source *source,
    const struct read_request *part, bool has_position, struct error *err)
    __attribute__((warn_unused_result));
// Before the read goes on behind `position` (without NULLs). Fails where the order proved false:
// the job is to be repeated by another key (order_proof_condemn); or where it cannot be proved
// (order_proof_is_refused).
bool order_proof_cut(struct order_proof *proof, struct source *source,
    const struct read_request *part, const struct cell *position, struct error *err)
    __attribute__((warn_unused_result));
// At the end of the part; the same.
bool order_proof_end(struct order_proof *proof, struct source *source,
    const struct read_request *part, struct error *err) __attribute__((warn_unused_result));

// True when the source refused to count, for whatever reason.
bool order_proof_is_refused(const struct error *err);
// Says in `err` that the table's key is not to be relied on, so that the job is begun anew. Returns
// false.
bool order_proof_condemn(const struct table *table, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
