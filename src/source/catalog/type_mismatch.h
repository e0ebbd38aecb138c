// Results that are not of the types that the catalogue says, for both doors.
#ifndef OE2PG_SOURCE_CATALOG_TYPE_MISMATCH_H
#define OE2PG_SOURCE_CATALOG_TYPE_MISMATCH_H

#include "source/catalog/catalog_read.h"

struct type_mismatch {
    const struct table *table;
    const struct column *column; // the first one that is of another type in the result
    // Whether two numbers of types, as the door has them, are the same for its purposes.
    bool (*is_same_type)(int one, int other);
};

// Returns false.
bool catalog_table_changed(struct error *err, const char *how);
// Finds out whether the table was changed (a failure) or the driver disagrees with itself. No
// result may be open: some drivers have one statement at a time.
bool catalog_settle_type_mismatch(const struct catalog_ways *ways,
    const struct type_mismatch *mismatch, struct error *err) __attribute__((warn_unused_result));

#endif
