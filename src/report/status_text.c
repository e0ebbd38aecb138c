// status for people. Every line is made in a buffer and cut to the terminal's width when it is
// written, so that hostile names and long errors neither wrap nor move the cursor.
#include "report/status.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/column_way.h"
#include "model/name_list.h"
#include "report/figures.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_CAP = 64 * 1024, NAME_MAX = 63, STATE_WIDTH = 12, METHOD_WIDTH = 9, ROWS_WIDTH = 12 };

struct page {
    FILE *out;
    const struct status_view *view;
    struct buffer line;
    size_t line_count;
    size_t name_width;
};

static bool
has_room(const struct page *page, size_t lines)
{
    return page->view->height == 0 || page->line_count + lines < page->view->height;
}

static const char *
value_word(int64_t count)
{
    return text_plural((uint64_t)count, "value", "values");
}

static void
end_line(struct page *page)
{
    const char *text = buffer_text(&page->line);
    struct buffer cut;

    buffer_init(&cut, LINE_CAP);
    if (page->view->width > 0 && figure_width(text) > page->view->width)
        figure_fit(&cut, text, page->view->width);
    else
        figure_append(&cut, text);
    (void)fprintf(page->out, "%s%s\n", buffer_text(&cut),
        page->view->height > 0 ? "\033[K" : ""); // over what stood there before
    buffer_release(&cut);
    buffer_clear(&page->line);
    page->line_count++;
}

static void
append_time(struct page *page, int64_t wall_ms)
{
    char when[32];

    clock_format_local(wall_ms, when, sizeof when);
    buffer_append_text(&page->line, when);
}

static void
append_age(struct page *page, int64_t duration_ms)
{
    char age[FIGURE_SIZE];

    figure_age(age, duration_ms);
    buffer_append_text(&page->line, age);
}

static void
append_size(struct page *page, int64_t size_bytes)
{
    char size[FIGURE_SIZE];

    figure_bytes(size, size_bytes);
    buffer_append_text(&page->line, size);
}

// ---- the run -----------------------------------------------------------------------------------

static void
write_mirror(struct page *page)
{
    const struct observation *observed = page->view->observed;

    buffer_printf(&page->line, "Mirror \"%s\" of %s database \"%s\"", observed->target_schema,
        observed->source_product, observed->source_database);
    if (observed->source_host[0] != '\0' &&
        strcmp(observed->source_host, observed->source_database) != 0)
        buffer_printf(&page->line, " on %s", observed->source_host);
    if (observed->source_port > 0)
        buffer_printf(&page->line, ", port %" PRId64, observed->source_port);
    if (observed->source_schema[0] != '\0')
        buffer_printf(&page->line, ", schema \"%s\"", observed->source_schema);
    end_line(page);
}

static void
write_run_state(struct page *page)
{
    const struct observation *observed = page->view->observed;
    const struct observed_run *run = &observed->run;

    buffer_printf(
        &page->line, "Run %" PRId64 " (%s): %s", run->id, run->mode, status_life_name(run));
    if (status_life_of(run) == STATUS_ENDED) {
        buffer_append_text(&page->line, " at ");
        append_time(page, run->finished_ms);
        buffer_append_text(&page->line, ", ");
        append_age(page, observed->now_ms - run->finished_ms);
        buffer_append_text(&page->line, " ago, after ");
        append_age(page, run->finished_ms - run->started_ms);
    } else {
        buffer_append_text(&page->line, ", since ");
        append_time(page, run->started_ms);
        buffer_append_text(&page->line, " (");
        append_age(page, observed->now_ms - run->started_ms);
        buffer_append_byte(&page->line, ')');
    }
    buffer_printf(
        &page->line, "; process %" PRId64 " on %s, version %s", run->pid, run->host, run->version);
    end_line(page);
    if (run->error != NULL) {
        buffer_printf(&page->line, "  %s", run->error);
        end_line(page);
    }
}

static void
write_dead(struct page *page)
{
    const struct observed_run *run = &page->view->observed->run;

    switch (status_life_of(run)) {
    case STATUS_DEAD:
        buffer_printf(&page->line,
            "  nobody holds the mirror%s. Start oe2pg again; it continues from what is there.",
            run->error != NULL ? ""
            : run->is_stopping ? ": it was told to stop, and ended before it could record how"
                               : ", and how it ended is not recorded: the end of its log may say");
        end_line(page);
        break;
    case STATUS_LOCK_LOST:
        buffer_append_text(&page->line, "  its sessions are still there, its lock is not: it is "
                                        "reconnecting, or about to end");
        end_line(page);
        break;
    default:
        break;
    }
}

static void
write_run_numbers(struct page *page)
{
    const struct observed_run *run = &page->view->observed->run;
    struct status_outlook outlook;
    char left[FIGURE_SIZE];

    status_look_ahead(page->view->observed, &outlook);
    buffer_printf(&page->line,
        "  %" PRId64 " of %" PRId64 " tables done, %" PRId64 " failed; %" PRId64 " rows read",
        run->tables_done, run->tables_total, run->tables_failed, outlook.rows);
    if (status_life_of(run) == STATUS_ALIVE) {
        buffer_printf(&page->line, " (%.0f rows/s, ", outlook.rows_per_s);
        append_size(page, (int64_t)outlook.bytes_per_s);
        buffer_printf(&page->line, "/s), ~%.1f%%%s",
            outlook.fraction < 1 ? outlook.fraction * 100 : 100.0,
            outlook.of_rows < 0 ? " of its tables" : "");
        if (outlook.left_ms >= 0) {
            figure_age(left, outlook.left_ms);
            buffer_printf(&page->line, ", about %s left", left);
        }
    } else {
        buffer_printf(&page->line,
            ", %" PRId64 " inserted, %" PRId64 " updated, %" PRId64 " deleted, %" PRId64
            " %s in quarantine",
            run->counts.rows_inserted, run->counts.rows_updated, run->counts.rows_deleted,
            run->counts.rows_quarantined, value_word(run->counts.rows_quarantined));
    }
    end_line(page);
}

static void
write_worker(struct page *page, const struct observed_worker *worker)
{
    int64_t now = page->view->observed->now_ms;
    char left[FIGURE_SIZE];
    char percent[FIGURE_SIZE];

    buffer_printf(&page->line, "  job %" PRId64 "  ", worker->number);
    figure_fit(&page->line, worker->source_table, page->name_width);
    buffer_printf(&page->line, "  %s since ", worker->phase);
    append_age(page, now - worker->phase_since_ms);
    buffer_printf(&page->line, ", %" PRId64 " rows", worker->row_count);
    figure_percent(percent, worker->row_count, worker->of_rows);
    if (percent[0] != '\0')
        buffer_printf(&page->line, " of ~%" PRId64 " (%s)", worker->of_rows, percent);
    figure_age(left, status_worker_left_ms(worker, now));
    if (status_worker_left_ms(worker, now) >= 0)
        buffer_printf(&page->line, ", about %s left", left);
    if (status_is_stale(worker, now)) {
        buffer_append_text(&page->line, ", STALE: no sign of life for ");
        append_age(page, now - worker->heartbeat_ms);
    }
    end_line(page);
}

static void
write_workers(struct page *page)
{
    const struct observation *observed = page->view->observed;

    if (observed->worker_count > 0 && status_life_of(&observed->run) == STATUS_DEAD) {
        buffer_append_text(&page->line,
            "  in hand when it ended; the next run reads these tables last, and each alone:");
        end_line(page);
    }
    for (size_t i = 0; i < observed->worker_count && has_room(page, 1); i++)
        write_worker(page, &observed->workers[i]);
}

static void
write_run(struct page *page)
{
    const struct observation *observed = page->view->observed;

    if (observed->run.id == 0) {
        buffer_append_text(&page->line, "No run yet");
        end_line(page);
        return;
    }
    write_run_state(page);
    write_dead(page);
    write_run_numbers(page);
    write_workers(page);
}

// ---- the tables --------------------------------------------------------------------------------

static void
choose_name_width(struct page *page)
{
    page->name_width = strlen("TABLE");
    for (size_t i = 0; i < page->view->table_count; i++) {
        size_t width = figure_width(page->view->tables[i]->target_table);

        if (width > page->name_width)
            page->name_width = width;
    }
    for (size_t i = 0; i < page->view->observed->worker_count; i++) {
        size_t width = figure_width(page->view->observed->workers[i].source_table);

        if (width > page->name_width)
            page->name_width = width;
    }
    if (page->name_width > NAME_MAX)
        page->name_width = NAME_MAX;
}

static void
append_columns(struct page *page, const char *const texts[5], const char *last)
{
    figure_fit(&page->line, texts[0], page->name_width);
    buffer_append_text(&page->line, "  ");
    figure_fit(&page->line, texts[1], STATE_WIDTH);
    buffer_append_byte(&page->line, ' ');
    figure_fit(&page->line, texts[2], METHOD_WIDTH);
    buffer_append_byte(&page->line, ' ');
    figure_fit_right(&page->line, texts[3], ROWS_WIDTH);
    buffer_append_byte(&page->line, ' ');
    figure_fit_right(&page->line, texts[4], 7);
    buffer_printf(&page->line, "  %s", last);
    end_line(page);
}

static const char *
state_of(const struct page *page, const struct observed_table *table)
{
    const struct observed_worker *worker = status_worker_of(page->view->observed, table);

    if (worker != NULL)
        return worker->phase;
    return table->is_ignored ? "ignored" : table->state;
}

static void
write_stale(struct page *page, const struct observed_table *table)
{
    if (table->stale_count == 0)
        return;
    buffer_printf(&page->line,
        "  %zu %s gone from the source (or excluded), with old values: ", table->stale_count,
        text_plural(table->stale_count, "column is", "columns are"));
    for (size_t i = 0; i < table->stale_count && i < NAMES_TOLD; i++)
        buffer_printf(&page->line, "%s%s", i > 0 ? ", " : "", table->stale_columns[i]);
    if (table->stale_count > NAMES_TOLD)
        buffer_printf(&page->line, " and %zu more", table->stale_count - NAMES_TOLD);
    end_line(page);
}

// A line for each column that is not read plainly.
static void
write_ways(struct page *page, const struct observed_table *table)
{
    for (size_t i = 0; i < table->ways.count && has_room(page, 1); i++) {
        const struct observed_way *way = &table->ways.list[i];
        enum column_way_kind kind;

        buffer_printf(&page->line, "  column \"%s\" is %s since ", way->column,
            column_way_find(way->way, &kind) ? column_way_phrase(kind) : way->way);
        append_time(page, way->since_ms);
        if (way->row_count >= 0)
            buffer_printf(&page->line, ", for %" PRId64 " %s", way->row_count,
                text_plural((uint64_t)way->row_count, "row", "rows"));
        buffer_printf(&page->line, ": %s", way->reason);
        end_line(page);
    }
}

static void
write_table(struct page *page, const struct observed_table *table)
{
    const char *state = state_of(page, table);
    int64_t age_ms = status_age_ms(table, page->view->observed->now_ms);
    char rows[32];
    char age[FIGURE_SIZE] = "never";
    const char *const texts[5] = { table->target_table, state, table->method, rows, age };

    (void)text_print(rows, sizeof rows, "%" PRId64, table->content.row_count);
    if (age_ms >= 0)
        figure_age(age, age_ms);
    append_columns(page, texts, table->reason);
    if (table->error != NULL) {
        buffer_printf(&page->line, "  attempt %" PRId64 ": %s%s%s", table->attempt, table->error,
            table->hint != NULL ? " - " : "", table->hint != NULL ? table->hint : "");
        end_line(page);
    } else if (table->hint != NULL) {
        buffer_printf(&page->line, "  %s", table->hint);
        end_line(page);
    }
    write_stale(page, table);
    write_ways(page, table);
    if (table->quarantined > 0) {
        buffer_printf(&page->line, "  %" PRId64 " %s in quarantine", table->quarantined,
            value_word(table->quarantined));
        end_line(page);
    }
}

// What needs a look first, then what is being done, then the rest by name.
static int
order_of(const struct page *page, const struct observed_table *table)
{
    if (status_is_failed(table) && !status_is_left_out(table))
        return 0;
    return status_worker_of(page->view->observed, table) != NULL ? 1 : 2;
}

static void
write_tables(struct page *page)
{
    static const char *const heads[5] = { "TABLE", "STATE", "METHOD", "ROWS", "AGE" };
    const struct status_view *view = page->view;
    size_t written = 0;

    if (view->table_count == 0)
        return;
    end_line(page);
    append_columns(page, heads, "REASON");
    for (int order = 0; order <= 2; order++) {
        for (size_t i = 0; i < view->table_count; i++) {
            // The last lines are for the totals and for what is left out; a table may take four.
            if (order_of(page, view->tables[i]) != order || !has_room(page, 8))
                continue;
            write_table(page, view->tables[i]);
            written++;
        }
    }
    if (written < view->table_count) {
        buffer_printf(&page->line, "... and %zu more", view->table_count - written);
        end_line(page);
    }
}

// Each table is of its own moment; together they are of a span.
static void
write_span(struct page *page, const struct status_totals *totals)
{
    buffer_append_text(&page->line, "Oldest content: ");
    append_age(page, status_age_ms(totals->oldest, page->view->observed->now_ms));
    buffer_printf(&page->line, " (%s)", totals->oldest->target_table);
    end_line(page);
    buffer_append_text(&page->line, "Read from ");
    append_time(page, totals->oldest->content.read_from_ms);
    buffer_append_text(&page->line, " to ");
    append_time(page, totals->read_to_ms);
    buffer_append_text(&page->line, ", a span of ");
    append_age(page, totals->read_to_ms - totals->oldest->content.read_from_ms);
    if (totals->done > 1)
        buffer_append_text(&page->line, "; each table at its own moment in it");
    end_line(page);
}

static void
write_totals(struct page *page)
{
    const struct status_view *view = page->view;
    struct status_totals totals;

    status_sum(view, &totals);
    end_line(page);
    buffer_printf(&page->line, "Tables: %zu; %zu up, %zu failed, %zu not mirrored yet",
        totals.tables, totals.done, totals.failed, totals.never);
    if (totals.left_out > 0)
        buffer_printf(&page->line, ", %zu ignored or gone from the source", totals.left_out);
    buffer_printf(&page->line, "; %" PRId64 " rows, ", totals.rows);
    append_size(page, totals.bytes);
    if (totals.quarantined > 0)
        buffer_printf(&page->line, "; %" PRId64 " %s in quarantine", totals.quarantined,
            value_word(totals.quarantined));
    if (totals.stale_columns > 0)
        buffer_printf(&page->line, "; %zu stale %s", totals.stale_columns,
            text_plural(totals.stale_columns, "column", "columns"));
    end_line(page);
    if (totals.oldest != NULL)
        write_span(page, &totals);
    if (view->max_age_ms > 0) {
        buffer_append_text(&page->line, "Failed, not mirrored yet, or older than ");
        append_age(page, view->max_age_ms);
        buffer_printf(&page->line, ": %zu", status_count_late(view));
        end_line(page);
    }
}

// ---- one table ---------------------------------------------------------------------------------

static void
write_table_run(struct page *page, const struct observed_table_run *run)
{
    char took[32];

    clock_format_duration(run->finished_ms - run->started_ms, took, sizeof took);
    buffer_append_text(&page->line, "  ");
    append_time(page, run->started_ms);
    buffer_printf(&page->line,
        "  run %" PRId64 "  %-6s %-6s %s: %" PRId64 " read, %" PRId64 " inserted, %" PRId64
        " updated, %" PRId64 " deleted, %" PRId64 " quarantined; %s",
        run->run_id, run->state, run->method, took, run->counts.rows_read,
        run->counts.rows_inserted, run->counts.rows_updated, run->counts.rows_deleted,
        run->counts.rows_quarantined, run->reason);
    end_line(page);
    if (run->error != NULL) {
        buffer_printf(&page->line, "    attempt %" PRId64 ": %s%s%s", run->attempts, run->error,
            run->hint != NULL ? " - " : "", run->hint != NULL ? run->hint : "");
        end_line(page);
    }
}

static void
write_change(struct page *page, const struct observed_change *change)
{
    buffer_append_text(&page->line, "  ");
    append_time(page, change->changed_ms);
    buffer_printf(&page->line, "  run %" PRId64 "  %s", change->run_id, change->change);
    if (change->statement != NULL)
        buffer_printf(&page->line, ": %s", change->statement);
    end_line(page);
}

static void
write_verification(struct page *page, const struct observed_verification *verification)
{
    if (verification->verified_ms == 0)
        return;
    buffer_append_text(&page->line, "  verified at ");
    append_time(page, verification->verified_ms);
    if (!verification->is_equal)
        buffer_printf(&page->line,
            ": different: %" PRId64 " changed, %" PRId64 " missing in the mirror, %" PRId64
            " only in the mirror",
            verification->changed, verification->missing, verification->surplus);
    else
        buffer_append_text(&page->line, ": equal");
    if (verification->quarantined > 0)
        buffer_printf(&page->line, "%s %" PRId64 " in quarantine",
            verification->is_equal ? " but for" : ";", verification->quarantined);
    if (verification->unrecorded > 0)
        buffer_printf(&page->line,
            "; %" PRId64 " that could not be mirrored and were in no quarantine",
            verification->unrecorded);
    end_line(page);
}

static void
write_story(struct page *page, const struct observed_story *story)
{
    end_line(page);
    buffer_printf(&page->line, "%s: key %s; %" PRId64 " rows, ", story->table->target_table,
        story->table->key != NULL ? story->table->key : "none", story->table->content.row_count);
    append_size(page, story->table->content.size_bytes);
    if (story->table->content.read_from_ms > 0 && story->table->last_success_ms > 0) {
        buffer_append_text(&page->line, "; read from ");
        append_time(page, story->table->content.read_from_ms);
        buffer_append_text(&page->line, " to ");
        append_time(page, story->table->content.read_to_ms);
    }
    end_line(page);
    write_verification(page, &story->table->verification);
    for (size_t i = 0; i < story->run_count && has_room(page, 2); i++)
        write_table_run(page, &story->runs[i]);
    if (story->change_count > 0) {
        buffer_append_text(&page->line, " schema changes:");
        end_line(page);
    }
    for (size_t i = 0; i < story->change_count && has_room(page, 2); i++)
        write_change(page, &story->changes[i]);
}

void
status_write_text(FILE *out, const struct status_view *view)
{
    struct page page = { .out = out, .view = view };

    buffer_init(&page.line, LINE_CAP);
    choose_name_width(&page);
    write_mirror(&page);
    write_run(&page);
    write_tables(&page);
    for (size_t i = 0; i < view->story_count; i++)
        write_story(&page, &view->stories[i]);
    write_totals(&page);
    buffer_release(&page.line);
    if (view->with_quarantine)
        status_write_quarantine(out, view);
}
