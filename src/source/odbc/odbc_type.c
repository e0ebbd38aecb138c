#include "source/odbc/odbc_type.h"

#include "source/type_name.h"

#include <sql.h>
#include <sqlext.h>

// Declared widths beyond this are no help in sizing a buffer.
enum { WIDTH_MAX = 1000000000, TEXT_BOUND_MAX = 2000, DECIMALS_MAX = 1000 };

static enum value_kind
kind_of_number(int data_type)
{
    switch (data_type) {
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
        return VALUE_INTEGER;
    case SQL_NUMERIC:
    case SQL_DECIMAL:
        return VALUE_DECIMAL;
    case SQL_REAL:
        return VALUE_FLOAT4;
    case SQL_FLOAT:
    case SQL_DOUBLE:
        return VALUE_FLOAT;
    case SQL_BIT:
        return VALUE_BOOLEAN;
    case SQL_TYPE_DATE:
    case SQL_DATE:
        return VALUE_DATE;
    case SQL_TYPE_TIME:
    case SQL_TIME:
        return VALUE_TIME;
    case SQL_TYPE_TIMESTAMP:
    case SQL_TIMESTAMP:
        return VALUE_TIMESTAMP;
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
        return VALUE_BINARY;
    default: // characters of all sorts, intervals, GUIDs, and numbers a driver made up
        return VALUE_TEXT;
    }
}

static bool
is_unbounded(const char *type_name, const struct column *column)
{
    if (column->kind != VALUE_TEXT && column->kind != VALUE_BINARY)
        return false;
    // A LOB's declared size is its limit, not what its values need.
    if (type_name_begins(type_name, "clob") || type_name_begins(type_name, "blob") ||
        type_name_begins(type_name, "text"))
        return true;
    return column->driver_type == SQL_LONGVARCHAR || column->driver_type == SQL_WLONGVARCHAR ||
           column->driver_type == SQL_LONGVARBINARY || column->width == 0 ||
           column->width > TEXT_BOUND_MAX;
}

void
odbc_type_describe(const struct odbc_column_facts *facts, struct column *column)
{
    long first = 0;
    long second = -1;

    column->driver_type = facts->data_type;
    // The name wins over the number: SQLite's driver says VARCHAR for DECIMAL and DOUBLE for
    // NUMERIC, others have no number for zones.
    column->kind = type_name_kind(facts->type_name, kind_of_number(facts->data_type));
    column->width = facts->size > 0 && facts->size <= WIDTH_MAX ? (size_t)facts->size : 0;
    column->scale = -1;
    if (column->kind == VALUE_DECIMAL && facts->decimals >= 0 && facts->decimals <= DECIMALS_MAX)
        column->scale = (int)facts->decimals;
    // SQLite's driver says 0 decimals in some results and 2 in others; the declaration is certain.
    if (type_name_arguments(facts->type_name, &first, &second) && first > 0 && first <= WIDTH_MAX) {
        column->width = (size_t)first;
        if (column->kind == VALUE_DECIMAL)
            column->scale = second >= 0 && second <= DECIMALS_MAX ? (int)second : 0;
    } else if (column->kind == VALUE_DECIMAL && facts->data_type != SQL_NUMERIC &&
               facts->data_type != SQL_DECIMAL) {
        column->scale = -1; // the driver thinks it a text or a double
    }
    column->is_long = is_unbounded(facts->type_name, column);
}

enum odbc_type_class
odbc_type_class(int data_type)
{
    switch (data_type) {
    case SQL_CHAR:
    case SQL_VARCHAR:
    case SQL_LONGVARCHAR:
    case SQL_WCHAR:
    case SQL_WVARCHAR:
    case SQL_WLONGVARCHAR:
    case SQL_GUID:
        return ODBC_CLASS_TEXT;
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
        return ODBC_CLASS_BINARY;
    default:
        break;
    }
    switch (kind_of_number(data_type)) {
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_FLOAT:
    case VALUE_FLOAT4:
    case VALUE_BOOLEAN:
        return ODBC_CLASS_NUMBER;
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_TIMESTAMP_TZ:
        return ODBC_CLASS_TIME;
    case VALUE_TEXT:
    case VALUE_BINARY:
        break;
    }
    return ODBC_CLASS_OTHER;
}

bool
odbc_type_is_same_class(int one, int other)
{
    enum odbc_type_class first = odbc_type_class(one);
    enum odbc_type_class second = odbc_type_class(other);

    return first == second || first == ODBC_CLASS_OTHER || second == ODBC_CLASS_OTHER;
}

bool
odbc_type_is_wide(int data_type)
{
    return data_type == SQL_WCHAR || data_type == SQL_WVARCHAR || data_type == SQL_WLONGVARCHAR;
}
