// What is done with values that PostgreSQL, or the type that the mirror's column has, cannot hold:
// they become NULL in the mirror and are handed out for the quarantine. Stamps with an offset
// become what a timestamptz shows of them, and the texts of arrays what an array shows. One thread.
#ifndef OE2PG_TARGET_ROW_POLICY_H
#define OE2PG_TARGET_ROW_POLICY_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/calendar.h"
#include "model/table.h"

// A value that was taken out of its row.
struct refused_value {
    const struct cell *row; // all cells as read
    size_t column;
    const char *reason; // a constant word: see docs/tracking.md, quarantine
};
typedef void refused_value_sink(void *context, const struct refused_value *refused);

struct row_policy {
    const struct table *table;
    struct cell *changed; // a copy of the row where values had to be taken out, or are shown in UTC
    char (*stamps)[CALENDAR_STAMP_SIZE]; // [column_count]: in UTC; NULL: no column needs it
    struct buffer *arrays;               // [column_count]; NULL: no column is one
};

void row_policy_init(struct row_policy *policy, const struct table *table);
void row_policy_release(struct row_policy *policy);
// The row as it goes into the mirror: `row` itself, or a copy that is valid until the next call.
// Each value that is taken out goes to `sink`, if there is one.
const struct cell *row_policy_apply(
    struct row_policy *policy, const struct cell *row, refused_value_sink *sink, void *context);

#endif
