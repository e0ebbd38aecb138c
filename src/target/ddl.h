// Mirrored tables as objects: looked at, created, moved into place. Nothing here drops or replaces
// a table that people may have seen; only staging tables are ever dropped.
#ifndef OE2PG_TARGET_DDL_H
#define OE2PG_TARGET_DDL_H

#include "base/arena.h"
#include "model/table.h"
#include "target/target.h"

// Where first loads in progress live; created with the tracking tables.
#define STAGING_SCHEMA "oe2pg_staging"

// What PostgreSQL has under a name.
struct relation {
    bool exists;
    char kind;     // pg_class.relkind: 'r' table, 'v' view, ...
    bool is_owned; // by this role, or a role it is a member of
    bool is_unlogged;
    bool hides_rows;      // by row security, from this role
    const char **columns; // live columns, in order
    size_t column_count;
};
bool ddl_find(struct target *target, struct arena *arena, const char *schema, const char *name,
    struct relation *relation, struct error *err) __attribute__((warn_unused_result));

bool ddl_create_schema(struct target *target, const char *schema, struct error *err)
    __attribute__((warn_unused_result));
// Columns of the types in target/type.c, in the source's order. Inside a transaction.
bool ddl_create_table(struct target *target, const char *schema, const char *name,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));
// The same in the staging schema, UNLOGGED.
bool ddl_create_staging(struct target *target, const char *name, const struct table *table,
    struct error *err) __attribute__((warn_unused_result));
// Gives the table another schema and name; waits for a lock at most 2 s (55P03, RETRY_LATER). An
// UNLOGGED staging table stays so. Inside a transaction.
bool ddl_move(struct target *target, const char *from_schema, const char *from_name,
    const char *to_schema, const char *to_name, struct error *err)
    __attribute__((warn_unused_result));
// Creates the mirrored table and fills it from the staging table in one statement: rows that no
// earlier snapshot can see. Inside a transaction. *row_count is what was inserted.
bool ddl_fill_from_staging(struct target *target, const char *staging, const char *schema,
    const char *name, const struct table *table, int64_t *row_count, struct error *err)
    __attribute__((warn_unused_result));
bool ddl_drop_staging(struct target *target, const char *staging, struct error *err)
    __attribute__((warn_unused_result));
// Rows with the given number are there: a staging table can be empty after a crash when UNLOGGED.
bool ddl_count_staging(struct target *target, const char *staging, int64_t *row_count,
    struct error *err) __attribute__((warn_unused_result));
// Outside of a transaction. Failing does not matter: the table is right without it.
void ddl_analyze(struct target *target, const char *schema, const char *name);

// Adds a column, or drops one (nothing else with it); waits for a lock at most 2 s. Inside a
// transaction. *statement, in `arena`, is what was run.
bool ddl_add_column(struct target *target, struct arena *arena, const char *schema,
    const char *name, const struct column *column, const char **statement, struct error *err)
    __attribute__((warn_unused_result));
bool ddl_drop_column(struct target *target, struct arena *arena, const char *schema,
    const char *name, const char *column, const char **statement, struct error *err)
    __attribute__((warn_unused_result));
// Drops a mirrored table that the source dropped, where dropped_tables says so; as above.
bool ddl_drop_table(struct target *target, struct arena *arena, const char *schema,
    const char *name, const char **statement, struct error *err)
    __attribute__((warn_unused_result));

// A publication FOR ALL TABLES (or of the mirror's or the staging schema) exists: staging tables
// must be UNLOGGED and their rows be inserted, or subscribers would be sent rows of tables that
// they do not have, and never those of the mirror.
bool ddl_staging_is_published(struct target *target, const char *schema, bool *is_published,
    struct error *err) __attribute__((warn_unused_result));

#endif
