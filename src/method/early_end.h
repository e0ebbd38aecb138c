// Where nothing proves that the source's results are not limited to some number of rows, its own
// count of a table that was read to its end.
#ifndef OE2PG_METHOD_EARLY_END_H
#define OE2PG_METHOD_EARLY_END_H

#include "method/task.h"

// False, and nothing is asked, where no limit can be in force. True when the source counts more
// than `row_count` rows, twice: a table that grows may be larger once. `*counted` is what it said
// last.
bool early_end_is_likely(
    struct task *task, const struct table *table, int64_t row_count, int64_t *counted);
// Fails with RETRY_IN_ORDER where the table was not read in key order, but can be: such a read goes
// on behind the end of a result (read/order_proof.h).
bool early_end_read_on(const struct task *task, const struct table *table, struct error *err);
// What is left to do when the table was read once more, or is only compared: a warning.
void early_end_warn(const struct table *table, int64_t row_count, int64_t counted);

#endif
