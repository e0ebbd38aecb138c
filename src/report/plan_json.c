// plan for programs: docs/plan-json.md says what each member means. Members are added over time,
// never renamed or taken away.
#include "report/plan_report.h"

#include "report/first_load_words.h"
#include "report/json_writer.h"

enum { FORMAT_VERSION = 1 };

static const char *
verdict_name(enum preview_verdict verdict)
{
    static const char *const names[] = { "load", "compare", "refused", "ignored", "not_selected",
        "gone" };

    return names[verdict];
}

static double
seconds_of(int64_t duration_ms)
{
    return duration_ms < 0 ? -1 : (double)duration_ms / 1000;
}

static void
write_texts(struct json_writer *json, const char *key, const char *const *texts, size_t count)
{
    json_begin_array(json, key);
    for (size_t i = 0; i < count; i++)
        json_text(json, NULL, texts[i]);
    json_end_array(json);
}

static void
write_obstacles(struct json_writer *json, const struct preview_obstacle *obstacles, size_t count)
{
    json_begin_array(json, "obstacles");
    for (size_t i = 0; i < count; i++) {
        json_begin_object(json, NULL);
        json_text(json, "what", obstacles[i].what);
        json_text(json, "remedy", obstacles[i].remedy);
        json_end_object(json);
    }
    json_end_array(json);
}

static void
write_adoption(struct json_writer *json, const struct preview_adoption *adoption)
{
    if (adoption == NULL) {
        json_text(json, "adoption", NULL);
        return;
    }
    json_begin_object(json, "adoption");
    json_integer(json, "columns_there", (int64_t)adoption->columns_there);
    json_integer(json, "columns_in_all", (int64_t)adoption->columns_in_all);
    write_texts(json, "added", adoption->added, adoption->added_count);
    write_texts(json, "left_alone", adoption->others, adoption->other_count);
    json_end_object(json);
}

static void
write_table(struct json_writer *json, const struct preview_table *table)
{
    json_begin_object(json, NULL);
    json_text(json, "source_schema", table->source_schema);
    json_text(json, "source_table", table->source_table);
    json_text(json, "table", table->target_table);
    json_text(json, "verdict", verdict_name(table->verdict));
    json_text(json, "method", table->method);
    json_text(json, "reason", table->reason);
    json_text(json, "key", table->key);
    json_text(json, "key_reason", table->key_reason);
    json_text(json, "where", table->where);
    json_text(json, "ignored_by", table->ignored_by);
    json_count(json, "estimated_rows", table->row_estimate);
    json_count(json, "estimated_bytes", table->size_bytes);
    json_decimal(json, "estimated_seconds", seconds_of(table->duration_ms));
    json_count(json, "estimated_disk_bytes", table->disk_bytes);
    write_texts(json, "statements", table->statements, table->statement_count);
    write_texts(json, "stale_columns", table->stale.names, table->stale.count);
    write_obstacles(json, table->obstacles, table->obstacle_count);
    write_adoption(json, table->adoption);
    json_end_object(json);
}

static void
write_first_load(struct json_writer *json, const struct first_load_way *way)
{
    char text[512];

    json_begin_object(json, "first_loads");
    json_boolean(json, "written_twice", way->may_have_standby || way->would_be_published);
    json_text(json, "large_ones_are", first_load_describe(way, text, sizeof text));
    json_text(json, "standby_sign", way->sign);
    json_text(json, "remedy", first_load_remedy(way));
    json_end_object(json);
}

static void
write_totals(struct json_writer *json, const struct preview *preview)
{
    json_begin_object(json, "totals");
    json_integer(json, "load", (int64_t)preview->sums.load_count);
    json_integer(json, "compare", (int64_t)preview->sums.compare_count);
    json_integer(json, "unread", (int64_t)preview->sums.unread_count);
    json_integer(json, "refused", (int64_t)preview->sums.refused_count);
    json_integer(json, "ignored", (int64_t)preview->sums.ignored_count);
    json_integer(json, "gone", (int64_t)preview->sums.gone_count);
    json_integer(json, "blocked", (int64_t)preview->sums.blocked_count);
    json_integer(json, "estimated_rows", preview->sums.row_sum);
    json_integer(json, "tables_of_unknown_rows", (int64_t)preview->sums.unknown_rows);
    json_integer(json, "estimated_bytes", preview->sums.byte_sum);
    json_integer(json, "tables_of_unknown_bytes", (int64_t)preview->sums.unknown_bytes);
    json_decimal(json, "estimated_seconds", seconds_of(preview->sums.duration_ms));
    json_integer(json, "tables_of_unknown_seconds", (int64_t)preview->sums.unknown_durations);
    json_integer(json, "estimated_disk_bytes", preview->sums.disk_sum);
    json_integer(json, "database_bytes", preview->database_bytes);
    json_end_object(json);
}

void
plan_write_json(FILE *out, const struct preview *preview)
{
    struct json_writer json;

    json_init(&json, out);
    json_begin_object(&json, NULL);
    json_integer(&json, "format", FORMAT_VERSION);
    json_text(&json, "schema", preview->target_schema);
    json_text(&json, "source_product", preview->source_product);
    json_text(&json, "source_database", preview->source_database);
    json_boolean(&json, "has_mirror", preview->has_mirror);
    json_integer(&json, "jobs", preview->jobs);
    write_first_load(&json, &preview->first_load);
    write_texts(&json, "warnings", preview->warnings, preview->warning_count);
    write_texts(&json, "statements", preview->statements, preview->statement_count);
    write_obstacles(&json, preview->obstacles, preview->obstacle_count);
    json_begin_array(&json, "tables");
    for (size_t i = 0; i < preview->table_count; i++)
        write_table(&json, &preview->tables[i]);
    json_end_array(&json);
    write_totals(&json, preview);
    json_end_object(&json);
    (void)fputc('\n', out);
}
