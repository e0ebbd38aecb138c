#include "run/job_report.h"

#include "base/log.h"

#include <inttypes.h>

enum { SMALL_ROWS = 1000 };

static void
report_rows(const struct job *job, const struct outcome *outcome)
{
    const struct table_result *result = &outcome->result;

    // An unchanged small table is no news.
    if (job->method != METHOD_LOAD && outcome->row_count < SMALL_ROWS &&
        result->rows_inserted + result->rows_updated + result->rows_deleted == 0)
        log_debug(
            "%s is unchanged (%" PRId64 " rows)", job->table->target_name, outcome->row_count);
    else if (result->rows_left_out > 0)
        log_info("Synced %" PRId64 " rows for %s (total: %" PRId64 " of %" PRId64
                 " (%.1f%%)): %" PRId64 " rows were left out",
            outcome->row_count, job->table->target_name, outcome->row_count,
            outcome->row_count + result->rows_left_out,
            100.0 * (double)outcome->row_count /
                (double)(outcome->row_count + result->rows_left_out),
            result->rows_left_out);
    else
        log_info("Synced %" PRId64 " rows for %s (total: %" PRId64 " of %" PRId64 " (100.0%%))",
            outcome->row_count, job->table->target_name, outcome->row_count, outcome->row_count);
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
    else
        report_rows(job, outcome);
    if (result->values_quarantined > 0)
        log_warning("%" PRId64 " values or rows of %s could not be taken (%" PRId64
                    " of them new) and are in oe2pg.quarantine",
            result->values_quarantined, job->table->target_name, result->values_newly_quarantined);
}
