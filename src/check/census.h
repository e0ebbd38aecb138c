// How many values of files are wider than their columns are declared, so that SQL would not deliver
// them: each file is read to its end.
#ifndef OE2PG_CHECK_CENSUS_H
#define OE2PG_CHECK_CENSUS_H

#include "check/finding.h"
#include "model/too_wide.h"

struct census {
    struct too_wide_column *columns; // those that have such values, in the arena of the check
    size_t count;
    size_t capacity;
    int64_t value_count;
    size_t table_count;       // tables that have some
    size_t read_count;        // tables that were read
    size_t failed_count;      // tables that could not be read
    const char *first_failed; // why the first of them could not
    bool is_cut;              // by time: not all were read
};

// Of a source that is read whole, whose catalogue was read. `limit_ms` 0: none. False, with
// ERROR_CANCELLED, when a signal came.
bool census_take(struct check *check, int64_t limit_ms, struct census *census, struct error *err)
    __attribute__((warn_unused_result));
// The finding of it.
void census_report(struct check *check, const struct census *census);

#endif
