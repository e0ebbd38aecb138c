// Stamps in PostgreSQL: what is reckoned with them, and comparisons of the rows in a window alone.
#ifndef OE2PG_TARGET_STAMP_H
#define OE2PG_TARGET_STAMP_H

#include "base/arena.h"
#include "model/stamp.h"
#include "target/compare.h"

// The window of a read that begins now: from the overlap before the watermark (none: no low
// end) up to the later one of the source's clocks. Its cap is the earlier one, or when the
// oldest open transaction began: what that wrote may be stamped so. Stamps without zone go back at
// least over an hour that comes twice, dates a day. Texts live in `arena`.
bool stamp_make_window(struct target *target, struct arena *arena, const struct column *column,
    const struct stamp_start *start, struct stamp_window *window, struct error *err)
    __attribute__((warn_unused_result));

// The largest stamp in the mirrored table that is no later than the window's cap, into `arena`;
// NULL: there is none. `table`: as it is mirrored.
bool stamp_read_watermark(struct target *target, struct arena *arena, const char *schema,
    const struct table *table, const struct stamp_window *window, const char **watermark,
    struct error *err) __attribute__((warn_unused_result));

// As comparison_read_mirror, but only of rows in the window.
bool comparison_read_window(struct comparison *comparison, const struct stamp_window *window,
    struct digest_set *set, bool *is_full, int64_t *row_count, struct error *err)
    __attribute__((warn_unused_result));

// Behind comparison_add_gone: mirror rows outside of the window whose keys were sent as source
// digests (source_digests.h) become gone, so that they are asked for.
bool comparison_add_left(struct comparison *comparison, const struct stamp_window *window,
    struct error *err) __attribute__((warn_unused_result));
// Behind comparison_add_gone, and again whenever candidates came: mirror rows outside of the window
// that have the key of a candidate become gone, so that they are paired with it; of candidates and
// gone that are equal, neither is left.
bool comparison_settle_window(struct comparison *comparison, struct error *err)
    __attribute__((warn_unused_result));

enum { STAMP_UNTOLD_MAX = 10 };

// What came of a whole comparison, as the stamp sees it: behind comparison_pair.
struct stamp_findings {
    int64_t told;      // rows to insert or to update that a read of the window would have met
    int64_t untold;    // that it would not have met
    int64_t by_hand;   // of the mirror, which somebody changed since oe2pg wrote it: not counted
    struct cell *keys; // of untold rows, one a key column, STAMP_UNTOLD_MAX rows at most
    size_t key_count;  // rows
};
bool comparison_judge_stamp(struct comparison *comparison, const struct mirror_claim *claim,
    struct arena *arena, const struct stamp_window *window, struct stamp_findings *findings,
    struct error *err) __attribute__((warn_unused_result));

#endif
