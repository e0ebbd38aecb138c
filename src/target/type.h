// What PostgreSQL holds of each canonical kind: one table, a line a kind. Whoever declares a
// column, compares its values or sends them asks here, and spells no type of its own. Pure; any
// thread.
#ifndef OE2PG_TARGET_TYPE_H
#define OE2PG_TARGET_TYPE_H

#include "base/buffer.h"
#include "model/table.h"

#include <stddef.h>

// How a cell is written by COPY BINARY.
enum copy_form {
    COPY_AS_IT_IS,
    COPY_AS_HEX, // \x and two digits a byte
};

struct target_type {
    const char *name; // of a column, in DDL
    // Behind an expression of that type: the canonical text, in the collation of bytes.
    const char *as_text;
    enum copy_form copy;
};

extern const struct target_type target_types[]; // by enum value_kind

// Appends "name type" of a column, and of all of them with commas, as DDL declares them.
void target_type_append_column(struct buffer *sql, const struct column *column);
void target_type_append_columns(struct buffer *sql, const struct column *columns, size_t count);
// Appends alias.column as its canonical text, to be compared by its bytes.
void target_type_append_text(struct buffer *sql, const char *alias, const struct column *column);

#endif
