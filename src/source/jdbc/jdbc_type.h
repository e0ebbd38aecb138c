// JDBC's words for types in ours. Pure; any thread.
#ifndef OE2PG_SOURCE_JDBC_TYPE_H
#define OE2PG_SOURCE_JDBC_TYPE_H

#include "model/table.h"

// java.sql.Types.
enum {
    JDBC_BIT = -7,
    JDBC_TINYINT = -6,
    JDBC_BIGINT = -5,
    JDBC_LONGVARBINARY = -4,
    JDBC_VARBINARY = -3,
    JDBC_BINARY = -2,
    JDBC_LONGVARCHAR = -1,
    JDBC_NCHAR = -15,
    JDBC_NVARCHAR = -9,
    JDBC_LONGNVARCHAR = -16,
    JDBC_CHAR = 1,
    JDBC_NUMERIC = 2,
    JDBC_DECIMAL = 3,
    JDBC_INTEGER = 4,
    JDBC_SMALLINT = 5,
    JDBC_FLOAT = 6,
    JDBC_REAL = 7,
    JDBC_DOUBLE = 8,
    JDBC_VARCHAR = 12,
    JDBC_BOOLEAN = 16,
    JDBC_DATE = 91,
    JDBC_TIME = 92,
    JDBC_TIMESTAMP = 93,
    JDBC_OTHER = 1111,
    JDBC_BLOB = 2004,
    JDBC_CLOB = 2005,
    JDBC_NCLOB = 2011,
    JDBC_SQLXML = 2009,
    JDBC_TIMESTAMP_TZ = 2014,
};

// What DatabaseMetaData.getColumns says about a column.
struct jdbc_column_facts {
    int data_type;
    const char *type_name; // with or without its arguments
    int64_t size;          // as claimed: anything may stand here
    int64_t decimals;      // -1 when not said
};

// Fills kind, driver_type, width, scale and is_long.
void jdbc_type_describe(const struct jdbc_column_facts *facts, struct column *column);
// The same where the number is a guess of the driver's (SQLite's says VARCHAR for a date and FLOAT
// for DECIMAL): what the declaration says wins, as it does by ODBC.
void jdbc_type_describe_declared(const struct jdbc_column_facts *facts, struct column *column);

// Types that a driver may call differently in the catalogue and in a result are of one class.
enum jdbc_type_class {
    JDBC_CLASS_TEXT,
    JDBC_CLASS_NUMBER,
    JDBC_CLASS_TIME,
    JDBC_CLASS_BINARY,
    JDBC_CLASS_OTHER
};
enum jdbc_type_class jdbc_type_class(int data_type);
// True where two numbers of types may stand for one column: JDBC_CLASS_OTHER goes with any.
bool jdbc_type_is_same_class(int promised_type, int found_type);

#endif
