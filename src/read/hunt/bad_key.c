#include "read/hunt/bad_key.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/key_choice.h"
#include "read/limits.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 500, BATCH_BYTES = 1024 * 1024 };

// Reads this column of all rows. *is_bad: some value of it does not come.
static bool
read_column(struct workaround *workaround, struct source *source, size_t column, bool *is_bad,
    struct error *err)
{
    size_t count = workaround->table->column_count;
    bool *is_left_out = mem_calloc(count, sizeof *is_left_out);
    struct read_request request = {
        .table = workaround->table,
        .part = KEY_PART_ALL,
        .batch_rows = BATCH_ROWS,
        .batch_bytes = BATCH_BYTES,
        .value_bytes = BATCH_BYTES,
    };
    bool done;

    memset(is_left_out, true, count * sizeof *is_left_out);
    is_left_out[column] = false;
    done = workaround_read_without(workaround, source, &request, is_left_out, err);
    free(is_left_out);
    *is_bad = !done && workaround_helps(err);
    return done || *is_bad;
}

// The first column of the key that does not come whole; -1: each does.
static bool
search(struct workaround *workaround, struct source *source, int *column, struct error *err)
{
    const struct key *key = workaround->table->key;
    bool is_bad = false;

    *column = -1;
    for (size_t i = 0; i < key->column_count && !is_bad; i++) {
        if (!read_column(workaround, source, key->columns[i], &is_bad, err))
            return false;
        if (is_bad)
            *column = key->columns[i];
    }
    return true;
}

static bool
fail(const struct workaround *workaround, struct error *err)
{
    err->hint[0] = '\0';
    if (workaround->row_ids == ROW_IDS_REFUSED)
        return error_hint(err,
            "The value is part of the key, and its row cannot be asked for by ROWID (%s): widen "
            "the column's SQL width with dbtool, or name another key.",
            workaround->row_id_refusal);
    return error_hint(err, "The value is part of the key, so its row cannot be told from others: "
                           "mend it at the source (OpenEdge: widen the column's SQL width with "
                           "dbtool), or name another key in mirror_settings.tables.");
}

// The values come, but the source does not know them again when they are asked for.
static bool
go_on_without_asking(struct workaround *workaround, const struct error *first, struct error *err)
{
    char message[sizeof err->message];

    if (!key_choice_is_resumable(workaround->table)) {
        *err = *first;
        return fail(workaround, err);
    }
    (void)text_print(message, sizeof message,
        "table \"%s\": the source does not take values of its key as it shows them",
        workaround->table->name);
    return read_repeat(err, RETRY_BY_OTHER_KEY, message);
}

bool
bad_key_fail(struct workaround *workaround, struct source *source, int column, struct error *err)
{
    const struct error first = *err;

    if (workaround_turn_to_row_ids(workaround, source, "a value of its key cannot be read", err))
        return false;
    if (workaround->row_ids == ROW_IDS_REFUSED || workaround->row_ids == ROW_IDS_ALL ||
        workaround->settings->mirror.on_wide_value != WIDE_VALUE_BEST)
        return fail(workaround, err);
    if (column < 0 && !search(workaround, source, &column, err))
        return false;
    if (column < 0)
        return go_on_without_asking(workaround, &first, err);
    return workaround_leave_column(workaround, (size_t)column, err);
}
