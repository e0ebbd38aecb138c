// Looking at the tracking tables without taking part: short read-only transactions, no lock that a
// run could notice, no need of more than USAGE on schema oe2pg and SELECT on its tables. For `oe2pg
// status`, while a run goes on elsewhere and after.
#ifndef OE2PG_TARGET_OBSERVE_H
#define OE2PG_TARGET_OBSERVE_H

#include "base/arena.h"
#include "model/observation.h"
#include "target/target.h"

// Everything but stories and quarantine entries, as of one moment, into `arena`. has_mirror is
// false when there are no tracking tables, or none of a mirror in `schema`.
bool observe_mirror(struct target *target, struct arena *arena, const char *schema,
    struct observation *observation, struct error *err) __attribute__((warn_unused_result));

enum { OBSERVED_QUARANTINE_MAX = 10000, OBSERVED_VALUE_BYTES = 4096, OBSERVED_STORY_MAX = 50 };

struct quarantine_request {
    const struct observed_table *const *tables; // of the observation
    size_t table_count;
    bool with_values; // the first OBSERVED_VALUE_BYTES of each
};
// The open entries of the tables, oldest first, at most OBSERVED_QUARANTINE_MAX in all, as
// observation->quarantine; quarantine_total counts them all.
bool observe_quarantine(struct target *target, struct arena *arena,
    const struct quarantine_request *request, struct observation *observation, struct error *err)
    __attribute__((warn_unused_result));

// The last OBSERVED_STORY_MAX runs and schema changes of one table.
bool observe_story(struct target *target, struct arena *arena,
    const struct observation *observation, const struct observed_table *table,
    struct observed_story *story, struct error *err) __attribute__((warn_unused_result));

#endif
