// What a mirrored table hangs on: people may attach it as a partition, let it inherit, or make it
// one of a type. PostgreSQL then lets its columns be changed in another place only.
#ifndef OE2PG_TARGET_ATTACHED_H
#define OE2PG_TARGET_ATTACHED_H

#include "model/table.h"
#include "target/target.h"

// After a column could not be added or dropped, and a rollback: replaces the hint by what to do
// where the table hangs on something. `column` is the first one that was to be added; NULL: none.
void attached_explain(struct target *target, const char *schema, const char *name,
    const struct column *column, struct error *err);

// True in *is_empty when no row has a value in the column, so that nothing of others is lost when
// it is written.
bool attached_column_is_empty(struct target *target, const char *schema, const char *name,
    const char *column, bool *is_empty, struct error *err) __attribute__((warn_unused_result));

#endif
