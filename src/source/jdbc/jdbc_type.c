#include "source/jdbc/jdbc_type.h"

#include "base/text.h"
#include "source/product/product.h"
#include "source/type_name.h"

// Declared widths beyond the first are no help in sizing anything, beyond the second no bound that
// values come near to.
enum { WIDTH_MAX = 1000000000, TEXT_BOUND_MAX = 32000, DECIMALS_MAX = 1000, UUID_WIDTH = 36 };

_Static_assert((int)JDBC_OTHER == (int)PRODUCT_TYPE_OTHER, "the doors share it");

static enum value_kind
kind_of_type(int data_type)
{
    switch (data_type) {
    case JDBC_TINYINT:
    case JDBC_SMALLINT:
    case JDBC_INTEGER:
    case JDBC_BIGINT:
        return VALUE_INTEGER;
    case JDBC_NUMERIC:
    case JDBC_DECIMAL:
        return VALUE_DECIMAL;
    case JDBC_REAL:
        return VALUE_FLOAT4;
    case JDBC_FLOAT:
    case JDBC_DOUBLE:
        return VALUE_FLOAT;
    case JDBC_BIT:
    case JDBC_BOOLEAN:
        return VALUE_BOOLEAN;
    case JDBC_DATE:
        return VALUE_DATE;
    case JDBC_TIME:
        return VALUE_TIME;
    case JDBC_TIMESTAMP:
        return VALUE_TIMESTAMP;
    case JDBC_TIMESTAMP_TZ:
        return VALUE_TIMESTAMP_TZ;
    case JDBC_BINARY:
    case JDBC_VARBINARY:
    case JDBC_LONGVARBINARY:
    case JDBC_BLOB:
        return VALUE_BINARY;
    default: // characters of all sorts, OpenEdge's arrays, whatever a driver made up
        return VALUE_TEXT;
    }
}

// Drivers without a number for zones still say so in the name; OpenEdge's delivers such stamps as
// characters.
static bool
is_zoned(const char *type_name)
{
    return text_equal_nocase(type_name, "timestamp with time zone") ||
           text_equal_nocase(type_name, "timestamptz") ||
           text_equal_nocase(type_name, "timestamp_timezone");
}

static bool
is_lob(int data_type)
{
    switch (data_type) {
    case JDBC_LONGVARCHAR:
    case JDBC_LONGNVARCHAR:
    case JDBC_LONGVARBINARY:
    case JDBC_CLOB:
    case JDBC_NCLOB:
    case JDBC_BLOB:
    case JDBC_SQLXML:
        return true;
    default:
        return false;
    }
}

// HSQLDB's BIT(n) and BIT VARYING have the number of one bit: a driver asked for a boolean answers
// for some of their values and fails at others.
static bool
is_bit_string(const struct jdbc_column_facts *facts)
{
    return facts->data_type == JDBC_BIT &&
           (facts->size > 1 || text_match("*varying*", facts->type_name));
}

// Drivers call it bytes, OTHER or characters; its text is what people know it by.
static bool
is_uuid(const char *type_name)
{
    return text_equal_nocase(type_name, "uuid");
}

static bool
is_unbounded(const struct jdbc_column_facts *facts, const struct column *column)
{
    bool is_counted = column->kind == VALUE_TEXT || column->kind == VALUE_BINARY;

    return is_counted &&
           (is_lob(facts->data_type) || column->width == 0 || column->width > TEXT_BOUND_MAX);
}

static bool
has_decimals(const struct jdbc_column_facts *facts, enum value_kind kind)
{
    return kind == VALUE_DECIMAL || facts->data_type == JDBC_TIME ||
           facts->data_type == JDBC_TIMESTAMP || facts->data_type == JDBC_TIMESTAMP_TZ;
}

static void
describe(
    const struct jdbc_column_facts *facts, enum value_kind kind, int scale, struct column *column)
{
    column->driver_type = facts->data_type;
    column->kind = kind;
    column->width = facts->size > 0 && facts->size <= WIDTH_MAX ? (size_t)facts->size : 0;
    column->scale = has_decimals(facts, kind) ? scale : -1;
    column->is_long = is_unbounded(facts, column);
    if (!is_uuid(facts->type_name))
        return;
    column->kind = VALUE_TEXT;
    column->driver_type = JDBC_OTHER;
    column->width = UUID_WIDTH;
    column->is_long = false;
}

static int
scale_of(int64_t decimals)
{
    return decimals >= 0 && decimals <= DECIMALS_MAX ? (int)decimals : -1;
}

void
jdbc_type_describe(const struct jdbc_column_facts *facts, struct column *column)
{
    enum value_kind kind = is_zoned(facts->type_name) ? VALUE_TIMESTAMP_TZ
                           : is_bit_string(facts)     ? VALUE_TEXT
                                                      : kind_of_type(facts->data_type);

    describe(facts, kind, scale_of(facts->decimals), column);
}

// A single float is one by its values alone: SQLite's REAL holds doubles.
static enum value_kind
kind_of_declaration(const struct jdbc_column_facts *facts)
{
    enum value_kind kind = kind_of_type(facts->data_type);

    if (kind == VALUE_TEXT)
        return type_name_kind_of_text(facts->type_name, kind);
    kind = type_name_kind(facts->type_name, kind);
    return kind == VALUE_FLOAT4 ? VALUE_FLOAT : kind;
}

void
jdbc_type_describe_declared(const struct jdbc_column_facts *facts, struct column *column)
{
    struct jdbc_column_facts declared = *facts;
    enum value_kind kind = kind_of_declaration(facts);
    long first = 0;
    long second = -1;

    if (type_name_arguments(facts->type_name, &first, &second) && first > 0) {
        declared.size = first;
        declared.decimals = second > 0 ? second : 0;
    } else if (facts->data_type != JDBC_NUMERIC && facts->data_type != JDBC_DECIMAL) {
        declared.decimals = -1; // those of a number that is another type to the driver
    }
    describe(&declared, kind, scale_of(declared.decimals), column);
}

enum jdbc_type_class
jdbc_type_class(int data_type)
{
    switch (kind_of_type(data_type)) {
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_FLOAT:
    case VALUE_FLOAT4:
    case VALUE_BOOLEAN:
        return JDBC_CLASS_NUMBER;
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_TIMESTAMP_TZ:
        return JDBC_CLASS_TIME;
    case VALUE_BINARY:
        return JDBC_CLASS_BINARY;
    case VALUE_TEXT:
        break;
    }
    switch (data_type) {
    case JDBC_CHAR:
    case JDBC_VARCHAR:
    case JDBC_LONGVARCHAR:
    case JDBC_NCHAR:
    case JDBC_NVARCHAR:
    case JDBC_LONGNVARCHAR:
    case JDBC_CLOB:
    case JDBC_NCLOB:
        return JDBC_CLASS_TEXT;
    default:
        return JDBC_CLASS_OTHER;
    }
}

bool
jdbc_type_is_same_class(int promised_type, int found_type)
{
    enum jdbc_type_class promised = jdbc_type_class(promised_type);
    enum jdbc_type_class found = jdbc_type_class(found_type);

    return promised == found || promised == JDBC_CLASS_OTHER || found == JDBC_CLASS_OTHER;
}
