#include "check/census.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 1000, BATCH_BYTES = 1024 * 1024 };

// What was seen of a column of the table at hand.
struct widest {
    int64_t longest;
    int64_t row_count; // rows with a value that is wider than the column
};

static void
look_at(const struct batch *batch, const struct table *table, struct widest *widest)
{
    for (size_t i = 0; i < batch->row_count * batch->column_count; i++) {
        size_t c = i % batch->column_count;
        const struct column *column = &table->columns[c];
        int64_t size;

        if (!too_wide_can_be(column))
            continue;
        size = too_wide_measure(column, &batch->cells[i]);
        if (size <= (int64_t)column->width)
            continue;
        widest[c].row_count++;
        if (size > widest[c].longest)
            widest[c].longest = size;
    }
}

// A file may be long: each batch of it is a step of its own.
static bool
read_table(struct check *check, const struct table *table, struct widest *widest, struct error *err)
{
    const struct read_request request = { .table = table,
        .part = KEY_PART_ALL,
        .batch_rows = BATCH_ROWS,
        .batch_bytes = BATCH_BYTES,
        .value_bytes = BATCH_BYTES };
    const struct batch *batch = NULL;
    struct cursor *cursor = NULL;
    bool done = check_expect_source(check, "could not open a table of the source", 4, err) &&
                source_open_cursor(check->source, &request, &cursor, err);

    do {
        done = done && check_expect_source(check, "could not read a table of the source", 1, err) &&
               cursor_fetch(cursor, &batch, err);
        if (done)
            look_at(batch, table, widest);
    } while (done && batch->row_count + batch->misfit_count > 0);
    cursor_close(cursor);
    return done;
}

static void
add_column(struct check *check, struct census *census, const struct table *table, size_t column,
    const struct widest *widest)
{
    if (census->count == census->capacity) {
        size_t capacity = census->capacity > 0 ? 2 * census->capacity : 16;
        struct too_wide_column *columns = arena_calloc(&check->arena, capacity, sizeof *columns);

        if (census->count > 0)
            memcpy(columns, census->columns, census->count * sizeof *columns);
        census->columns = columns;
        census->capacity = capacity;
    }
    census->columns[census->count++] = (struct too_wide_column){ .schema = table->schema,
        .table = table->name,
        .column = table->columns[column].name,
        .way = "dumped",
        .longest = widest->longest,
        .is_longest_exact = true,
        .row_count = widest->row_count,
        .is_row_count_exact = true };
    census->value_count += widest->row_count;
}

static bool
take_table(struct check *check, const struct table *table, struct census *census, struct error *err)
{
    struct widest *widest = mem_calloc(table->column_count + 1, sizeof *widest);
    size_t before = census->count;
    bool done = read_table(check, table, widest, err);

    for (size_t c = 0; done && c < table->column_count; c++) {
        if (widest[c].row_count > 0)
            add_column(check, census, table, c, &widest[c]);
    }
    census->read_count += done;
    census->table_count += census->count > before;
    free(widest);
    if (done || err->kind == ERROR_CANCELLED)
        return done;
    if (census->failed_count++ == 0)
        census->first_failed = arena_printf(&check->arena, "\"%s\": %s", table->name, err->message);
    error_clear(err);
    return true;
}

static bool
has_rows(const struct table *table)
{
    const struct catalog_entry *entry = &table->entry;

    return entry->left_out == NULL && entry->unread == NULL && !entry->is_skipped &&
           !entry->is_absent;
}

bool
census_take(struct check *check, int64_t limit_ms, struct census *census, struct error *err)
{
    int64_t began_ms = clock_steady_ms();

    *census = (struct census){ 0 };
    for (size_t i = 0; i < check->catalog.table_count; i++) {
        const struct table *table = check->catalog.tables[i];

        if (!has_rows(table))
            continue;
        if (limit_ms > 0 && clock_steady_ms() - began_ms > limit_ms) {
            census->is_cut = true;
            break;
        }
        if (!take_table(check, table, census, err))
            return false;
    }
    return true;
}

void
census_report(struct check *check, const struct census *census)
{
    const char *rest = census->is_cut ? "; not all could be read in the time for this" : "";

    if (census->failed_count > 0)
        check_report(check, CHECK_WRONG, "widths", "",
            "%zu tables cannot be read whole, among them %s", census->failed_count,
            census->first_failed);
    if (census->count == 0)
        check_report(check, CHECK_OK, "widths", "",
            "no value in %zu tables is wider than its column is declared%s", census->read_count,
            rest);
    else
        check_report(check, CHECK_OK, "widths",
            "They are mirrored whole. Which they are, and what widens the columns: oe2pg check "
            "--widths",
            "SQL would not deliver %" PRId64 " values of %zu columns in %zu of %zu tables%s",
            census->value_count, census->count, census->table_count, census->read_count, rest);
}
