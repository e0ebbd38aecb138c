#include "plan/preview_numbers.h"

#include <string.h>

enum {
    ROW_OVERHEAD = 28,      // a heap row's header and its line pointer
    GUESSED_TEXT = 24,      // bytes of a text without a declared width
    WIDEST_GUESS = 40,      // of a declared width, texts are seldom full
    TRUSTED_HISTORY = 1000, // rows: below, a duration is mostly overhead
};

static const struct table_history *
find_history(const struct inspection *found, const struct table *table)
{
    for (size_t i = 0; i < found->history_count; i++) {
        if (strcmp(found->histories[i].source_table, table->name) == 0 &&
            strcmp(found->histories[i].source_schema, table->schema) == 0)
            return &found->histories[i];
    }
    return NULL;
}

static int64_t
guess_width(const struct table *table)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];

        if (column->kind != VALUE_TEXT)
            bytes += 8;
        else if (column->width == 0 || column->is_long)
            bytes += GUESSED_TEXT;
        else
            bytes +=
                column->width / 2 < WIDEST_GUESS ? (int64_t)(column->width + 1) / 2 : WIDEST_GUESS;
    }
    return bytes;
}

static void
estimate(const struct inspection *found, double rows_per_ms, const struct job *job,
    struct preview_table *made)
{
    const struct table_history *history = find_history(found, job->table);
    const struct table_record *record = job->record;

    made->row_estimate = job->row_estimate;
    if (history != NULL && history->rows_read > 0 && made->row_estimate >= 0)
        made->size_bytes = (int64_t)((double)history->bytes_read / (double)history->rows_read *
                                     (double)made->row_estimate);
    else if (record != NULL && record->is_loaded)
        made->size_bytes = record->content.size_bytes;
    else if (made->row_estimate >= 0)
        made->size_bytes = made->row_estimate * guess_width(job->table);
    if (history != NULL && history->rows_read >= TRUSTED_HISTORY && made->row_estimate >= 0)
        made->duration_ms = (int64_t)((double)history->duration_ms / (double)history->rows_read *
                                      (double)made->row_estimate);
    else if (history != NULL)
        made->duration_ms = history->duration_ms;
    else if (rows_per_ms > 0 && made->row_estimate >= 0)
        made->duration_ms = (int64_t)((double)made->row_estimate / rows_per_ms);
}

static void
estimate_disk(struct preview_table *made, const struct job *job, bool is_new)
{
    if (!is_new) {
        made->disk_bytes = 0;
        return;
    }
    // Every value of text has a header of one byte or four.
    if (made->row_estimate >= 0 && made->size_bytes >= 0)
        made->disk_bytes = made->size_bytes +
                           made->row_estimate * (ROW_OVERHEAD + (int64_t)job->table->column_count);
}

double
preview_measure_speed(const struct inspection *found)
{
    double rows = 0;
    double ms = 0;

    for (size_t i = 0; i < found->history_count; i++) {
        if (found->histories[i].rows_read < TRUSTED_HISTORY)
            continue;
        rows += (double)found->histories[i].rows_read;
        ms += (double)found->histories[i].duration_ms;
    }
    return ms > 0 ? rows / ms : 0;
}

void
preview_estimate(const struct inspection *found, double rows_per_ms, const struct job *job,
    bool is_new, struct preview_table *made)
{
    if (job->is_unchanged && !is_new) {
        made->method = NULL;
        return;
    }
    estimate(found, rows_per_ms, job, made);
    estimate_disk(made, job, is_new);
}

static void
add_up(struct preview *preview, const struct preview_table *table, int64_t *longest_ms,
    int64_t *sum_ms)
{
    preview->sums.load_count += table->verdict == PREVIEW_LOAD;
    preview->sums.compare_count += table->verdict == PREVIEW_COMPARE;
    preview->sums.unread_count += table->verdict == PREVIEW_COMPARE && table->method == NULL;
    preview->sums.refused_count += table->verdict == PREVIEW_REFUSED;
    preview->sums.ignored_count += table->verdict == PREVIEW_IGNORED;
    preview->sums.gone_count += table->verdict == PREVIEW_GONE;
    preview->sums.blocked_count += table->verdict != PREVIEW_REFUSED && table->obstacle_count > 0;
    if (table->method == NULL)
        return;
    preview->sums.unknown_rows += table->row_estimate < 0;
    preview->sums.unknown_bytes += table->size_bytes < 0;
    preview->sums.unknown_durations += table->duration_ms < 0;
    preview->sums.row_sum += table->row_estimate > 0 ? table->row_estimate : 0;
    preview->sums.byte_sum += table->size_bytes > 0 ? table->size_bytes : 0;
    preview->sums.disk_sum += table->disk_bytes > 0 ? table->disk_bytes : 0;
    if (table->duration_ms > 0) {
        *sum_ms += table->duration_ms;
        *longest_ms = table->duration_ms > *longest_ms ? table->duration_ms : *longest_ms;
    }
}

void
preview_sum_up(struct preview *preview)
{
    int64_t longest_ms = 0;
    int64_t sum_ms = 0;
    int64_t shared_ms;

    for (size_t i = 0; i < preview->table_count; i++)
        add_up(preview, &preview->tables[i], &longest_ms, &sum_ms);
    shared_ms = sum_ms / (preview->jobs > 0 ? preview->jobs : 1);
    preview->sums.duration_ms = shared_ms > longest_ms ? shared_ms : longest_ms;
    if (preview->sums.unknown_durations > 0 &&
        preview->sums.unknown_durations == preview->sums.load_count + preview->sums.compare_count)
        preview->sums.duration_ms = -1;
}
