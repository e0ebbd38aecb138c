// Tables that are mirrored but no longer in the source's catalogue.
#ifndef OE2PG_RUN_VANISHED_H
#define OE2PG_RUN_VANISHED_H

#include "base/arena.h"
#include "model/settings.h"
#include "model/state.h"
#include "target/mirror.h"

#include <stdbool.h>
#include <stddef.h>

// A table whose mirror could not be dropped, and why: others may depend on it.
struct stuck_table {
    const char *name;
    struct error why;
};
struct stuck_tables {
    struct stuck_table *tables;
    size_t count;
};

struct vanishing {
    const struct settings *settings;
    const struct catalog *catalog; // the source's tables now
    const struct table_record *records;
    size_t record_count;
};

// Keeps them, marked and no longer written, or drops them, as mirror_settings.dropped_tables says;
// records and logs each once. Too many at once (plan/brake.h) is ERROR_BRAKE, unless every one is
// named by --allow-delete: a source that lost its tables is more likely not the source. A table
// that cannot be dropped stays and is in *stuck (in `arena`), logged and recorded as failed.
bool vanished_handle(struct target *target, const struct mirror_claim *claim,
    const struct vanishing *what, struct arena *arena, struct stuck_tables *stuck,
    struct error *err) __attribute__((warn_unused_result));

#endif
