// Indexes, constraints and comments on mirrored tables: made, tried, dropped. Each function is for
// the inside of a transaction. Only the table itself is touched, never those that inherit from it.
#ifndef OE2PG_TARGET_INDEX_H
#define OE2PG_TARGET_INDEX_H

#include "base/arena.h"
#include "model/mirror_object.h"
#include "target/target.h"

struct mirror_place {
    const char *schema;
    const char *table;
};

// Whether indexes and constraints may be put there: a table of ours that none inherits from.
bool index_is_possible(struct target *target, const struct mirror_place *place, bool *is_possible,
    struct error *err) __attribute__((warn_unused_result));
// The first of the wish's names that nothing in the schema has, and no mirrored table; NULL: none.
bool index_find_name(struct target *target, const struct mirror_place *place, int mirror_id,
    const struct wanted_object *wanted, const char **name, struct error *err)
    __attribute__((warn_unused_result));
// An index that is as good and that oe2pg did not make. oid 0: there is none.
struct found_index {
    const char *name;
    uint32_t oid;
};
bool index_find_same(struct target *target, struct arena *arena, const struct mirror_place *place,
    const struct table *table, const struct wanted_object *wanted, struct found_index *found,
    struct error *err) __attribute__((warn_unused_result));

// What became of an attempt that the transaction outlives.
enum index_attempt {
    INDEX_MADE,
    INDEX_NOT_UNIQUE, // several rows have the same values
    INDEX_TOO_LONG,   // a value has no place in it
    INDEX_IMPOSSIBLE, // PostgreSQL has no index for such columns
};
bool index_make(struct target *target, const struct mirror_place *place,
    const struct wanted_object *wanted, const char *name, bool is_unique,
    enum index_attempt *attempt, struct error *err) __attribute__((warn_unused_result));
// The primary key, of a unique index over columns that are NOT NULL.
bool index_make_primary(struct target *target, const struct mirror_place *place, const char *name,
    struct error *err) __attribute__((warn_unused_result));
bool index_rename(struct target *target, const struct mirror_place *place, const char *name,
    const char *new_name, struct error *err) __attribute__((warn_unused_result));
// With its constraint, if it has one. Waits for a lock at most 2 s.
bool index_drop(struct target *target, const struct mirror_place *place, const char *name,
    struct error *err) __attribute__((warn_unused_result));
// Its number, and what it is but for its name.
bool index_describe(struct target *target, struct arena *arena, const struct mirror_place *place,
    const char *name, uint32_t *oid, const char **definition, struct error *err)
    __attribute__((warn_unused_result));
// Rows that share the values of a unique index with others.
bool index_count_equal(struct target *target, const struct mirror_place *place,
    const struct table *table, const struct wanted_object *wanted, int64_t *row_count,
    struct error *err) __attribute__((warn_unused_result));

// ---- NOT NULL (not_null.c)

// Of many columns at once; is_wanted and has_null by position in the table.
struct not_nulls {
    const struct table *table;
    const bool *is_wanted;
    bool *has_null;
};
// Looks at every row.
bool not_null_look(struct target *target, const struct mirror_place *place,
    struct not_nulls *columns, struct error *err) __attribute__((warn_unused_result));
// At once where nobody sees the table yet; else in three transactions, of which only the second one
// looks at rows, and lets readers and writers be: the check is made, validated, and then stands
// for that every row has a value. All without those that have NULL; waits for a lock at most 2 s.
#define NOT_NULL_CHECK "oe2pg_not_null"
bool not_null_set(struct target *target, const struct mirror_place *place,
    const struct not_nulls *columns, struct error *err) __attribute__((warn_unused_result));
bool not_null_add_check(struct target *target, const struct mirror_place *place,
    const struct not_nulls *columns, struct error *err) __attribute__((warn_unused_result));
bool not_null_validate(struct target *target, const struct mirror_place *place, struct error *err)
    __attribute__((warn_unused_result));
bool not_null_drop_check(struct target *target, const struct mirror_place *place, struct error *err)
    __attribute__((warn_unused_result));
bool not_null_drop(struct target *target, const struct mirror_place *place, const char *column,
    struct error *err) __attribute__((warn_unused_result));

// ---- comments (comment.c)

// What stands on the table (name "") and its columns now.
struct mirror_comment {
    const char *name;
    const char *text;
};
bool comment_read(struct target *target, struct arena *arena, const struct mirror_place *place,
    struct mirror_comment **comments, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// NULL: takes it away. Readers and writers go on; waits for a lock at most 2 s.
bool comment_write(struct target *target, const struct mirror_place *place, const char *name,
    const char *text, struct error *err) __attribute__((warn_unused_result));

#endif
