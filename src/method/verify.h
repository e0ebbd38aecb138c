// A mirrored table compared with its source without writing to it, and the result told.
#ifndef OE2PG_METHOD_VERIFY_H
#define OE2PG_METHOD_VERIFY_H

#include "method/outcome.h"
#include "method/task.h"

// Compares; rows that differ are asked of the source twice more, so that a source that moves is
// told from a mirror that is wrong. What the mirror cannot hold is looked up in quarantine: what is
// there is a known exception, what is not differs. The report (a line, and the first differing keys
// and columns) goes to standard output in one write, with as_json into outcome->report; the result
// into outcome->verification and oe2pg.verification. Keyless tables that differ are compared twice.
bool verify_table(struct task *task, const struct table *table, struct outcome *outcome,
    struct error *err) __attribute__((warn_unused_result));

#endif
