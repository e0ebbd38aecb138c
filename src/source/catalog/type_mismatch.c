// What comes is compared with what the catalogue said. Where they differ either the table was
// changed, or the driver disagrees with itself: SQLite's by JDBC calls a column of a result what
// its first row is. The catalogue's entry, read again, tells which.
#include "source/catalog/type_mismatch.h"

#include <string.h>

bool
catalog_table_changed(struct error *err, const char *how)
{
    (void)error_set(err, ERROR_TABLE, "the table changed while it was being read: %s", how);
    return error_hint(err, "The next run reads the catalogue again.");
}

static const struct column *
find_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    }
    return NULL;
}

// Row ids are in no catalogue.
static size_t
count_columns(const struct table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < table->column_count; i++)
        count += table->columns[i].is_row_id ? 0 : 1;
    return count;
}

static bool
is_same_entry(const struct type_mismatch *mismatch, const struct table *now)
{
    size_t count = 0;

    for (size_t i = 0; i < now->column_count; i++) {
        const struct column *column = find_column(mismatch->table, now->columns[i].name);

        if (column != NULL &&
            mismatch->is_same_type(column->driver_type, now->columns[i].driver_type))
            count++;
    }
    return count == count_columns(mismatch->table);
}

static bool
read_again(const struct catalog_ways *ways, const struct type_mismatch *mismatch,
    struct arena *arena, bool *is_same, struct error *err)
{
    struct table now = { .schema = mismatch->table->schema,
        .name = mismatch->table->name,
        .catalog = mismatch->table->catalog };
    struct table *one = &now;
    const struct table_list list = { .tables = &one, .count = 1 };

    if (!catalog_read_missing_columns(ways, arena, &list, err))
        return false;
    if (now.entry.unread != NULL) {
        *err = *now.entry.unread;
        return false;
    }
    *is_same = is_same_entry(mismatch, &now);
    return true;
}

bool
catalog_settle_type_mismatch(
    const struct catalog_ways *ways, const struct type_mismatch *mismatch, struct error *err)
{
    struct arena arena;
    bool is_same = false;
    bool done;

    arena_init(&arena);
    done = read_again(ways, mismatch, &arena, &is_same, err);
    arena_release(&arena);
    if (!done)
        return error_within(
            err, "column \"%s\" has another type in the result", mismatch->column->name);
    if (!is_same) {
        (void)catalog_table_changed(err, "a column has another type");
        return error_within(err, "column \"%s\"", mismatch->column->name);
    }
    return true;
}
