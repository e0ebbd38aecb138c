// What is recorded of the source's witnesses (oe2pg.witness): a row for the server, whose table is
// "", and one for each table that was read.
#ifndef OE2PG_TARGET_WITNESS_H
#define OE2PG_TARGET_WITNESS_H

#include "model/witness.h"
#include "target/mirror.h"

// `kind` is a word of model/witness.h. What is recorded of it for the mirror in `schema`; nothing
// where there is none, or its tracking tables are of before.
bool witness_read(struct target *target, struct arena *arena, const char *schema, const char *kind,
    struct witness_list *list, struct error *err) __attribute__((warn_unused_result));
// Records these in a transaction of its own. Between transactions.
bool witness_save(struct target *target, const struct mirror_claim *claim, const char *kind,
    const struct witness_record *records, size_t count, struct error *err)
    __attribute__((warn_unused_result));

#endif
