// What source_dump prints, a line of JSON each, on standard output.
#ifndef OE2PG_TESTS_SOURCE_PRINT_H
#define OE2PG_TESTS_SOURCE_PRINT_H

#include "base/error.h"
#include "source/source.h"

// Returns 1, for an exit status.
int print_error(const struct error *err);
// These return 0.
int print_catalog(const struct catalog *catalog, int64_t duration_ms);
int print_identity(const struct source *source);
// A line a row.
void print_rows(const struct table *table, const struct batch *batch);

#endif
