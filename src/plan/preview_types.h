// What a preview says about the types of columns: those to come, those that stay, and those that
// would hold what does not fit. Pure; any thread.
#ifndef OE2PG_PLAN_PREVIEW_TYPES_H
#define OE2PG_PLAN_PREVIEW_TYPES_H

#include "plan/preview_input.h"

// As DDL declares the column's type.
const char *preview_type_name(
    struct arena *arena, const struct column *column, const struct mirror_settings *settings);
// The columns of a table to come; text is only counted, other types are a choice and are named.
const char *preview_columns(
    struct arena *arena, const struct table *table, const struct mirror_settings *settings);
// Writes sentences to `warnings`, which has room for two and one a misfit of the inspection;
// returns how many.
size_t preview_warn_of_types(
    struct arena *arena, const struct preview_input *input, const char **warnings);

#endif
