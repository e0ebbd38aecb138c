#include "sync/full.h"

bool
full_sync_table(struct worker *worker, const struct table *table, uint64_t fingerprint,
    struct table_record *record, struct table_result *result, struct error *err)
{
    (void)worker;
    (void)table;
    (void)fingerprint;
    (void)record;
    (void)result;
    error_set(err, ERROR_TABLE, "the table is mirrored already");
    return error_hint(err, "This version makes first mirrors only.");
}
