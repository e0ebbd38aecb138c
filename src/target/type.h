// What PostgreSQL holds: one table, a line a type. Whoever declares a column, compares its values
// or sends them asks here, and spells no type of its own. Pure; any thread.
//
// A column is text, or a native type that the kind of its values is the text of: then
// `column::text` is the canonical text, so that mirrors of either sort have the same digests.
#ifndef OE2PG_TARGET_TYPE_H
#define OE2PG_TARGET_TYPE_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/settings.h"
#include "model/table.h"

#include <stddef.h>
#include <stdint.h>

#define TYPE_MISFIT "does_not_fit" // the reason in quarantine

struct target_type {
    const char *name; // of a column, in DDL
    uint32_t oid;     // in pg_type
    uint32_t array_oid;
    // What of a source becomes one, and which values do not fit; for docs/types.md.
    const char *from;
    const char *misfits;
};

extern const struct target_type target_types[MIRROR_BASE_COUNT];

// Appends the type as DDL declares it, "numeric(10,2)".
void target_type_append(struct buffer *sql, const struct mirror_type *type);
// What a new column becomes.
struct mirror_type target_type_wanted(
    const struct column *column, const struct mirror_settings *settings);
bool target_type_is_same(const struct mirror_type *one, const struct mirror_type *other);
// What pg_attribute says of a column, as the type that holds the column's values. False where it
// does not hold them as they are: another type, or one with other decimals.
bool target_type_hold(
    const struct column *column, uint32_t oid, int32_t modifier, struct mirror_type *type);

// Why the column as it is held has no place for the value: a constant word, see docs/tracking.md,
// quarantine; NULL: it has. Whether an array has, target/array_value.h says.
const char *target_type_refusal(const struct column *column, const struct cell *cell);

// Appends "name type" of a column, and of all of them with commas, as DDL declares them.
void target_type_append_column(struct buffer *sql, const struct column *column);
void target_type_append_columns(struct buffer *sql, const struct column *columns, size_t count);
// The same of a temporary table that holds all of them as canonical text.
void target_type_append_texts(struct buffer *sql, const struct column *columns, size_t count);
// Appends alias.column as its canonical text, to be compared by its bytes.
void target_type_append_text(struct buffer *sql, const char *alias, const struct column *column);
// Appends a value of the type that hardly any row has, another one for each `number`, an expression
// of integers from 1 on. NULL, of which there may be many, for a type without any.
void target_type_append_spare(
    struct buffer *sql, const struct mirror_type *type, const char *number);
// Appends what is behind an expression of any type of the table to make it that.
void target_type_append_cast(struct buffer *sql);

#endif
