// What stands where the mirror is, or is to be, for `oe2pg plan`: reads the catalogue and the
// tracking tables in a few statements, whatever the number of tables. Changes nothing.
#ifndef OE2PG_TARGET_INSPECT_H
#define OE2PG_TARGET_INSPECT_H

#include "base/arena.h"
#include "model/preview.h"
#include "target/target.h"

// `mirror_id` 0: there is no mirror yet. Everything in `arena`.
bool inspect_schema(struct target *target, struct arena *arena, const char *schema, int mirror_id,
    struct inspection *found, struct error *err) __attribute__((warn_unused_result));

#endif
