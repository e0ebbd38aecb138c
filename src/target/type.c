#include "target/type.h"

#include "target/copy_encode.h"
#include "target/native_value.h"
#include "target/target_internal.h"

#define BYTEWISE "::pg_catalog.text COLLATE pg_catalog.\"C\""

// THE table.
const struct target_type target_types[MIRROR_BASE_COUNT] = {
    [MIRROR_TEXT] = { "text", 25, 1009,
        "characters of any declared length, and all types that are not named here",
        "bytes that are no UTF-8, a NUL" },
    [MIRROR_INT2] = { "smallint", 21, 1005, "TINYINT, SMALLINT", "what is beyond 32,767" },
    [MIRROR_INT4] = { "integer", 23, 1007, "INTEGER, MEDIUMINT, SMALLINT UNSIGNED",
        "what is beyond 2,147,483,647" },
    [MIRROR_INT8] = { "bigint", 20, 1016,
        "BIGINT, OpenEdge's INT64 and RECID, INTEGER UNSIGNED, SQLite's INTEGER",
        "what is beyond 9,223,372,036,854,775,807, and what is no whole number" },
    [MIRROR_NUMERIC] = { "numeric", 1700, 1231,
        "DECIMAL and NUMERIC with the declared digits and decimals "
        "(OpenEdge by SQL or from dumps: 50 digits; SQLite: any), BIGINT UNSIGNED",
        "more digits or decimals than declared" },
    [MIRROR_BOOL] = { "boolean", 16, 1000, "LOGICAL, BOOLEAN, BIT of one bit",
        "anything but true and false" },
    [MIRROR_FLOAT4] = { "real", 700, 1021, "REAL, MariaDB's FLOAT",
        "more digits than the type tells apart" },
    [MIRROR_FLOAT8] = { "double precision", 701, 1022, "FLOAT, DOUBLE",
        "more digits than the type tells apart" },
    [MIRROR_DATE] = { "date", 1082, 1182, "DATE",
        "0000-00-00, and what is no day of the calendar" },
    [MIRROR_TIME] = { "time", 1083, 1183, "TIME", "what is beyond 24 hours; more than 6 decimals" },
    [MIRROR_TIMESTAMP] = { "timestamp", 1114, 1115, "DATETIME, TIMESTAMP (OpenEdge: timestamp(3))",
        "what is no day of the calendar; more than 6 decimals" },
    [MIRROR_TIMESTAMPTZ] = { "timestamptz", 1184, 1185,
        "DATETIME-TZ, TIMESTAMP WITH TIME ZONE, in UTC",
        "what is no day of the calendar; more than 6 decimals" },
    [MIRROR_BYTEA] = { "bytea", 17, 1001, "RAW, BLOB, BINARY, VARBINARY", "more than 200 MiB" },
    [MIRROR_UUID] = { "uuid", 2950, 2951, "UUID", "what is no UUID in lower case" },
    [MIRROR_JSON] = { "json", 114, 199, "JSON and JSONB, byte for byte", "what is no JSON" },
};

void
target_type_append(struct buffer *sql, const struct mirror_type *type)
{
    (void)buffer_append_text(sql, target_types[type->base].name);
    if (type->is_limited && type->base == MIRROR_NUMERIC)
        (void)buffer_printf(sql, "(%d,%d)", type->precision, type->scale);
    else if (type->is_limited)
        (void)buffer_printf(sql, "(%d)", type->scale);
    (void)buffer_append_text(sql, type->is_array ? "[]" : "");
}

struct mirror_type
target_type_wanted(const struct column *column, const struct mirror_settings *settings)
{
    bool is_array = column->native.is_array && settings->arrays == ARRAYS_ARRAY;

    if (settings->column_types == COLUMN_TYPES_NATIVE && is_array == column->native.is_array)
        return column->native;
    return (struct mirror_type){ .base = MIRROR_TEXT, .is_array = is_array };
}

bool
target_type_is_same(const struct mirror_type *one, const struct mirror_type *other)
{
    return one->base == other->base && one->is_array == other->is_array &&
           one->is_limited == other->is_limited &&
           (!one->is_limited || (one->precision == other->precision && one->scale == other->scale));
}

// ---- what is there -----------------------------------------------------------------------------

// The modifier of numeric(p,s) is ((p << 16) | s) + 4, s in eleven bits with a sign; that of a time
// is its decimals.
static void
read_modifier(int32_t modifier, struct mirror_type *type)
{
    enum { OFFSET = 4, SCALE_BITS = 0x7FF, SCALE_SIGN = 0x400 };

    type->is_limited = modifier >= 0;
    if (!type->is_limited)
        return;
    if (type->base != MIRROR_NUMERIC) {
        type->scale = modifier;
        return;
    }
    type->precision = (modifier - OFFSET) >> 16;
    type->scale = (((modifier - OFFSET) & SCALE_BITS) ^ SCALE_SIGN) - SCALE_SIGN;
}

// Whether values of the kind, as canonical text, are what PostgreSQL prints for the type.
static bool
prints_kind(const struct mirror_type *type, const struct column *column)
{
    switch (column->kind) {
    case VALUE_INTEGER:
        return type->base == MIRROR_INT2 || type->base == MIRROR_INT4 ||
               type->base == MIRROR_INT8 ||
               (type->base == MIRROR_NUMERIC && (!type->is_limited || type->scale == 0));
    case VALUE_DECIMAL:
        return type->base == MIRROR_NUMERIC &&
               (!type->is_limited || type->scale == (column->scale > 0 ? column->scale : 0));
    case VALUE_FLOAT:
        return type->base == MIRROR_FLOAT8;
    case VALUE_FLOAT4:
        return type->base == MIRROR_FLOAT4;
    case VALUE_BOOLEAN:
        return type->base == MIRROR_BOOL;
    case VALUE_DATE:
        return type->base == MIRROR_DATE;
    case VALUE_TIME:
        return type->base == MIRROR_TIME;
    case VALUE_TIMESTAMP:
        return type->base == MIRROR_TIMESTAMP;
    case VALUE_TIMESTAMP_TZ:
        return type->base == MIRROR_TIMESTAMPTZ;
    case VALUE_BINARY:
        return type->base == MIRROR_BYTEA;
    case VALUE_TEXT:
        break;
    }
    return type->base == column->native.base;
}

// The same of what a column is, or its elements are.
static bool
holds(const struct mirror_type *type, const struct column *column)
{
    if (type->is_array != column->native.is_array)
        return mirror_type_is_text(type);
    return type->base == MIRROR_TEXT ||
           prints_kind(type, column->array.element != NULL ? column->array.element : column);
}

bool
target_type_hold(
    const struct column *column, uint32_t oid, int32_t modifier, struct mirror_type *type)
{
    *type = (struct mirror_type){ .base = MIRROR_TEXT };
    for (int base = 0; base < MIRROR_BASE_COUNT; base++) {
        struct mirror_type found = { .base = (enum mirror_base)base,
            .is_array = target_types[base].array_oid == oid };

        if (target_types[base].oid != oid && !found.is_array)
            continue;
        read_modifier(modifier, &found);
        if (!holds(&found, column))
            return false;
        *type = found;
        return true;
    }
    return false;
}

// ---- values ------------------------------------------------------------------------------------

static const char *
native_refusal(const struct column *column, const struct cell *cell)
{
    const char *refusal = copy_value_refusal(column->kind, cell);

    if (refusal != NULL)
        return refusal;
    return native_fits(&column->held, cell) ? NULL : TYPE_MISFIT;
}

const char *
target_type_refusal(const struct column *column, const struct cell *cell)
{
    return cell->bytes == NULL || column->held.base == MIRROR_TEXT || column->held.is_array
               ? copy_value_refusal(column->kind, cell)
               : native_refusal(column, cell);
}

// ---- SQL ---------------------------------------------------------------------------------------

static void
append_column(struct buffer *sql, const struct column *column, const struct mirror_type *type)
{
    sql_append_name(sql, column->target_name);
    (void)buffer_append_byte(sql, ' ');
    target_type_append(sql, type);
}

void
target_type_append_column(struct buffer *sql, const struct column *column)
{
    append_column(sql, column, &column->held);
}

void
target_type_append_columns(struct buffer *sql, const struct column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)buffer_append_text(sql, i > 0 ? ", " : "");
        append_column(sql, &columns[i], &columns[i].held);
    }
}

void
target_type_append_texts(struct buffer *sql, const struct column *columns, size_t count)
{
    static const struct mirror_type text = { .base = MIRROR_TEXT };

    for (size_t i = 0; i < count; i++) {
        (void)buffer_append_text(sql, i > 0 ? ", " : "");
        append_column(sql, &columns[i], &text);
    }
}

void
target_type_append_text(struct buffer *sql, const char *alias, const struct column *column)
{
    (void)buffer_printf(sql, "%s.", alias);
    sql_append_name(sql, column->target_name);
    target_type_append_cast(sql);
}

// What stands before and behind a number. Far from what people keep.
static const struct {
    const char *before;
    const char *behind;
} spares[MIRROR_BASE_COUNT] = {
    [MIRROR_TEXT] = { "'oe2pg swaps ' || ", "" },
    [MIRROR_INT2] = { "(-32768 + ", ")::pg_catalog.int2" },
    [MIRROR_INT4] = { "(-2147483648 + ", ")::pg_catalog.int4" },
    [MIRROR_INT8] = { "'-9223372036854775808'::pg_catalog.int8 + ", "" },
    [MIRROR_NUMERIC] = { "", " * '-1e-200'::pg_catalog.numeric" },
    [MIRROR_FLOAT4] = { "(1e-37 * ", ")::pg_catalog.float4" },
    [MIRROR_FLOAT8] = { "(1e-300 * ", ")::pg_catalog.float8" },
    [MIRROR_DATE] = { "'5874897-12-31'::pg_catalog.date - (", ")::pg_catalog.int4" },
    [MIRROR_TIME] = { "'23:59:59'::pg_catalog.time - ", " * '1 s'::pg_catalog.interval" },
    [MIRROR_TIMESTAMP] = { "'294276-12-31'::pg_catalog.timestamp - ",
        " * '1 s'::pg_catalog.interval" },
    [MIRROR_TIMESTAMPTZ] = { "'294276-12-30 00:00+00'::pg_catalog.timestamptz - ",
        " * '1 s'::pg_catalog.interval" },
    [MIRROR_BYTEA] = { "pg_catalog.convert_to('oe2pg swaps ' || ", ", 'UTF8')" },
    [MIRROR_UUID] = { "pg_catalog.md5('oe2pg swaps ' || ", ")::pg_catalog.uuid" },
};

void
target_type_append_spare(struct buffer *sql, const struct mirror_type *type, const char *number)
{
    if (!type->is_array && type->base == MIRROR_NUMERIC && type->is_limited)
        (void)buffer_printf(sql, "('-1e%d'::pg_catalog.numeric + %s) * '1e%d'::pg_catalog.numeric",
            type->precision, number, -type->scale);
    else if (!type->is_array && spares[type->base].before != NULL)
        (void)buffer_printf(
            sql, "%s%s%s", spares[type->base].before, number, spares[type->base].behind);
    else
        (void)buffer_append_text(sql, "NULL");
}

void
target_type_append_cast(struct buffer *sql)
{
    (void)buffer_append_text(sql, BYTEWISE);
}
