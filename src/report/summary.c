#include "report/summary.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/name_list.h"

#include <inttypes.h>
#include <string.h>

// Slow is what took its time, and a good part of the run's.
enum { SLOWEST = 5, SLOW_MS = 10000, SLOW_PART = 10 };

static size_t
count_state(const struct summary *summary, int state)
{
    size_t count = 0;

    for (size_t i = 0; i < summary->table_count; i++)
        count += (int)summary->tables[i].state == state;
    return count;
}

// Tables that took the same time come in the order in which they stand.
static bool
comes_after(const struct summary_table *table, const struct summary_table *last)
{
    return last == NULL || table->duration_ms < last->duration_ms ||
           (table->duration_ms == last->duration_ms && table > last);
}

// The slowest table after `last`, in order of duration and place; NULL when none took long.
static const struct summary_table *
next_slowest(const struct summary *summary, const struct summary_table *last)
{
    const struct summary_table *slowest = NULL;

    for (size_t i = 0; i < summary->table_count; i++) {
        const struct summary_table *table = &summary->tables[i];

        if (table->state == SUMMARY_DONE && table->duration_ms >= SLOW_MS &&
            table->duration_ms >= summary->duration_ms / SLOW_PART && comes_after(table, last) &&
            (slowest == NULL || table->duration_ms > slowest->duration_ms))
            slowest = table;
    }
    return slowest;
}

static void
write_slowest(const struct summary *summary)
{
    const struct summary_table *last = NULL;

    for (int i = 0; i < SLOWEST; i++) {
        const struct summary_table *table = next_slowest(summary, last);
        char took[32];

        if (table == NULL)
            return;
        clock_format_duration(table->duration_ms, took, sizeof took);
        log_info("Slow: %s took %s for %" PRId64 " rows", table->name, took, table->row_count);
        last = table;
    }
}

static void
write_odd_stamps(const struct summary *summary)
{
    struct name_list list = { .count = 0 };
    const char **names;
    struct arena arena;
    size_t stamps = 0;

    arena_init(&arena);
    names = arena_calloc(&arena, summary->table_count, sizeof *names);
    list.names = names;
    for (size_t i = 0; i < summary->table_count; i++) {
        if (summary->tables[i].odd_stamps == 0)
            continue;
        stamps += summary->tables[i].odd_stamps;
        names[list.count++] = summary->tables[i].name;
    }
    if (stamps > 0)
        log_warning("%zu %s with zone came in a form that is not known, mirrored as received: in "
                    "%s",
            stamps, text_plural(stamps, "stamp", "stamps"), name_list_text(&arena, &list));
    arena_release(&arena);
}

static bool
is_told_later(const struct summary *summary, const struct error *failure)
{
    return summary->fatal != NULL && strcmp(summary->fatal->message, failure->message) == 0;
}

void
summary_write(const struct summary *summary)
{
    size_t left = count_state(summary, SUMMARY_LEFT);
    char took[32];

    write_slowest(summary);
    write_odd_stamps(summary);
    for (size_t i = 0; i < summary->table_count; i++) {
        const struct summary_table *table = &summary->tables[i];

        if (table->state == SUMMARY_FAILED && !is_told_later(summary, table->error))
            log_error("Failed: %s: %s%s%s", table->name, table->error->message,
                table->error->hint[0] != '\0' ? " - " : "", table->error->hint);
    }
    if (summary->sums.values_full_width > 0)
        log_info("%" PRId64
                 " values are exactly as long as the SQL width of their column (in %" PRId64
                 " %s): a server that was told to truncate may have cut them. oe2pg status "
                 "and oe2pg check name the columns.",
            summary->sums.values_full_width, summary->sums.columns_full_width,
            summary->sums.columns_full_width == 1 ? "column" : "columns");
    if (summary->too_wide_columns > 0)
        log_info("%" PRId64 " %s values wider than the source declares: oe2pg check --widths says "
                 "which, and what a DBA runs to widen them",
            summary->too_wide_columns,
            summary->too_wide_columns == 1 ? "column has" : "columns have");
    clock_format_duration(summary->duration_ms, took, sizeof took);
    log_info("Summary: %zu of %zu tables %s, %zu failed, %zu left for the next run; %" PRId64
             " rows read, %" PRId64 " inserted, %" PRId64 " updated, %" PRId64 " deleted, %" PRId64
             " %s in quarantine; %s",
        count_state(summary, SUMMARY_DONE), summary->table_count,
        summary->is_verification ? "compared" : "mirrored", count_state(summary, SUMMARY_FAILED),
        left, summary->sums.rows_read, summary->sums.rows_inserted, summary->sums.rows_updated,
        summary->sums.rows_deleted, summary->sums.values_quarantined,
        text_plural((uint64_t)summary->sums.values_quarantined, "value", "values"), took);
}

static const char *
plural(size_t count)
{
    return count == 1 ? "table" : "tables";
}

bool
summary_is_mended(const struct summary *summary)
{
    return summary->repaired_count > 0 && summary->different_count == 0 &&
           summary->sums.values_newly_quarantined == 0 &&
           count_state(summary, SUMMARY_DONE) == summary->table_count;
}

void
summary_describe_shortfall(const struct summary *summary, char *why, size_t size)
{
    size_t failed = count_state(summary, SUMMARY_FAILED);
    size_t different = summary->different_count;
    size_t repaired = summary->repaired_count;
    int64_t refused = summary->sums.values_newly_quarantined;
    const char *gap = "";
    size_t at = 0;

    why[0] = '\0';
    if (failed > 0) {
        at += text_print(why, size, "%zu of %zu %s failed", failed, summary->table_count,
            plural(summary->table_count));
        gap = "; ";
    }
    if (different > 0) {
        at += text_print(why + at, size - at, "%s%zu of %zu %s %s from the source", gap, different,
            summary->table_count, plural(summary->table_count),
            different == 1 ? "differs" : "differ");
        gap = "; ";
    }
    if (repaired > 0) {
        at += text_print(why + at, size - at,
            "%s%zu of %zu %s differed from the source and %s repaired", gap, repaired,
            summary->table_count, plural(summary->table_count), repaired == 1 ? "was" : "were");
        gap = "; ";
    }
    if (refused > 0)
        (void)text_print(why + at, size - at,
            "%s%" PRId64 " values or rows went to quarantine anew (oe2pg status --quarantine)", gap,
            refused);
}
