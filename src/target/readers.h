// Who may still read with a snapshot that is older than what was committed last: asked before a
// table whose rows were committed one part after the other becomes visible under its name.
#ifndef OE2PG_TARGET_READERS_H
#define OE2PG_TARGET_READERS_H

#include "base/arena.h"
#include "model/first_load.h"
#include "target/target.h"

#include <stdint.h>

// The moment up to which rows were committed: a snapshot with an xmin below it may not see them.
bool readers_mark(struct target *target, int64_t *xid, struct error *err)
    __attribute__((warn_unused_result));
// How many sessions on this server (this run's own left out) may still have a snapshot from before
// the mark; *who names one of them, in `arena`. Exact where the role may see it (a member of
// pg_read_all_stats, or of the session's role), else every session of another role that is in a
// transaction.
bool readers_before(struct target *target, struct arena *arena, const char *own_prefix, int64_t xid,
    int64_t *count, const char **who, struct error *err) __attribute__((warn_unused_result));

// Fills may_have_standby and `sign`, in `arena`: by what a standby is known that may have readers,
// as far as the setting leaves it open. Their snapshots cannot be seen from here: feedback is off
// as a rule, tells nothing of a standby behind a standby, and an archive tells nothing at all.
// Outside of a transaction.
bool readers_on_standby(struct target *target, struct arena *arena, enum standby_readers said,
    struct first_load_way *way, struct error *err) __attribute__((warn_unused_result));
// The whole of `way`, as a run that began now would find it.
bool readers_first_load(struct target *target, struct arena *arena, const struct settings *settings,
    struct first_load_way *way, struct error *err) __attribute__((warn_unused_result));

#endif
