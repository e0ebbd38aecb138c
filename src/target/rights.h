// What the role may do on the server, and what stands in the mirror's place: for `oe2pg check`.
// Reads only.
#ifndef OE2PG_TARGET_RIGHTS_H
#define OE2PG_TARGET_RIGHTS_H

#include "base/arena.h"
#include "target/target.h"

#include <stddef.h>
#include <stdint.h>

struct rights {
    // Names as they are to be written in a statement.
    const char *role;
    const char *database;
    const char *schema;
    bool may_create_schemas;   // CREATE on the database
    bool may_create_temporary; // TEMPORARY on the database
    bool has_schema;           // the target schema is there
    bool may_use_schema;       // USAGE and CREATE on it
    const char *schema_owner;  // quoted; "" when there is no schema
    int64_t clock_ms;          // the server's wall clock, milliseconds since 1970-01-01 UTC
};
// Everything in `arena`.
bool rights_read(struct target *target, struct arena *arena, const char *schema,
    struct rights *rights, struct error *err) __attribute__((warn_unused_result));

// The tracking tables (schema oe2pg) and the place of first loads.
struct tracking_rights {
    bool has_schema;
    const char *owner; // of schema oe2pg, quoted; "" when there is none
    bool is_owned;     // by this role or one it is a member of: it may migrate the tables
    bool is_open;      // every table in it can be read and written, and staging be used
    int64_t version;   // 0: there are no tables; only when is_open
    int known_version; // the newest that this program knows
};
bool rights_read_tracking(struct target *target, struct arena *arena,
    struct tracking_rights *rights, struct error *err) __attribute__((warn_unused_result));

// Something in the target schema that a mirrored table of the same name could not be: another
// role's table, or no ordinary table.
struct rights_obstacle {
    const char *name;   // as it is
    const char *quoted; // schema and name, for a statement
    const char *owner;  // quoted
    bool is_table;      // an ordinary table
};
// All of them, by name; in `arena`.
bool rights_find_obstacles(struct target *target, struct arena *arena, const char *schema,
    struct rights_obstacle **obstacles, size_t *count, struct error *err)
    __attribute__((warn_unused_result));

#endif
