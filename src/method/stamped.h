// A table of which a column says when a row was written: what is read by it, what proves it, and
// what is remembered of it (plan/stamp.h).
//
// A read by stamp asks the source for the rows of a window, and compares them with the mirror's
// rows of the same window and those that have the same keys. Invariants:
//   - the window's end is the source's clock before anything was read, and its beginning lies the
//     overlap before the watermark: what is committed when the read begins, and was stamped since,
//     is in it;
//   - the watermark is the largest stamp that was mirrored, but never later than the source's clock
//     when the read began or than the beginning of its oldest open transaction, as far as it shows
//     them: what is committed later bears no earlier stamp, or one within the overlap;
//   - a row of the mirror goes only when the source, asked for its key, does not have it; the key
//     that comes back is compared byte for byte;
//   - the user's "where" is no part of the window: rows that it no longer lets through are met, and
//     go.
// What the window does not tell - deleted rows, and rows that were changed without a new stamp -
// the next whole comparison finds. Of the latter one is enough for the column not to be believed
// again.
#ifndef OE2PG_METHOD_STAMPED_H
#define OE2PG_METHOD_STAMPED_H

#include "method/differ.h"
#include "method/outcome.h"
#include "method/task.h"

// Before anything of the job is read: asks for the source's clock, and reckons the window. Without
// a clock nothing is read by stamp. Fails only for a lost connection.
bool stamped_begin(struct task *task, const struct job *job, struct error *err)
    __attribute__((warn_unused_result));

// The rows to be read, of `table` as it is mirrored: a copy with the window for its condition;
// NULL: it cannot be read by stamp now.
const struct table *stamped_rows(struct task *task, const struct table *table);

// Of a table with a "where": the keys of all rows of the window are sent, so that those which it no
// longer lets through are asked for.
bool stamped_read_left(struct differ *differ, struct error *err)
    __attribute__((warn_unused_result));
// Rows of the mirror that the window lacks are asked for by their keys, and are candidates where
// they are there; then all are paired anew. *is_too_much: there are too many to be asked for.
bool stamped_ask_for_gone(struct differ *differ, bool *is_current, bool *is_too_much,
    struct error *err) __attribute__((warn_unused_result));

// The differences of a whole comparison are paired and not applied yet: what the stamp told of
// them.
bool stamped_judge(struct task *task, struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));

// The job was read and committed: records where it stands, what it proved, and whether the column
// is to be believed. What cannot be recorded is told and no failure: the table is then read as if
// this run had not been. No transaction and no cursor is open.
void stamped_note(struct task *task, const struct job *job, const struct table_record *record,
    const struct outcome *outcome);

#endif
