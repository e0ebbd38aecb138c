// Which PostgreSQL type is the counterpart of a source's: one whose text is the canonical text of
// every value that the source's type can hold, or of all that it is meant for.
#include "base/text.h"
#include "source/product/products.h"

// Numbers of integer types that ODBC and JDBC share.
enum { TINYINT = -6, BIGINT = -5, INTEGER = 4, SMALLINT = 5 };
// Of PostgreSQL: digits of a numeric, decimals of a time.
enum { PRECISION_MAX = 1000, STAMP_DECIMALS_MAX = 6 };

static const struct product_native *
find_native(const struct product *product, const struct column *column)
{
    for (size_t i = 0; i < product->natives.count; i++) {
        const struct product_native *native = &product->natives.list[i];

        if (text_match(native->type_name, column->type_name) ||
            (native->driver_type != 0 && native->driver_type == column->driver_type))
            return native;
    }
    return NULL;
}

static enum mirror_base
base_of_integer(const struct column *column)
{
    bool is_unsigned = text_match("*unsigned*", column->type_name);

    switch (column->driver_type) {
    case TINYINT:
        return MIRROR_INT2;
    case SMALLINT:
        return is_unsigned ? MIRROR_INT4 : MIRROR_INT2;
    case INTEGER:
        return is_unsigned ? MIRROR_INT8 : MIRROR_INT4;
    case BIGINT:
        return is_unsigned ? MIRROR_NUMERIC : MIRROR_INT8;
    default:
        return MIRROR_NUMERIC;
    }
}

// Without declared digits, or with more decimals than digits, it is any numeric.
static struct mirror_type
numeric_of(const struct product *product, const struct column *column)
{
    int digits = column->width <= PRECISION_MAX ? (int)column->width : 0;

    if (digits < product->natives.least_digits)
        digits = product->natives.least_digits;
    if (product->order.is_loosely_typed || column->scale < 0 || digits == 0 ||
        column->scale > digits)
        return (struct mirror_type){ .base = MIRROR_NUMERIC };
    return (struct mirror_type){
        .base = MIRROR_NUMERIC, .is_limited = true, .precision = digits, .scale = column->scale
    };
}

// A source that lets any value stand in any column says nothing of what its dates look like. Times
// with nanoseconds have a place in text alone.
static struct mirror_type
stamp_of(const struct product *product, const struct column *column, enum mirror_base base)
{
    int known = product->natives.stamp_decimals;
    struct mirror_type type = { .base = base };

    if (product->order.is_loosely_typed || (known > 0 ? known : column->scale) > STAMP_DECIMALS_MAX)
        return (struct mirror_type){ .base = MIRROR_TEXT };
    if (known > 0 && known < STAMP_DECIMALS_MAX && base != MIRROR_DATE) {
        type.is_limited = true;
        type.scale = known;
    }
    return type;
}

static struct mirror_type
native_of(const struct product *product, const struct column *column)
{
    const struct product_native *named = find_native(product, column);

    if (named != NULL)
        return (struct mirror_type){ .base = named->base };
    switch (column->kind) {
    case VALUE_INTEGER:
        return (struct mirror_type){
            .base = product->order.is_loosely_typed ? MIRROR_INT8 : base_of_integer(column)
        };
    case VALUE_DECIMAL:
        return numeric_of(product, column);
    case VALUE_FLOAT:
        return (struct mirror_type){ .base = MIRROR_FLOAT8 };
    case VALUE_FLOAT4:
        return (struct mirror_type){ .base = MIRROR_FLOAT4 };
    case VALUE_BOOLEAN:
        return (struct mirror_type){ .base = MIRROR_BOOL };
    case VALUE_DATE:
        return stamp_of(product, column, MIRROR_DATE);
    case VALUE_TIME:
        return stamp_of(product, column, MIRROR_TIME);
    case VALUE_TIMESTAMP:
        return stamp_of(product, column, MIRROR_TIMESTAMP);
    case VALUE_TIMESTAMP_TZ:
        return stamp_of(product, column, MIRROR_TIMESTAMPTZ);
    case VALUE_BINARY:
        return (struct mirror_type){ .base = MIRROR_BYTEA };
    case VALUE_TEXT:
        break;
    }
    return (struct mirror_type){ .base = MIRROR_TEXT };
}

void
product_native_tell(const struct product *product, struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = &table->columns[i];
        const struct column *element = column->array.element;

        column->native = native_of(product, element != NULL ? element : column);
        column->native.is_array = element != NULL;
    }
}
