// What `oe2pg verify --json` says, when all tables have ended (docs/verify-json.md). For people
// each table is told as soon as it was compared, by method/verify.c.
#ifndef OE2PG_REPORT_VERIFY_REPORT_H
#define OE2PG_REPORT_VERIFY_REPORT_H

#include "base/error.h"
#include "target/differences.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum verdict {
    VERDICT_EQUAL,
    VERDICT_EQUAL_BUT_QUARANTINED, // for what is in quarantine
    VERDICT_DIFFERENT,
    VERDICT_REPAIRED, // it was different, and is as the source is now
    VERDICT_LOADED,   // with --repair: it had never been mirrored, so there was nothing to compare
    VERDICT_FAILED,
    VERDICT_NOT_COMPARED, // the run ended before
    VERDICT_COUNT,
};

struct verified_table {
    const char *source_schema;
    const char *source_table;
    const char *target_table; // NULL: it got no name
    enum verdict verdict;
    const struct verification *verification; // NULL: it was not compared to its end
    const char *lines;                       // as for people; NULL: none
    const struct error *error;               // VERDICT_FAILED
};

struct verify_report {
    int64_t run_id;
    const char *target_schema;
    bool with_values; // --values: the lines hold keys and values
    const struct verified_table *tables;
    size_t table_count;
};

// One object, and a line feed.
void verify_write_json(FILE *out, const struct verify_report *report);

#endif
