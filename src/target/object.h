// What oe2pg made of mirrored tables beside rows and columns, as oe2pg.object has it. Only what
// stands there is ever altered or dropped.
#ifndef OE2PG_TARGET_OBJECT_H
#define OE2PG_TARGET_OBJECT_H

#include "base/arena.h"
#include "model/mirror_object.h"
#include "target/mirror.h"

struct object_list {
    struct mirror_object *list;
    size_t count;
};

// The words of the table oe2pg.object.
const char *object_kind_word(enum object_kind kind);
const char *object_state_word(enum object_state state);

// What is recorded of the table, with what PostgreSQL has of it now.
bool object_read(struct target *target, struct arena *arena, const struct mirror_claim *claim,
    const char *schema, const struct table *table, struct object_list *objects, struct error *err)
    __attribute__((warn_unused_result));
// Writes one, or takes it out. Inside a transaction.
bool object_save(struct target *target, const struct mirror_claim *claim, const struct table *table,
    const struct mirror_object *object, struct error *err) __attribute__((warn_unused_result));
bool object_forget(struct target *target, const struct mirror_claim *claim,
    const struct table *table, const struct mirror_object *object, struct error *err)
    __attribute__((warn_unused_result));
// The mirrored table is a new one. Inside a transaction.
bool object_forget_all(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));
// The object of ours that refused a row, by what PostgreSQL said last (struct target's refusal);
// NULL: none of ours did. Inside the transaction, behind its savepoint.
bool object_find_refusing(struct target *target, struct arena *arena,
    const struct mirror_claim *claim, const char *schema, const struct table *table,
    const struct mirror_object **object, struct error *err) __attribute__((warn_unused_result));
// Rows were written: what is not as declared may be so now. Inside the transaction that wrote them.
bool object_mark_due(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));

// Of each table of which anything is recorded, in one statement. Nothing where the tracking tables
// are of an earlier program.
bool object_summarise(struct target *target, struct arena *arena, const char *schema,
    struct object_summaries *summaries, struct error *err) __attribute__((warn_unused_result));

#endif
