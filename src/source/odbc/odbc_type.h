// ODBC's words for types in ours. Pure; any thread.
#ifndef OE2PG_SOURCE_ODBC_TYPE_H
#define OE2PG_SOURCE_ODBC_TYPE_H

#include "model/table.h"

// What SQLColumns says about a column.
struct odbc_column_facts {
    int data_type;         // DATA_TYPE
    const char *type_name; // TYPE_NAME, with or without its arguments
    int64_t size;          // COLUMN_SIZE, as claimed: anything may stand here
    int64_t decimals;      // DECIMAL_DIGITS, -1 when not said
};

// Fills kind, driver_type, width, scale and is_long.
void odbc_type_describe(const struct odbc_column_facts *facts, struct column *column);

// Types that a driver may call differently in the catalogue and in a result are of one class.
enum odbc_type_class {
    ODBC_CLASS_TEXT,
    ODBC_CLASS_NUMBER,
    ODBC_CLASS_TIME,
    ODBC_CLASS_BINARY,
    ODBC_CLASS_OTHER
};
enum odbc_type_class odbc_type_class(int data_type);
// Nothing is known of ODBC_CLASS_OTHER: it is the same as any.
bool odbc_type_is_same_class(int one, int other);

// True for the types whose values are UTF-16 in the driver.
bool odbc_type_is_wide(int data_type);

#endif
