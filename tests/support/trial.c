#include "trial.h"

#include "read/split.h"

#include "../unit/cmocka_all.h"

#include <inttypes.h>
#include <string.h>

void
trial_init(struct trial *trial, size_t key_count)
{
    static const char *const names[] = { "a", "b", "c", "d" };

    memset(trial, 0, sizeof *trial);
    fake_table_init(&trial->table, names, 4, key_count, ORDER_DOCUMENTED);
    fake_source_init(&trial->source, &trial->table);
    buffer_init(&trial->rows, 1024 * 1024);
    buffer_init(&trial->told, 1024 * 1024);
    trial->limits = (struct reader_limits){
        .batch_rows = 100,
        .batch_bytes = 100000,
        .value_bytes = 1000,
        .row_id_bytes = 100000,
        .page_bytes = 100000,
        .max_transaction_s = 1000,
    };
    trial->hunt = hunt_open(&trial->settings, &trial->table.table);
}

void
trial_release(struct trial *trial)
{
    assert_int_equal(trial->source.open_cursors, 0);
    hunt_close(trial->hunt);
    buffer_release(&trial->rows);
    buffer_release(&trial->told);
    fake_table_release(&trial->table);
}

void
trial_damage(struct trial *trial, size_t row, size_t column, enum fake_value how)
{
    trial->table.rows[row].states[column] = how;
}

const char *
trial_told(struct trial *trial)
{
    return buffer_text(&trial->told);
}

static void
take_unread(void *context, const struct unread *unread)
{
    struct trial *trial = context;
    const struct cell *key = unread->row;

    trial->told_count++;
    (void)buffer_printf(&trial->told, "%s%s %s", trial->told.size > 0 ? "|" : "",
        trial->table.columns[unread->column].name, unread->reason);
    if (unread->row_id != NULL)
        (void)buffer_printf(&trial->told, " ROWID %s", unread->row_id);
    else if (key != NULL && key->bytes != NULL)
        (void)buffer_printf(&trial->told, " %.*s", (int)key->size, key->bytes);
    else
        (void)buffer_printf(&trial->told, " %" PRId64, unread->row_count);
}

static bool
read_part(struct trial *trial, const struct part_rows *rows)
{
    const struct batch *batch;
    struct reader reader;
    bool done;

    reader_init(&reader, &trial->source.base, &trial->table.table, rows, &trial->limits);
    reader_hunt(&reader, trial->hunt, take_unread, trial);
    if (trial->proves_order)
        reader_prove_order(&reader);
    do {
        done = reader_fetch(&reader, &batch, &trial->err);
        if (done) {
            trial->row_count += batch->row_count;
            fake_append_rows(&trial->rows, batch);
        }
    } while (done && batch->row_count > 0);
    reader_release(&reader);
    assert_int_equal(trial->source.open_cursors, 0);
    return done;
}

bool
trial_try(struct trial *trial)
{
    bool is_in_order = trial->is_ordered && trial->hunt->workaround.row_ids != ROW_IDS_ALL;
    struct part_list parts;

    buffer_clear(&trial->rows);
    buffer_clear(&trial->told);
    trial->told_count = trial->row_count = 0;
    trial->attempts++;
    hunt_begin_pass(trial->hunt);
    if (!split_table(&trial->table.arena, &trial->source.base, &trial->table.table, &trial->limits,
            is_in_order, &parts, &trial->err))
        return false;
    for (size_t i = 0; i < parts.count; i++) {
        if (!read_part(trial, &parts.parts[i].rows))
            return false;
    }
    return true;
}

bool
trial_run(struct trial *trial)
{
    while (!trial_try(trial)) {
        trial->is_ordered = trial->is_ordered || trial->err.retry == RETRY_IN_ORDER;
        if (trial->err.retry != RETRY_WITH_LESS && trial->err.retry != RETRY_IN_ORDER)
            return false;
        assert_in_range(trial->attempts, 0, 10);
    }
    return true;
}
