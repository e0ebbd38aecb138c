// A read that meets a row twice, because the row moved while it ran: at READ UNCOMMITTED that
// happens.
#ifndef OE2PG_METHOD_MET_TWICE_H
#define OE2PG_METHOD_MET_TWICE_H

#include "method/task.h"

// What a key is condemned for (order_proof.h) when the read was cut by it.
#define DUPLICATE_AT_A_CUT "a key came twice that is there once"

// Whether such a read can be told at all: by a key that is unique and can be asked for.
bool met_twice_can_be_told(const struct table *table);
// Asks the source for keys (values one a key column) that a read met more than once. *is_real: it
// has each of them more than once indeed.
bool met_twice_ask(struct task *task, const struct table *table, const struct cell *keys,
    size_t count, bool *is_real, struct error *err) __attribute__((warn_unused_result));

#endif
