#include "hunt.h"

#include "read/split.h"

#include "../unit/cmocka_all.h"

#include <inttypes.h>
#include <string.h>

void
hunt_init(struct hunt *hunt, size_t key_count)
{
    static const char *const names[] = { "a", "b", "c", "d" };

    memset(hunt, 0, sizeof *hunt);
    fake_table_init(&hunt->table, names, 4, key_count, ORDER_DOCUMENTED);
    fake_source_init(&hunt->source, &hunt->table);
    buffer_init(&hunt->rows, 1024 * 1024);
    buffer_init(&hunt->told, 1024 * 1024);
    hunt->limits = (struct reader_limits){
        .batch_rows = 100,
        .batch_bytes = 100000,
        .value_bytes = 1000,
        .row_id_bytes = 100000,
        .page_bytes = 100000,
        .max_transaction_s = 1000,
    };
    around_init(&hunt->around, &hunt->settings, &hunt->table.table);
}

void
hunt_release(struct hunt *hunt)
{
    assert_int_equal(hunt->source.open_cursors, 0);
    around_release(&hunt->around);
    buffer_release(&hunt->rows);
    buffer_release(&hunt->told);
    fake_table_release(&hunt->table);
}

void
hunt_damage(struct hunt *hunt, size_t row, size_t column, enum fake_value how)
{
    hunt->table.rows[row].states[column] = how;
}

const char *
hunt_told(struct hunt *hunt)
{
    return buffer_text(&hunt->told);
}

static void
take_unread(void *context, const struct unread *unread)
{
    struct hunt *hunt = context;
    const struct cell *key = unread->row;

    hunt->told_count++;
    (void)buffer_printf(&hunt->told, "%s%s %s", hunt->told.size > 0 ? "|" : "",
        hunt->table.columns[unread->column].name, unread->reason);
    if (unread->row_id != NULL)
        (void)buffer_printf(&hunt->told, " ROWID %s", unread->row_id);
    else if (key != NULL && key->bytes != NULL)
        (void)buffer_printf(&hunt->told, " %.*s", (int)key->size, key->bytes);
    else
        (void)buffer_printf(&hunt->told, " %" PRId64, unread->row_count);
}

static bool
read_part(struct hunt *hunt, const struct part_rows *rows)
{
    const struct batch *batch;
    struct reader reader;
    bool done;

    reader_init(&reader, &hunt->source.base, &hunt->table.table, rows, &hunt->limits);
    reader_read_around(&reader, &hunt->around, take_unread, hunt);
    if (hunt->proves_order)
        reader_prove_order(&reader);
    do {
        done = reader_fetch(&reader, &batch, &hunt->err);
        if (done) {
            hunt->row_count += batch->row_count;
            fake_append_rows(&hunt->rows, batch);
        }
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    assert_int_equal(hunt->source.open_cursors, 0);
    return done;
}

bool
hunt_try(struct hunt *hunt)
{
    bool is_in_order = hunt->is_ordered && hunt->around.row_ids != ROW_IDS_ALL;
    struct part_list parts;

    buffer_clear(&hunt->rows);
    buffer_clear(&hunt->told);
    hunt->told_count = hunt->row_count = 0;
    hunt->attempts++;
    around_begin(&hunt->around);
    parts = split_table(&hunt->table.arena, &hunt->table.table, is_in_order);
    for (size_t i = 0; i < parts.count; i++) {
        if (!read_part(hunt, &parts.parts[i].rows))
            return false;
    }
    return true;
}

bool
hunt_run(struct hunt *hunt)
{
    while (!hunt_try(hunt)) {
        hunt->is_ordered = hunt->is_ordered || hunt->err.retry == RETRY_IN_ORDER;
        if (hunt->err.retry != RETRY_WITH_LESS && hunt->err.retry != RETRY_IN_ORDER)
            return false;
        assert_in_range(hunt->attempts, 0, 10);
    }
    return true;
}
