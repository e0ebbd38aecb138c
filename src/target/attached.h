// What became of a mirrored table, and what it hangs on: people may attach it as a partition, let
// it inherit, or make it one of a type. PostgreSQL then lets its columns be changed in another
// place only. Remedies are statements that can be run as they stand.
#ifndef OE2PG_TARGET_ATTACHED_H
#define OE2PG_TARGET_ATTACHED_H

#include "model/table.h"
#include "target/ddl.h"
#include "target/target.h"

struct attached_change {
    const struct column *added; // NULL: none
    const char *dropped;        // NULL: none
};

// Fails, with the remedy, for what is no plain table any more, belongs to somebody else, or hides
// rows from the role that is connected.
bool attached_check(struct target *target, const char *schema, const char *name,
    const struct relation *relation, struct error *err) __attribute__((warn_unused_result));

// After a column could not be added or dropped, and a rollback: replaces the hint by what to do
// where the table hangs on something, or others hang on the column. `change` is the one that
// failed.
void attached_explain(struct target *target, const char *schema, const char *name,
    const struct attached_change *change, struct error *err);

// True in *is_empty when no row has a value in the column, so that nothing of others is lost when
// it is written.
bool attached_column_is_empty(struct target *target, const char *schema, const char *name,
    const char *column, bool *is_empty, struct error *err) __attribute__((warn_unused_result));

#endif
