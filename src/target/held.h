// Which types the columns of mirrored tables have: read from pg_attribute, for people alter them.
#ifndef OE2PG_TARGET_HELD_H
#define OE2PG_TARGET_HELD_H

#include "model/table.h"
#include "target/target.h"

enum { HELD_TABLES_MAX = 64 }; // at once

// Fills `types`, one a column of the table, with what the columns of "schema"."name" are: text for
// one that is not there. *are_known is false when one has a type that does not hold its values as
// they are; that counts as text.
bool held_read(struct target *target, const char *schema, const char *name,
    const struct table *table, struct mirror_type *types, bool *are_known, struct error *err)
    __attribute__((warn_unused_result));

// Fills `held` of the columns, which are the caller's own: of those that are there by what they
// are, of the others by what they are to become by the settings.
bool held_see(struct target *target, const char *schema, const char *name,
    const struct mirror_settings *settings, const struct table *table, struct column *columns,
    struct error *err) __attribute__((warn_unused_result));
// The same of several mirrored tables at once, of which every column is expected to be there;
// `columns` are those of tables[i].
bool held_see_many(struct target *target, const char *schema, const struct table *const *tables,
    struct column *const *columns, size_t count, struct error *err)
    __attribute__((warn_unused_result));

#endif
