// The indexes and constraints of a mirrored table, as the source declares them.
//
// Invariants: an object that oe2pg made never keeps a row out (it yields, and comes back when the
// data allows it); what oe2pg did not make is neither altered nor dropped; what is as wanted is not
// touched.
#ifndef OE2PG_METHOD_OBJECTS_H
#define OE2PG_METHOD_OBJECTS_H

#include "method/task.h"
#include "target/compare.h"

// Of a table that nobody sees yet, inside the transaction that makes it visible, behind its rows.
bool objects_make(struct task *task, const struct table *table, struct error *err)
    __attribute__((warn_unused_result));

// Of a table that was mirrored in this run, or before: makes what is wanted and not there, and
// drops what oe2pg made and is not wanted any more. In transactions of its own, each of them short
// for readers; a lock that is not to be had leaves the rest to the next run, which is told.
bool objects_follow(struct task *task, struct error *err) __attribute__((warn_unused_result));

// The object of ours that refused the rows of an apply, which was rolled back, makes way; in a
// transaction of its own. *has_yielded is false where it is none of ours, or people's objects
// depend on it.
bool objects_yield(struct task *task, const struct refusal *refusal, bool *has_yielded,
    struct error *err) __attribute__((warn_unused_result));

#endif
