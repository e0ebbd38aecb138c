// Whether what is written to a mirrored table arrives as it was sent. People may give a column
// another type, a length or an expression, and put triggers and rules on the table; oe2pg writes
// text, or the native type that the column is known to have (`held`), and compares as text.
//
// The unit is the column: one whose type, or a trigger, changes what is written to it is left out
// of the comparison and not written, until its definition is another one. What is known of it is
// one entry in quarantine (ARRIVAL_REASON) whose value is the definition.
#ifndef OE2PG_TARGET_ARRIVAL_H
#define OE2PG_TARGET_ARRIVAL_H

#include "base/arena.h"
#include "model/table.h"
#include "target/target.h"

#define ARRIVAL_REASON "altered"

// A column as it is in the mirror.
struct arrival_column {
    const char *name;
    const char *type; // as PostgreSQL writes it
    bool is_text;     // and nothing but what is written is in it
    uint32_t oid;     // of its type
    int32_t modifier; // of its type
    bool is_computed; // nothing can be written: generated, or an identity that always is
    // Another text when the type, the expression, or a trigger or rule of the table is another.
    const char *definition;
};

struct arrival_shape {
    struct arrival_column *columns;
    size_t column_count;
    const char *triggers; // names of the people's triggers that are enabled; NULL: none
    const char *rules;    // the same of rules
    bool is_plain;        // no trigger, no rule, all columns are kept: what is sent arrives
};

// Of the table called target_name in the schema, in `arena`. No column: there is no such table.
bool arrival_read_shape(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, struct arrival_shape *shape, struct error *err)
    __attribute__((warn_unused_result));
// NULL: the table has no such column.
const struct arrival_column *arrival_find(const struct arrival_shape *shape, const char *name);
// True for a column that keeps all that the row policy lets through: text, or what the table's
// column of that name is held as.
bool arrival_is_kept(const struct arrival_column *column, const struct table *table);
// Only whether it is plain.
bool arrival_look(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, bool *is_plain, struct error *err)
    __attribute__((warn_unused_result));

// What quarantine says about a column, by now or in earlier runs.
struct arrival_entry {
    const char *column; // the source's name
    const char *why;
    const char *definition;
    bool is_open;
};
bool arrival_read_entries(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, struct arrival_entry **entries, size_t *count, struct error *err)
    __attribute__((warn_unused_result));

// Columns that were found not to hold what is written to them, in the table's order.
struct arrival_finding {
    struct arena *arena; // the caller's
    const char **why;    // [column_count of the table]: a sentence; NULL: it holds it
    const char **definition;
    size_t count; // how many do not
};

#endif
