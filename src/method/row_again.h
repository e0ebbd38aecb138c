// Reads one row again by its key, to see it as it is in the source now.
#ifndef OE2PG_METHOD_ROW_AGAIN_H
#define OE2PG_METHOD_ROW_AGAIN_H

#include "method/task.h"

// row->batch has no row when there is none with this key; the first of them, and row->found their
// number, should the key repeat. Valid until the next call. What cannot be read of it was told when
// it was met first.
bool row_read_again(struct task *task, const struct table *table, const struct cell *key,
    struct unread_row *row, struct error *err) __attribute__((warn_unused_result));

#endif
