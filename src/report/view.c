#include "report/view.h"

#include "base/clock.h"

enum { TRUST_AFTER_MS = 3000 };

int64_t
view_of_rows(const struct table_progress *table)
{
    return table->of_rows > 0 && table->row_count <= table->of_rows ? table->of_rows : -1;
}

static void
sum_up(struct progress_view *view)
{
    const struct run_progress *run = view->run;

    view->row_count = run->ended_rows;
    view->size_bytes = run->ended_bytes;
    view->of_rows = run->waiting_rows >= 0 ? run->ended_rows + run->waiting_rows : -1;
    for (size_t i = 0; i < view->count; i++) {
        const struct table_progress *table = &view->tables[i];

        if (table->name == NULL)
            continue;
        view->row_count += table->row_count;
        view->size_bytes += table->size_bytes;
        if (table->of_rows < 0)
            view->of_rows = -1;
        else if (view->of_rows >= 0)
            view->of_rows += table->of_rows > table->row_count ? table->of_rows : table->row_count;
    }
}

static void
judge(struct progress_view *view)
{
    const struct run_progress *run = view->run;
    size_t ended = run->tables_done + run->tables_failed;

    view->left_ms = -1;
    if (view->of_rows > 0) {
        view->fraction = (double)view->row_count / (double)view->of_rows;
        view->left_ms = rate_time_left_ms(view->run_rate, view->of_rows - view->row_count);
        return;
    }
    view->fraction = run->tables_total > 0 ? (double)ended / (double)run->tables_total : 0;
    if (ended > 0 && run->elapsed_ms >= TRUST_AFTER_MS)
        view->left_ms = (int64_t)((double)run->elapsed_ms * (double)(run->tables_total - ended) /
                                  (double)ended);
}

void
view_look(struct view_memory *memory, const struct run_progress *run,
    const struct table_progress *tables, size_t count, struct progress_view *view)
{
    int64_t now = clock_steady_ms();

    *view = (struct progress_view){ .now_ms = now,
        .run = run,
        .tables = tables,
        .count = count,
        .table_rate = memory->table_rate,
        .run_rate = &memory->run_rate };
    sum_up(view);
    for (size_t i = 0; i < count; i++) {
        if (tables[i].name == NULL || tables[i].started_ms != memory->table_since_ms[i])
            memory->table_rate[i].at_ms = 0;
        memory->table_since_ms[i] = tables[i].started_ms;
        if (tables[i].name != NULL)
            rate_add(&memory->table_rate[i], now, tables[i].row_count, tables[i].size_bytes);
    }
    // A table that ends is counted nowhere for a moment.
    if (view->row_count >= memory->run_rate.row_count &&
        view->size_bytes >= memory->run_rate.size_bytes)
        rate_add(&memory->run_rate, now, view->row_count, view->size_bytes);
    judge(view);
}
