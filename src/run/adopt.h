// The way back when the tracking tables were lost, or left behind by a move: mirrored tables that
// are there, and of which nothing is recorded, are taken for what they were. Main thread only.
#ifndef OE2PG_RUN_ADOPT_H
#define OE2PG_RUN_ADOPT_H

#include "base/arena.h"
#include "model/state.h"
#include "plan/selection.h"
#include "target/mirror.h"

// What is adopted into, all of it borrowed; the arena keeps what is read anew.
struct adoption {
    struct target *target;
    const struct mirror_claim *claim;
    const char *schema; // the mirror's
    struct arena *arena;
};

// Records the selected tables that exist in the mirror's schema and were never mirrored, as far as
// anybody knows, as loaded and to be compared; selects these alone. The comparison removes nothing
// (plan/brake.h). ERROR_USAGE when there is none. `records` are read anew.
bool adopt_tables(const struct adoption *adoption, struct selection *selection,
    struct table_record **records, size_t *record_count, struct error *err)
    __attribute__((warn_unused_result));

#endif
