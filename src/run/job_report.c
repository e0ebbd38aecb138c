#include "run/job_report.h"

#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

static void
append_change(char *text, size_t size, int64_t count, const char *what)
{
    size_t used = strlen(text);

    if (count > 0)
        (void)text_print(
            text + used, size - used, "%s%" PRId64 " %s", used > 0 ? ", " : "", count, what);
}

static const char *
left_out_words(const struct table_result *result, char *text, size_t size)
{
    text[0] = '\0';
    if (result->rows_left_out > 0)
        (void)text_print(text, size, ": %" PRId64 " rows were left out", result->rows_left_out);
    return text;
}

static void
report_load(const struct job *job, const struct outcome *outcome)
{
    int64_t total = outcome->row_count + outcome->result.rows_left_out;
    char left_out[64];

    log_info("Synced %" PRId64 " rows for %s (total: %" PRId64 " of %" PRId64 " (%.1f%%))%s",
        outcome->row_count, job->table->target_name, outcome->row_count, total,
        total > 0 ? 100.0 * (double)outcome->row_count / (double)total : 100.0,
        left_out_words(&outcome->result, left_out, sizeof left_out));
}

// A table that has not changed is no news, however large.
static void
report_comparison(const struct job *job, const struct outcome *outcome)
{
    const struct table_result *result = &outcome->result;
    int64_t changed = result->rows_inserted + result->rows_updated + result->rows_deleted;
    char changes[128] = "";
    char left_out[64];

    if (changed == 0) {
        log_debug(
            "%s is unchanged (%" PRId64 " rows)", job->table->target_name, outcome->row_count);
        return;
    }
    append_change(changes, sizeof changes, result->rows_inserted, "inserted");
    append_change(changes, sizeof changes, result->rows_updated, "updated");
    append_change(changes, sizeof changes, result->rows_deleted, "deleted");
    log_info("Synced %s: %" PRId64 " rows, %" PRId64 " changed (%s)%s", job->table->target_name,
        outcome->row_count, changed, changes, left_out_words(result, left_out, sizeof left_out));
}

// What is known is no news either; the summary counts it.
static void
report_quarantine(const struct job *job, const struct table_result *result)
{
    if (result->values_newly_quarantined > 0)
        log_warning("%" PRId64 " values or rows of %s could not be taken (%" PRId64
                    " of them new) and are in oe2pg.quarantine",
            result->values_quarantined, job->table->target_name, result->values_newly_quarantined);
    else if (result->values_quarantined > 0)
        log_info("%" PRId64 " values or rows of %s could not be taken, as before, and are in "
                 "oe2pg.quarantine",
            result->values_quarantined, job->table->target_name);
}

void
job_report_done(const struct job *job, const struct outcome *outcome)
{
    const struct table_result *result = &outcome->result;

    if (outcome->is_repaired)
        log_info("Repaired: %s: %" PRId64 " updated, %" PRId64 " inserted, %" PRId64 " deleted",
            job->table->target_name, result->rows_updated, result->rows_inserted,
            result->rows_deleted);
    else if (job->method == METHOD_VERIFY)
        return; // its report is on standard output
    else if (job->method == METHOD_LOAD)
        report_load(job, outcome);
    else
        report_comparison(job, outcome);
    report_quarantine(job, result);
}
