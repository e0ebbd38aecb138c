// The end of a run in words: counts, failures with their remedies, the slowest tables.
#ifndef OE2PG_REPORT_SUMMARY_H
#define OE2PG_REPORT_SUMMARY_H

#include "base/error.h"
#include "model/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct summary_table {
    const char *name;
    enum { SUMMARY_DONE, SUMMARY_FAILED, SUMMARY_LEFT } state;
    const struct error *error; // SUMMARY_FAILED
    int64_t row_count;         // read
    int64_t duration_ms;
    size_t odd_stamps; // stamps with zone that came in a form that is not known
};

struct summary {
    const struct summary_table *tables;
    size_t table_count;
    struct table_result sums;
    int64_t duration_ms;
    size_t different_count;    // tables that a verification found different, and that still are
    size_t repaired_count;     // and those that were repaired
    int64_t too_wide_columns;  // with values wider than declared, whenever they were met
    bool is_verification;      // compared, not mirrored
    const struct error *fatal; // what ended the run, which is told behind it; NULL: nothing
};

// Writes the summary to the log.
void summary_write(const struct summary *summary);

// Why a run that came to its end is no success, for the log and oe2pg.run; "": it is one, or the
// reason is another.
void summary_describe_shortfall(const struct summary *summary, char *why, size_t size);

// True when nothing else is to be told than that tables differed and were repaired.
bool summary_is_mended(const struct summary *summary);

#endif
