// A multiset of rows by digest, each with where the row is: filled once, then struck off row by
// row. 16 bytes a row and one byte for its index, out of memory that is reserved at the start and
// touched only as it is used.
//
// One thread fills and freezes it; then any number of threads strike, without a lock; who looks at
// what is left has waited for all of them.
//
// A strike carries a mark, and all strikes of one mark can be taken back, as if they had never
// been: whoever struck may then do it again. Entries with one digest are equal rows, so it does not
// matter which of them are left.
//
// Invariant: of the entries with one digest those that are struck are the first ones, at every
// moment and for every thread. So each strike takes exactly one of them, no two strikes the same
// one, and a strike fails only when all of them are taken.
#ifndef OE2PG_BASE_DIGEST_SET_H
#define OE2PG_BASE_DIGEST_SET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest_entry {
    uint64_t digest;
    uint32_t block; // the row's place: PostgreSQL's ctid
    uint16_t offset;
    _Atomic uint16_t struck_by; // the mark; 0: it is not struck off
};

struct digest_set {
    struct digest_entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *starts; // by the leading bits of the digest: the first entry of a bucket
    unsigned bucket_bits;
};

enum { DIGEST_MARK_MAX = UINT16_MAX };

// Room for as many rows as fit `size_bytes`.
void digest_set_init(struct digest_set *set, size_t size_bytes);
void digest_set_release(struct digest_set *set);
// False when the set is full.
bool digest_set_add(struct digest_set *set, uint64_t digest, uint32_t block, uint16_t offset);
// After the last add, before the first strike.
void digest_set_freeze(struct digest_set *set);
// Takes one row with this digest away; false when there is none (left). 1 <= mark <=
// DIGEST_MARK_MAX. Any thread.
bool digest_set_strike(struct digest_set *set, uint64_t digest, uint16_t mark);
// Gives back what was struck off with this mark. Looks at all entries. No other thread uses the set
// meanwhile.
void digest_set_take_back(struct digest_set *set, uint16_t mark);
// After the last strike: the entries that are not struck off. Looks at all of them.
size_t digest_set_left(const struct digest_set *set);

#endif
