#include "method/row_again.h"

#include <string.h>

bool
row_read_again(struct task *task, const struct table *table, const struct cell *key,
    struct unread_row *row, struct error *err)
{
    struct cell values[KEY_COLUMNS_MAX];
    struct key_position equal = { .values = values, .count = table->key->column_count };
    const struct read_request request = {
        .table = table,
        .part = KEY_PART_EQUAL,
        .key = table->key,
        .after = &equal,
        .batch_rows = 2,
        .batch_bytes = task->reading.batch_bytes,
        .value_bytes = task->reading.value_bytes,
    };

    memcpy(values, key, equal.count * sizeof *values);
    return hunt_read_again(task->hunt, task->source, &request, row, err);
}
