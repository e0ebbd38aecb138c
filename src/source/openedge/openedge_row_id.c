// ROWID: a text of at most 19 digits, not a column but asked for like one, never in quotes. Only
// that it can be selected and compared with = and <> is relied on: nobody says how it is ordered.
#include "source/openedge/openedge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct column openedge_row_id = {
    .name = "ROWID",
    .target_name = "ROWID",
    .type_name = "rowid",
    .kind = VALUE_TEXT,
    .driver_type = OPENEDGE_OTHER, // drivers need not agree on its type
    .width = 19,
    .is_row_id = true,
};

void
openedge_append_row_ids(struct buffer *sql, const int64_t *ids, size_t count, bool are_left_out)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)buffer_append_text(sql, are_left_out ? " AND " : " OR ");
        (void)buffer_printf(sql, "ROWID %s '%" PRId64 "'", are_left_out ? "<>" : "=", ids[i]);
    }
}

// "Tuple not found for the Specified TID."
bool
openedge_is_gone(const struct error *err)
{
    enum { NATIVE_GONE = 10002 };

    return labs(err->native_code) == NATIVE_GONE || strcmp(err->sqlstate, "22503") == 0;
}
