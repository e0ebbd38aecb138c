// Tables that cannot be mirrored as they are (plan/selection.h): no worker ever has them, and yet
// whoever watches the mirror must find them among the tables that failed, and only as long as they
// do. Main thread only, on the connection that holds the mirror, outside of any transaction.
#ifndef OE2PG_RUN_REFUSED_H
#define OE2PG_RUN_REFUSED_H

#include "model/settings.h"
#include "model/state.h"
#include "plan/selection.h"
#include "target/mirror.h"

// Before the plan is made: takes back what was recorded of failures that cannot happen any more,
// for the table is ignored now, or was refused and is not any more. Takes out of `records` those of
// tables that were never anything but refused: nothing of them is in the mirror.
bool refused_forget(struct target *target, const struct mirror_claim *claim,
    const struct selection *selection, struct table_record *records, size_t *record_count,
    struct error *err) __attribute__((warn_unused_result));

// After vanished tables were dealt with: the refused ones of this run, logged and recorded as
// failed. What is mirrored of them already stays as it is, under the name that it has.
bool refused_record(struct target *target, const struct mirror_claim *claim,
    const struct settings *settings, const struct selection *selection, struct error *err)
    __attribute__((warn_unused_result));

#endif
