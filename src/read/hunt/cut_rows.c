#include "read/hunt/cut_rows.h"

#include "read/limits.h"
#include "source/cut_width.h"

#include <string.h>

void
cut_rows_begin(struct workaround *workaround)
{
    arena_reset(&workaround->cut_values.plain_rows);
}

bool
cut_rows_is_wanted(struct workaround *workaround, struct cell *row)
{
    const struct table *table = workaround->table;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column_way *way = table->columns[i].way;

        if (cell_is_cut(&row[i]) && (way == NULL || way->kind != WAY_SHORT))
            return true;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        if (!cell_is_cut(&row[i]))
            continue;
        row[i] = (struct cell){ .bytes = NULL };
        workaround->cut_values.missing[i]++;
        workaround->sights[i].rows++;
    }
    return false;
}

// The first of the row's columns that the source cuts by decision, else the first it may have cut.
static size_t
blame(const struct table *table, const struct cell *row)
{
    size_t blamed = table->column_count;

    for (size_t i = 0; i < table->column_count; i++) {
        if (cell_is_cut(&row[i]) && column_is_cut(&table->columns[i]))
            return i;
    }
    for (size_t i = 0; i < table->column_count && blamed == table->column_count; i++)
        blamed = column_is_cut(&table->columns[i]) ? i : blamed;
    return blamed;
}

static bool
wish(struct workaround *workaround, enum way_wish_kind kind, const struct cell *row,
    const char *why, struct error *err)
{
    workaround->wish = (struct way_wish){ .kind = kind, .column = blame(workaround->table, row) };
    return read_repeat(err, RETRY_BY_OTHER_WAY, why);
}

bool
cut_rows_may_look(struct workaround *workaround, const struct cell *row, struct error *err)
{
    // Some more than those by which the way was chosen: rows are written meanwhile.
    enum { LOOKS_MAX = 2 * CUT_ROWS_MAX };

    if (++workaround->cut_values.look_count <= LOOKS_MAX)
        return true;
    return wish(workaround, WISH_SHORT, row, "too many values may have been cut", err);
}

void
cut_rows_take(struct workaround *workaround, const struct unread_row *plain, struct cell *row)
{
    size_t count = workaround->table->column_count;
    struct unread unread = { .row = row, .row_count = 1, .reason = "too_wide" };

    for (size_t i = 0; i < count && plain->batch.row_count > 0; i++) {
        row[i] = plain->batch.cells[i];
        if (row[i].bytes != NULL)
            row[i].bytes =
                arena_strndup(&workaround->cut_values.plain_rows, row[i].bytes, row[i].size);
    }
    for (size_t i = 0; i < count; i++) {
        if (!cell_is_cut(&row[i]))
            continue;
        row[i] = (struct cell){ .bytes = NULL };
        unread.column = i;
        unread.row_id = workaround->row_id;
        workaround->sink(workaround->sink_context, &unread);
    }
}

bool
cut_rows_give_up(struct workaround *workaround, const struct cell *row, struct error *err)
{
    return wish(workaround, WISH_NO_CUT, row,
        "a value may have been cut, and neither key nor id leads to its row", err);
}
