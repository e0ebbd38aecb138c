// The types that a mirror's columns may have. target/type.h declares and reads them; a source says
// only which of them a column's own type is the counterpart of.
#ifndef OE2PG_MODEL_MIRROR_TYPE_H
#define OE2PG_MODEL_MIRROR_TYPE_H

#include <stdbool.h>

enum mirror_base {
    MIRROR_TEXT, // holds any canonical text
    MIRROR_INT2,
    MIRROR_INT4,
    MIRROR_INT8,
    MIRROR_NUMERIC,
    MIRROR_BOOL,
    MIRROR_FLOAT4,
    MIRROR_FLOAT8,
    MIRROR_DATE,
    MIRROR_TIME,
    MIRROR_TIMESTAMP,
    MIRROR_TIMESTAMPTZ,
    MIRROR_BYTEA,
    MIRROR_UUID,
    MIRROR_JSON,
    MIRROR_BASE_COUNT
};

// Of zeros it is text.
struct mirror_type {
    enum mirror_base base;
    bool is_limited; // numeric(precision, scale), timestamp(scale); without it any number of digits
    int precision;   // digits of a numeric in all
    int scale;       // decimals
    bool is_array;   // of elements that are that
};

static inline bool
mirror_type_is_text(const struct mirror_type *type)
{
    return type->base == MIRROR_TEXT && !type->is_array;
}

#endif
