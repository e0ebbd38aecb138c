// Tables that were in hand when a run ended without saying so. A driver that dies takes the whole
// process along, and looks from here as kill -9, a machine that has no memory left and a reboot do:
// so such a table is only read later, after all others and alone, which shows who it was. Kept in
// oe2pg.suspect until the table ends in an ordinary way. Main thread, but for suspect_forget; all
// of it outside of any transaction.
#ifndef OE2PG_TARGET_SUSPECT_H
#define OE2PG_TARGET_SUSPECT_H

#include "base/arena.h"
#include "model/state.h"
#include "target/mirror.h"

// Closes the runs before this one that are still written down as running, and makes suspects of
// the tables that they had in hand, unless they were about to stop. *died: there was such a run.
// Invariant: a suspect's count of deaths grows only by one in which nothing else was in hand, and
// starts anew where the table's first load was committed further since the last one.
bool suspect_close_earlier_runs(struct target *target, const struct mirror_claim *claim, bool *died,
    struct error *err) __attribute__((warn_unused_result));
// All suspects of the mirror, into `arena`.
bool suspect_read(struct target *target, struct arena *arena, int mirror_id,
    struct suspect **suspects, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// It ended in an ordinary way, well or not. Any worker, on its own connection.
bool suspect_forget(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));

#endif
