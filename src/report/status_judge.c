#include "report/status.h"

#include <string.h>

enum { TRUST_AFTER_MS = 3000 };

enum status_life
status_life_of(const struct observed_run *run)
{
    if (run->id == 0)
        return STATUS_NO_RUN;
    if (strcmp(run->state, "running") != 0)
        return STATUS_ENDED;
    if (run->holds_lock)
        return STATUS_ALIVE;
    return run->session_count > 0 ? STATUS_LOCK_LOST : STATUS_DEAD;
}

const char *
status_life_name(const struct observed_run *run)
{
    switch (status_life_of(run)) {
    case STATUS_NO_RUN:
        return "none";
    case STATUS_ALIVE:
        return "running";
    case STATUS_LOCK_LOST:
        return "lost its lock";
    case STATUS_DEAD:
        return "dead";
    case STATUS_ENDED:
        break;
    }
    return run->state;
}

bool
status_is_failed(const struct observed_table *table)
{
    return table->error != NULL || strcmp(table->state, "failed") == 0;
}

bool
status_is_left_out(const struct observed_table *table)
{
    return table->is_ignored || strcmp(table->state, "dropped") == 0;
}

int64_t
status_age_ms(const struct observed_table *table, int64_t now_ms)
{
    if (table->last_success_ms == 0 || table->content.read_from_ms == 0)
        return -1;
    return now_ms > table->content.read_from_ms ? now_ms - table->content.read_from_ms : 0;
}

bool
status_is_late(const struct observed_table *table, int64_t now_ms, int64_t max_age_ms)
{
    int64_t age_ms = status_age_ms(table, now_ms);

    return !status_is_left_out(table) &&
           (status_is_failed(table) || age_ms < 0 || age_ms > max_age_ms);
}

size_t
status_count_late(const struct status_view *view)
{
    size_t count = 0;

    for (size_t i = 0; i < view->table_count; i++)
        count += status_is_late(view->tables[i], view->observed->now_ms, view->max_age_ms);
    return count;
}

bool
status_ended_badly(const struct observed_run *run)
{
    enum status_life life = status_life_of(run);

    return life == STATUS_DEAD || (life == STATUS_ENDED && strcmp(run->state, "done") != 0);
}

static bool
has_in_hand(const struct observed_worker *worker, const struct observed_table *table)
{
    return strcmp(worker->source_table, table->source_table) == 0 &&
           strcmp(worker->source_schema, table->source_schema) == 0;
}

const struct observed_worker *
status_worker_of(const struct observation *observed, const struct observed_table *table)
{
    enum status_life life = status_life_of(&observed->run);

    if (life != STATUS_ALIVE && life != STATUS_LOCK_LOST)
        return NULL;
    for (size_t i = 0; i < observed->worker_count; i++) {
        if (has_in_hand(&observed->workers[i], table))
            return &observed->workers[i];
    }
    return NULL;
}

bool
status_is_stale(const struct observed_worker *worker, int64_t now_ms)
{
    return now_ms - worker->heartbeat_ms > STATUS_STALE_MS;
}

int64_t
status_worker_left_ms(const struct observed_worker *worker, int64_t now_ms)
{
    int64_t spent_ms = now_ms - worker->table_since_ms;

    if (worker->row_count <= 0 || worker->of_rows < worker->row_count || spent_ms < TRUST_AFTER_MS)
        return -1;
    return (int64_t)((double)spent_ms * (double)(worker->of_rows - worker->row_count) /
                     (double)worker->row_count);
}

void
status_sum(const struct status_view *view, struct status_totals *totals)
{
    memset(totals, 0, sizeof *totals);
    totals->tables = view->table_count;
    totals->quarantined = view->observed->quarantine_total < 0 ? -1 : 0;
    for (size_t i = 0; i < view->table_count; i++) {
        const struct observed_table *table = view->tables[i];

        totals->stale_columns += table->stale_count;
        totals->rows += table->content.row_count;
        totals->bytes += table->content.size_bytes;
        totals->quarantined += table->quarantined > 0 ? table->quarantined : 0;
        if (status_is_left_out(table)) {
            totals->left_out++;
            continue;
        }
        totals->failed += status_is_failed(table);
        if (table->last_success_ms == 0) {
            totals->never += !status_is_failed(table);
            continue;
        }
        totals->done += !status_is_failed(table);
        if (totals->oldest == NULL ||
            table->content.read_from_ms < totals->oldest->content.read_from_ms)
            totals->oldest = table;
        if (table->content.read_to_ms > totals->read_to_ms)
            totals->read_to_ms = table->content.read_to_ms;
    }
}

// Rows of the tables that this run has still to begin, by what they had last time; -1 when they are
// not all known, as in a first run, or when the run takes only some of the tables.
static int64_t
waiting_rows(const struct observation *observed)
{
    int64_t waiting = observed->run.tables_total - observed->run.tables_done -
                      observed->run.tables_failed - (int64_t)observed->worker_count;
    int64_t rows = 0;

    for (size_t i = 0; i < observed->table_count; i++) {
        const struct observed_table *table = &observed->tables[i];

        if (table->run_id >= observed->run.id || status_is_left_out(table) ||
            table->last_success_ms == 0 || status_worker_of(observed, table) != NULL)
            continue;
        rows += table->content.row_count;
        waiting--;
    }
    return waiting == 0 ? rows : -1;
}

void
status_look_ahead(const struct observation *observed, struct status_outlook *outlook)
{
    const struct observed_run *run = &observed->run;
    int64_t spent_ms = observed->now_ms - run->started_ms;
    int64_t ended = run->tables_done + run->tables_failed;
    int64_t left = waiting_rows(observed);

    *outlook = (struct status_outlook){
        .rows = run->counts.rows_read, .bytes = run->counts.bytes_read, .of_rows = -1, .left_ms = -1
    };
    for (size_t i = 0; i < observed->worker_count; i++) {
        const struct observed_worker *worker = &observed->workers[i];

        outlook->rows += worker->row_count;
        outlook->bytes += worker->size_bytes;
        if (worker->of_rows < 0)
            left = -1;
        else if (left >= 0 && worker->of_rows > worker->row_count)
            left += worker->of_rows - worker->row_count;
    }
    if (spent_ms > 0) {
        outlook->rows_per_s = (double)outlook->rows * 1000 / (double)spent_ms;
        outlook->bytes_per_s = (double)outlook->bytes * 1000 / (double)spent_ms;
    }
    if (left >= 0) {
        outlook->of_rows = outlook->rows + left;
        outlook->fraction =
            outlook->of_rows > 0 ? (double)outlook->rows / (double)outlook->of_rows : 1;
        if (outlook->rows > 0 && spent_ms >= TRUST_AFTER_MS)
            outlook->left_ms = (int64_t)((double)spent_ms * (double)left / (double)outlook->rows);
    } else if (run->tables_total > 0) {
        outlook->fraction = (double)ended / (double)run->tables_total;
        if (ended > 0 && spent_ms >= TRUST_AFTER_MS)
            outlook->left_ms =
                (int64_t)((double)spent_ms * (double)(run->tables_total - ended) / (double)ended);
    }
}
