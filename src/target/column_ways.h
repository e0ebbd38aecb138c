// How columns are read that the source does not deliver plainly (oe2pg.column_way): kept until the
// column's declaration or the version of the source changes.
//
// What is written when: a row as a whole when a way is found; `longest`, `longest_is_exact` and
// `rows_concerned` behind a job that read all rows, where they are not what they were; `probed_at`
// when a way is found and, of a column that is left out, once in each job of its table. So a run
// over an unchanged source writes that time at most, and nothing to the mirror.
#ifndef OE2PG_TARGET_COLUMN_WAYS_H
#define OE2PG_TARGET_COLUMN_WAYS_H

#include "target/mirror.h"

// Tells the catalogue's columns how they are read, before keys are chosen. What was found of
// another declaration or version is not told. The mirror is that of `schema`; where there is none,
// or its tracking tables are of before, nothing is.
bool column_ways_read(struct target *target, struct arena *arena, const char *schema,
    const struct source_identity *source, struct catalog *catalog, struct error *err)
    __attribute__((warn_unused_result));
// Forgets what was found of another declaration or version: what column_ways_read did not tell.
// Between transactions; writes nothing where nothing is to be forgotten.
bool column_ways_forget_stale(struct target *target, const struct mirror_claim *claim,
    const struct catalog *catalog, struct error *err) __attribute__((warn_unused_result));

// Records table->columns[column].way, or that there is none any more, and forgets how far a load by
// the former way came. Inside a fenced transaction.
bool column_way_save(struct target *target, const struct mirror_claim *claim,
    const struct source_identity *source, const struct table *table, size_t column,
    struct error *err) __attribute__((warn_unused_result));

// Of table->columns[column].way what a job saw of it: how long its longest value is, and how many
// rows are concerned. Inside a fenced transaction.
bool column_way_save_sight(struct target *target, const struct mirror_claim *claim,
    const struct table *table, size_t column, struct error *err)
    __attribute__((warn_unused_result));
// The columns of the table that are left out were asked for now. The same.
bool column_ways_save_probe(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));

#endif
