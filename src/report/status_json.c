// status for programs: docs/status-json.md says what each member means. Members are added over
// time, never renamed or taken away.
#include "report/status.h"

#include "report/json_writer.h"

#include <string.h>

enum { FORMAT_VERSION = 1 };

static void
write_mirror(struct json_writer *json, const struct observation *observed)
{
    json_begin_object(json, "mirror");
    json_integer(json, "id", observed->mirror_id);
    json_text(json, "schema", observed->target_schema);
    json_text(json, "source_product", observed->source_product);
    json_text(json, "source_host", observed->source_host[0] != '\0' ? observed->source_host : NULL);
    json_count(json, "source_port", observed->source_port > 0 ? observed->source_port : -1);
    json_text(json, "source_database", observed->source_database);
    json_text(json, "source_schema", observed->source_schema);
    json_time(json, "created_at", observed->created_ms);
    json_end_object(json);
}

static void
write_outlook(struct json_writer *json, const struct observation *observed)
{
    struct status_outlook outlook;

    status_look_ahead(observed, &outlook);
    json_integer(json, "rows_so_far", outlook.rows);
    json_count(json, "estimated_rows", outlook.of_rows);
    json_decimal(json, "percent", outlook.fraction < 1 ? outlook.fraction * 100 : 100);
    json_decimal(json, "rows_per_second", outlook.rows_per_s);
    json_decimal(json, "bytes_per_second", outlook.bytes_per_s);
    json_decimal(json, "seconds_left", outlook.left_ms < 0 ? -1 : (double)outlook.left_ms / 1000);
}

static void
write_run(struct json_writer *json, const struct observation *observed)
{
    const struct observed_run *run = &observed->run;

    if (run->id == 0) {
        json_text(json, "run", NULL);
        return;
    }
    json_begin_object(json, "run");
    json_integer(json, "id", run->id);
    json_text(json, "mode", run->mode);
    json_text(json, "state", run->state);
    json_boolean(json, "is_running", status_life_of(run) == STATUS_ALIVE);
    json_boolean(json, "is_dead", status_life_of(run) == STATUS_DEAD);
    json_time(json, "started_at", run->started_ms);
    json_time(json, "finished_at", run->finished_ms);
    json_text(json, "host", run->host);
    json_integer(json, "pid", run->pid);
    json_text(json, "version", run->version);
    json_integer(json, "tables_total", run->tables_total);
    json_integer(json, "tables_done", run->tables_done);
    json_integer(json, "tables_failed", run->tables_failed);
    json_integer(json, "rows_read", run->counts.rows_read);
    json_integer(json, "bytes_read", run->counts.bytes_read);
    json_integer(json, "rows_inserted", run->counts.rows_inserted);
    json_integer(json, "rows_updated", run->counts.rows_updated);
    json_integer(json, "rows_deleted", run->counts.rows_deleted);
    json_integer(json, "values_quarantined", run->counts.rows_quarantined);
    json_text(json, "error", run->error);
    if (status_life_of(run) == STATUS_ALIVE)
        write_outlook(json, observed);
    json_end_object(json);
}

static void
write_workers(struct json_writer *json, const struct observation *observed)
{
    json_begin_array(json, "workers");
    for (size_t i = 0; i < observed->worker_count; i++) {
        const struct observed_worker *worker = &observed->workers[i];
        int64_t left_ms = status_worker_left_ms(worker, observed->now_ms);

        json_begin_object(json, NULL);
        json_integer(json, "job", worker->number);
        json_text(json, "source_schema", worker->source_schema);
        json_text(json, "source_table", worker->source_table);
        json_text(json, "phase", worker->phase);
        json_time(json, "phase_since", worker->phase_since_ms);
        json_time(json, "table_since", worker->table_since_ms);
        json_time(json, "heartbeat", worker->heartbeat_ms);
        json_boolean(json, "is_stale", status_is_stale(worker, observed->now_ms));
        json_integer(json, "rows", worker->row_count);
        json_count(
            json, "estimated_rows", worker->of_rows >= worker->row_count ? worker->of_rows : -1);
        json_integer(json, "bytes", worker->size_bytes);
        json_decimal(json, "seconds_left", left_ms < 0 ? -1 : (double)left_ms / 1000);
        json_end_object(json);
    }
    json_end_array(json);
}

static void
write_verification(struct json_writer *json, const struct observed_verification *verification)
{
    if (verification->verified_ms == 0) {
        json_text(json, "verification", NULL);
        return;
    }
    json_begin_object(json, "verification");
    json_time(json, "verified_at", verification->verified_ms);
    json_boolean(json, "is_equal", verification->is_equal);
    json_integer(json, "rows", verification->row_count);
    json_integer(json, "missing", verification->missing);
    json_integer(json, "changed", verification->changed);
    json_integer(json, "surplus", verification->surplus);
    json_integer(json, "quarantined", verification->quarantined);
    json_integer(json, "unrecorded", verification->unrecorded);
    json_end_object(json);
}

static void
write_ways(struct json_writer *json, const struct observed_table *table)
{
    json_begin_array(json, "columns_not_read_plainly");
    for (size_t i = 0; i < table->ways.count; i++) {
        const struct observed_way *way = &table->ways.list[i];

        json_begin_object(json, NULL);
        json_text(json, "column", way->column);
        json_text(json, "way", way->way);
        json_text(json, "reason", way->reason);
        json_time(json, "since", way->since_ms);
        json_time(json, "probed_at", way->probed_ms);
        json_count(json, "rows", way->row_count);
        json_count(json, "longest", way->longest);
        json_boolean(json, "longest_is_exact", way->is_longest_exact);
        json_end_object(json);
    }
    json_end_array(json);
}

static void
write_table(
    struct json_writer *json, const struct status_view *view, const struct observed_table *table)
{
    int64_t age_ms = status_age_ms(table, view->observed->now_ms);

    json_begin_object(json, NULL);
    json_text(json, "source_schema", table->source_schema);
    json_text(json, "source_table", table->source_table);
    json_text(json, "table", table->target_table);
    json_text(json, "state", table->state);
    json_boolean(json, "is_ignored", table->is_ignored);
    json_text(json, "method", table->method);
    json_text(json, "reason", table->reason);
    json_text(json, "key", table->key);
    json_integer(json, "rows", table->content.row_count);
    json_integer(json, "bytes", table->content.size_bytes);
    json_time(json, "read_from", table->content.read_from_ms);
    json_time(json, "read_to", table->content.read_to_ms);
    json_time(json, "last_success_at", table->last_success_ms);
    json_time(json, "verified_at", table->verified_ms);
    write_verification(json, &table->verification);
    json_decimal(json, "age_seconds", age_ms < 0 ? -1 : (double)age_ms / 1000);
    if (view->max_age_ms > 0)
        json_boolean(
            json, "is_late", status_is_late(table, view->observed->now_ms, view->max_age_ms));
    json_integer(json, "attempt", table->attempt);
    json_text(json, "error", table->error);
    json_text(json, "hint", table->hint);
    json_count(json, "quarantined", table->quarantined);
    json_begin_array(json, "stale_columns");
    for (size_t i = 0; i < table->stale_count; i++)
        json_text(json, NULL, table->stale_columns[i]);
    json_end_array(json);
    write_ways(json, table);
    json_end_object(json);
}

static void
write_totals(struct json_writer *json, const struct status_view *view)
{
    struct status_totals totals;

    status_sum(view, &totals);
    json_begin_object(json, "totals");
    json_integer(json, "tables", (int64_t)totals.tables);
    json_integer(json, "up", (int64_t)totals.done);
    json_integer(json, "failed", (int64_t)totals.failed);
    json_integer(json, "not_mirrored_yet", (int64_t)totals.never);
    json_integer(json, "left_out", (int64_t)totals.left_out);
    if (view->max_age_ms > 0)
        json_integer(json, "late", (int64_t)status_count_late(view));
    json_integer(json, "rows", totals.rows);
    json_integer(json, "bytes", totals.bytes);
    json_time(
        json, "oldest_read_from", totals.oldest != NULL ? totals.oldest->content.read_from_ms : 0);
    json_time(json, "newest_read_to", totals.read_to_ms);
    json_decimal(json, "read_span_seconds",
        totals.oldest != NULL
            ? (double)(totals.read_to_ms - totals.oldest->content.read_from_ms) / 1000
            : -1);
    json_count(json, "quarantined", totals.quarantined);
    json_integer(json, "stale_columns", (int64_t)totals.stale_columns);
    json_end_object(json);
}

static void
write_quarantine(struct json_writer *json, const struct status_view *view)
{
    json_begin_array(json, "quarantine");
    for (size_t i = 0; i < view->observed->quarantine_count; i++) {
        const struct observed_quarantine *entry = &view->observed->quarantine[i];

        json_begin_object(json, NULL);
        json_integer(json, "id", entry->id);
        json_text(json, "source_schema", entry->source_schema);
        json_text(json, "source_table", entry->source_table);
        json_text(json, "key", entry->key);
        json_text(json, "column", entry->column);
        json_text(json, "reason", entry->reason);
        json_count(json, "values", entry->value_count);
        json_count(json, "bytes", entry->value_bytes);
        json_time(json, "first_seen_at", entry->first_seen_ms);
        json_time(json, "last_seen_at", entry->last_seen_ms);
        if (view->with_values)
            json_text(json, "value_hex", entry->value);
        json_end_object(json);
    }
    json_end_array(json);
}

static void
write_table_run(struct json_writer *json, const struct observed_table_run *run)
{
    json_begin_object(json, NULL);
    json_integer(json, "run", run->run_id);
    json_text(json, "state", run->state);
    json_text(json, "method", run->method);
    json_text(json, "reason", run->reason);
    json_time(json, "started_at", run->started_ms);
    json_time(json, "finished_at", run->finished_ms);
    json_integer(json, "attempts", run->attempts);
    json_integer(json, "rows_read", run->counts.rows_read);
    json_integer(json, "bytes_read", run->counts.bytes_read);
    json_integer(json, "rows_inserted", run->counts.rows_inserted);
    json_integer(json, "rows_updated", run->counts.rows_updated);
    json_integer(json, "rows_deleted", run->counts.rows_deleted);
    json_integer(json, "values_quarantined", run->counts.rows_quarantined);
    json_text(json, "error", run->error);
    json_text(json, "hint", run->hint);
    json_end_object(json);
}

static void
write_stories(struct json_writer *json, const struct status_view *view)
{
    json_begin_array(json, "stories");
    for (size_t i = 0; i < view->story_count; i++) {
        const struct observed_story *story = &view->stories[i];

        json_begin_object(json, NULL);
        json_text(json, "table", story->table->target_table);
        json_begin_array(json, "runs");
        for (size_t k = 0; k < story->run_count; k++)
            write_table_run(json, &story->runs[k]);
        json_end_array(json);
        json_begin_array(json, "schema_changes");
        for (size_t k = 0; k < story->change_count; k++) {
            json_begin_object(json, NULL);
            json_integer(json, "run", story->changes[k].run_id);
            json_time(json, "changed_at", story->changes[k].changed_ms);
            json_text(json, "change", story->changes[k].change);
            json_text(json, "statement", story->changes[k].statement);
            json_end_object(json);
        }
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

void
status_write_json(FILE *out, const struct status_view *view)
{
    struct json_writer json;

    json_init(&json, out);
    json_begin_object(&json, NULL);
    json_integer(&json, "format", FORMAT_VERSION);
    json_time(&json, "time", view->observed->now_ms);
    if (view->observed->has_mirror) {
        write_mirror(&json, view->observed);
        write_run(&json, view->observed);
        write_workers(&json, view->observed);
        json_begin_array(&json, "tables");
        for (size_t i = 0; i < view->table_count; i++)
            write_table(&json, view, view->tables[i]);
        json_end_array(&json);
        write_totals(&json, view);
    } else {
        json_text(&json, "mirror", NULL);
    }
    if (view->with_quarantine)
        write_quarantine(&json, view);
    if (view->stories != NULL)
        write_stories(&json, view);
    json_end_object(&json);
    (void)fputc('\n', out);
}
