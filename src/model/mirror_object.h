// What a mirrored table has beside columns and rows: indexes, constraints, comments. What the
// source's catalogue asks for (plan/wanted.h) and what oe2pg made of it (oe2pg.object). Texts live
// in the arena they were made in.
#ifndef OE2PG_MODEL_MIRROR_OBJECT_H
#define OE2PG_MODEL_MIRROR_OBJECT_H

#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum object_kind {
    OBJECT_TABLE,    // the table as a whole: which wishes were seen to last
    OBJECT_NOT_NULL, // of a column
    OBJECT_CHECK,    // of NOT NULLs that are on their way
    OBJECT_INDEX,    // a primary key, a unique or an ordinary index
    OBJECT_COMMENT,  // on the table (source_name "") or a column; `declared` is its text
    OBJECT_KIND_COUNT
};

// What became of a wish.
enum object_state {
    OBJECT_AS_DECLARED,
    OBJECT_WEAKER,   // an index that is not unique, a unique one that is no primary key
    OBJECT_LEFT_OUT, // the data does not allow it
    OBJECT_OTHERS,   // somebody made one that is as good, or wrote that comment
    OBJECT_STATE_COUNT
};

struct wanted_object {
    enum object_kind kind;
    const char *source_name; // the index's at the source, the column's
    const char *name;        // in the mirror
    const char *other_name;  // of an index: where that name is taken
    const char *declared;    // what is wanted, in words of SQL: equal texts, equal wishes
    const char *columns;     // of an index: in quotes and parentheses, as CREATE INDEX takes them
    const struct key *key;   // of an index
    bool is_unique;
    bool is_primary;
};

struct wanted_objects {
    struct wanted_object *list; // NOT NULLs before indexes, primary keys before all other indexes
    size_t count;
    uint64_t fingerprint; // over all of them
};

// One that oe2pg made, or would have made: a row of oe2pg.object.
struct mirror_object {
    enum object_kind kind;
    const char *source_name;
    const char *name; // in the mirror, as it is called now
    const char *declared;
    enum object_state state;
    const char *reason;     // a sentence: why it is not as declared; NULL: it is
    const char *definition; // as PostgreSQL printed it when it was made; NULL: it was not
    uint32_t oid;           // of an index; 0: none
    bool is_due;            // rows were written since, and it is not as declared
    bool is_there;          // PostgreSQL has it, as it was made
};

// Of one table of which anything is recorded.
struct object_summary {
    const char *source_schema;
    const char *source_table;
    uint64_t fingerprint; // of the wishes that were seen to; 0: none were
    bool is_due;          // something is not there any more, or is to be tried again
};

struct object_summaries {
    struct object_summary *list; // sorted by table and schema
    size_t count;
};

#endif
