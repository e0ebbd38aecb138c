// verify for programs: docs/verify-json.md says what each member means. Members are added over
// time, never renamed or taken away.
#include "report/verify_report.h"

#include "base/mem.h"
#include "report/json_writer.h"

#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1 };

static const char *const verdict_names[VERDICT_COUNT] = { "equal", "equal_but_quarantined",
    "different", "repaired", "loaded", "failed", "not_compared" };

static void
write_lines(struct json_writer *json, const char *lines)
{
    char *copy = mem_strdup(lines != NULL ? lines : "");
    char *line = copy;
    char *end;

    json_begin_array(json, "lines");
    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        json_text(json, NULL, line);
        line = end + 1;
    }
    json_end_array(json);
    free(copy);
}

// Negative is null: what was not compared has no numbers.
static void
write_counts(struct json_writer *json, const struct verification *found)
{
    json_count(json, "rows", found != NULL ? found->row_count : -1);
    json_count(json, "missing", found != NULL ? found->missing : -1);
    json_count(json, "changed", found != NULL ? found->changed : -1);
    json_count(json, "surplus", found != NULL ? found->surplus : -1);
    json_count(json, "moving", found != NULL ? found->moving : -1);
    json_count(json, "quarantined", found != NULL ? found->quarantined : -1);
    json_count(json, "unrecorded", found != NULL ? found->unrecorded : -1);
}

static void
write_table(struct json_writer *json, const struct verified_table *table)
{
    json_begin_object(json, NULL);
    json_text(json, "source_schema", table->source_schema);
    json_text(json, "source_table", table->source_table);
    json_text(json, "table", table->target_table);
    json_text(json, "verdict", verdict_names[table->verdict]);
    write_counts(json, table->verification);
    write_lines(json, table->lines);
    json_text(json, "error", table->error != NULL ? table->error->message : NULL);
    json_text(json, "hint",
        table->error != NULL && table->error->hint[0] != '\0' ? table->error->hint : NULL);
    json_end_object(json);
}

static void
write_totals(struct json_writer *json, const struct verify_report *report)
{
    struct verification sums = { .row_count = 0 };
    int64_t counts[VERDICT_COUNT] = { 0 };

    for (size_t i = 0; i < report->table_count; i++) {
        const struct verification *found = report->tables[i].verification;

        counts[report->tables[i].verdict]++;
        if (found == NULL)
            continue;
        sums.row_count += found->row_count;
        sums.missing += found->missing;
        sums.changed += found->changed;
        sums.surplus += found->surplus;
        sums.moving += found->moving;
        sums.quarantined += found->quarantined;
        sums.unrecorded += found->unrecorded;
    }
    json_begin_object(json, "totals");
    json_integer(json, "tables", (int64_t)report->table_count);
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        json_integer(json, verdict_names[i], counts[i]);
    write_counts(json, &sums);
    json_end_object(json);
}

void
verify_write_json(FILE *out, const struct verify_report *report)
{
    struct json_writer json;

    json_init(&json, out);
    json_begin_object(&json, NULL);
    json_integer(&json, "format", FORMAT_VERSION);
    json_integer(&json, "run", report->run_id);
    json_text(&json, "schema", report->target_schema);
    json_boolean(&json, "with_values", report->with_values);
    json_begin_array(&json, "tables");
    for (size_t i = 0; i < report->table_count; i++)
        write_table(&json, &report->tables[i]);
    json_end_array(&json);
    write_totals(&json, report);
    json_end_object(&json);
    (void)fputc('\n', out);
    (void)fflush(out);
}
