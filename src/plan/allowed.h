// --allow-delete: which tables may lose what the delete brake would keep. Whole names only, in the
// spelling of the source or of the mirror, so that nobody lets a table go that he did not name; "*"
// alone is every table, said on purpose. Pure.
#ifndef OE2PG_PLAN_ALLOWED_H
#define OE2PG_PLAN_ALLOWED_H

#include "base/arena.h"
#include "base/error.h"
#include "model/settings.h"
#include "model/state.h"
#include "plan/selection.h"

#include <stdbool.h>
#include <stddef.h>

// Sets may_lose_rows of the selection's tables that are named, and may_vanish of the records.
// ERROR_USAGE for a pattern, or a name that neither the source has nor the mirror.
bool allowed_apply(struct arena *arena, const struct settings *settings,
    const struct selection *selection, struct table_record *records, size_t record_count,
    struct error *err) __attribute__((warn_unused_result));

#endif
