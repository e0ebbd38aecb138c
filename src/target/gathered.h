// Columns with so many bad values that one entry of oe2pg.quarantine stands for all of them, with
// their number. A column stays so until no value of it is bad any more.
#ifndef OE2PG_TARGET_GATHERED_H
#define OE2PG_TARGET_GATHERED_H

#include "target/mirror.h"

struct gathered_values {
    const struct table *table;
    const char *column; // the source's name
    const char *reason; // a word, see docs/tracking.md: of one of them
    const char *detail; // a sentence
    int64_t count;
    size_t longest; // bytes of the longest that was read; 0: none was
};

// Sets is_gathered[i] for columns of the table that have an open entry of that kind. Writes
// nothing.
bool gathered_read(struct target *target, const struct mirror_claim *claim,
    const struct table *table, bool *is_gathered, struct error *err)
    __attribute__((warn_unused_result));
// Writes the column's entry, and closes those of its values by themselves. *is_new: no run before
// this one had it. Inside the table's transaction.
bool gathered_save(struct target *target, const struct mirror_claim *claim,
    const struct gathered_values *values, bool *is_new, struct error *err)
    __attribute__((warn_unused_result));

#endif
