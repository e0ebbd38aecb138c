// The delete brake: how much may be removed from a mirrored table without somebody saying so. Pure.
#ifndef OE2PG_PLAN_BRAKE_H
#define OE2PG_PLAN_BRAKE_H

#include "base/error.h"
#include "model/settings.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// True when `removed` rows may go: keys that are gone, or the net shrinkage of a keyless table.
// False with ERROR_BRAKE and the remedy: the source returned no row at all where the mirror has
// some, or both max_delete_percent and max_delete_rows are exceeded, and the table is not named by
// --allow-delete. Where tables are adopted, nothing goes at all.
bool brake_check(const struct mirror_settings *settings, const struct table *table,
    int64_t mirror_rows, int64_t source_rows, int64_t removed, struct error *err)
    __attribute__((warn_unused_result));

// How many tables of a run may be held before the run itself stops.
size_t brake_run_limit(size_t table_count);

#endif
