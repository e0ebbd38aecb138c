// A comparison whose digests do not fit into memory, of a table whose rows can be asked for by
// their key: digest and key of every source row go to PostgreSQL, which finds those that differ,
// and these rows alone are read again (target/source_digests.h). So the source is read once, and
// what is sent is as small as the key.
//
// Invariant: every row that was read is in the source's digests, in the candidates (its key holds a
// NULL: others may have the same), or known to be refused; after differ_by_key_find the candidates
// hold exactly the rows that the mirror does not have.
#ifndef OE2PG_METHOD_DIFFER_BY_KEY_H
#define OE2PG_METHOD_DIFFER_BY_KEY_H

#include "write/row_sender.h"
#include "target/source_digests.h"

struct differ;

struct differ_by_key {
    struct source_digest_shape shape;
    struct copy_stream *copy;
    bool *is_left; // [batch rows]: its key cannot be asked for, so no digest was sent
    size_t capacity;
};

bool differ_by_key_can(const struct table *table);
void differ_by_key_init(struct differ_by_key *by_key, const struct table *table);
void differ_by_key_release(struct differ_by_key *by_key);

// Puts the rows of a batch where they belong.
bool differ_by_key_take(struct differ *differ, const struct batch *batch, struct error *err)
    __attribute__((warn_unused_result));
// After the read. *is_too_much: so many rows differ that it is cheaper to read all again; nothing
// was read yet.
bool differ_by_key_find(struct differ *differ, bool *is_too_much, struct error *err)
    __attribute__((warn_unused_result));

#endif
