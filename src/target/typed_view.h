// Views over mirrored tables of text with the native types of their columns
// (mirror_settings.typed_views), and what is recorded of them (oe2pg.typed_view). What is not
// recorded is somebody else's, and is neither replaced nor dropped. Statements run inside the
// caller's transaction, under a short lock time-out.
#ifndef OE2PG_TARGET_TYPED_VIEW_H
#define OE2PG_TARGET_TYPED_VIEW_H

#include "base/arena.h"
#include "model/table.h"
#include "target/mirror.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One that was made, as it is recorded and as it is now.
struct typed_view {
    const char *source_schema;
    const char *source_table;
    const char *schema;   // that it was made in
    const char *declared; // of what it was made
    const char *name;     // qualified and quoted, also where people renamed it; NULL: it is gone
    int64_t oid;
};

// All of the mirror's, into `arena`; none where the tracking tables are those of an earlier
// program.
bool typed_view_read(struct target *target, struct arena *arena, int mirror_id,
    struct typed_view **views, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// That of one table; NULL in *view: it has none.
bool typed_view_read_one(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct typed_view **view,
    struct error *err) __attribute__((warn_unused_result));

// What a table's view is to be, in the order in which the mirrored table has its columns.
struct typed_definition {
    const struct table *table;
    const char *query;                   // NULL: there is no mirrored table
    const struct column *const *columns; // of the view, for their comments
    size_t column_count;
    char declared[20]; // another one for any other of these
};
// Fills `definitions`, one a table, all of it in `arena`.
bool typed_view_define(struct target *target, struct arena *arena, const char *mirror_schema,
    const struct table *const *tables, size_t count, struct typed_definition *definitions,
    struct error *err) __attribute__((warn_unused_result));

// Makes the view, or what is to be of it now, in "schema" under the table's name, and records it.
// `present` is the one that there is; NULL: none. One that has to be made anew keeps its grants.
bool typed_view_make(struct target *target, struct arena *arena, const struct mirror_claim *claim,
    const char *schema, const struct typed_definition *definition, const struct typed_view *present,
    struct error *err) __attribute__((warn_unused_result));
// Drops it, and its record.
bool typed_view_drop(struct target *target, int mirror_id, const struct typed_view *view,
    struct error *err) __attribute__((warn_unused_result));
// The same of one table's, where it has one.
bool typed_view_drop_of(struct target *target, struct arena *arena, int mirror_id,
    const char *source_schema, const char *source_table, struct error *err)
    __attribute__((warn_unused_result));
// After a rollback: who uses the view, where that is why it could not be dropped, is named in the
// hint.
void typed_view_explain(struct target *target, const struct typed_view *view, struct error *err);

#endif
