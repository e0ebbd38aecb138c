// One object a line, written in one piece: docs/progress.md.
#include "report/sink.h"

#include "base/clock.h"
#include "base/mem.h"
#include "report/json_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OBJECT_MS = 1000 };

struct json_sink {
    int64_t last_ms; // steady clock
};

static double
percent_of(double fraction)
{
    if (fraction < 0)
        return -1;
    return fraction < 1 ? fraction * 100 : 100;
}

static void
write_rate(struct json_writer *json, const struct rate *rate, int64_t left_ms)
{
    json_decimal(json, "rows_per_second", rate->is_known ? rate->rows_per_s : -1);
    json_decimal(json, "bytes_per_second", rate->is_known ? rate->bytes_per_s : -1);
    json_decimal(json, "seconds_left", left_ms < 0 ? -1 : (double)left_ms / 1000);
}

static void
write_table(struct json_writer *json, const struct table_progress *table, const struct rate *rate)
{
    int64_t of_rows = view_of_rows(table);

    json_begin_object(json, NULL);
    json_text(json, "table", table->name);
    json_text(json, "phase", table->phase);
    json_time(json, "since", table->started_ms);
    json_integer(json, "rows", table->row_count);
    json_count(json, "estimated_rows", of_rows);
    json_decimal(
        json, "percent", of_rows > 0 ? 100.0 * (double)table->row_count / (double)of_rows : -1);
    json_integer(json, "bytes", table->size_bytes);
    write_rate(json, rate, of_rows > 0 ? rate_time_left_ms(rate, of_rows - table->row_count) : -1);
    json_end_object(json);
}

static void
write_view(struct json_writer *json, const char *type, const struct progress_view *view)
{
    json_begin_object(json, NULL);
    json_text(json, "type", type);
    json_time(json, "time", clock_wall_ms());
    json_integer(json, "run", view->run->run_id);
    json_decimal(json, "elapsed_seconds", (double)view->run->elapsed_ms / 1000);
    json_integer(json, "tables_total", (int64_t)view->run->tables_total);
    json_integer(json, "tables_done", (int64_t)view->run->tables_done);
    json_integer(json, "tables_failed", (int64_t)view->run->tables_failed);
    json_integer(json, "rows", view->row_count);
    json_count(json, "estimated_rows", view->of_rows);
    json_decimal(json, "percent", percent_of(view->fraction));
    json_integer(json, "bytes", view->size_bytes);
    write_rate(json, view->run_rate, view->left_ms);
    json_begin_array(json, "in_flight");
    for (size_t i = 0; i < view->count; i++) {
        if (view->tables[i].name != NULL)
            write_table(json, &view->tables[i], &view->table_rate[i]);
    }
    json_end_array(json);
    json_end_object(json);
}

static void
write_object(const char *type, const struct progress_view *view)
{
    struct json_writer json;
    char *line = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&line, &size);

    if (memory == NULL)
        return;
    json_init(&json, memory);
    write_view(&json, type, view);
    (void)fputc('\n', memory);
    // A line that nobody reads must not stop a mirror.
    if (fclose(memory) == 0 && write(STDERR_FILENO, line, size) < 0)
        size = 0;
    free(line);
}

static void *
open_json(void)
{
    return mem_calloc(1, sizeof(struct json_sink));
}

static void
tick(void *state, const struct progress_view *view)
{
    struct json_sink *json = state;

    if (view->now_ms - json->last_ms < OBJECT_MS)
        return;
    json->last_ms = view->now_ms;
    write_object("progress", view);
}

static void
end(void *state, const struct progress_view *view)
{
    (void)state;
    write_object("end", view);
}

const struct sink sink_json = { .open = open_json, .tick = tick, .end = end, .close = free };
