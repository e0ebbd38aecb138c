// The end of a staged first load: its rows, committed one part after the other, become visible
// under the table's name, all of them or none to every reader at every isolation level, here and on
// standbys. Renamed, the table shows to an older snapshot the parts that were committed before
// that; so it is renamed only where no such snapshot can be left, and copied in one transaction
// elsewhere.
#ifndef OE2PG_METHOD_INTO_PLACE_H
#define OE2PG_METHOD_INTO_PLACE_H

#include "method/task.h"

// Looks for standbys before the first row is staged. Outside of a transaction.
bool into_place_begin(struct task *task, struct error *err) __attribute__((warn_unused_result));
// Waits until no snapshot is left that could see a part of the staged rows. False in *is_safe when
// some reader stays longer than a run may wait, or a standby may have readers (standby_readers),
// for whom no waiting helps. Outside of a transaction.
bool into_place_wait(struct task *task, bool is_unlogged, bool *is_safe, struct error *err)
    __attribute__((warn_unused_result));
// Renames the staging table, or copies its rows, of which there must be `row_count`. Inside the
// transaction that records the table as loaded.
bool into_place_put(struct task *task, const struct table *table, const char *staging,
    int64_t row_count, bool is_safe, struct error *err) __attribute__((warn_unused_result));

#endif
