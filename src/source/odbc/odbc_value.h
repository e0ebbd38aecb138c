// Single values: long ones in pieces, UTF-16 to UTF-8.
#ifndef OE2PG_SOURCE_ODBC_VALUE_H
#define OE2PG_SOURCE_ODBC_VALUE_H

#include "source/odbc/odbc.h"

enum odbc_value_state {
    ODBC_VALUE_READ,
    ODBC_VALUE_NULL,
    ODBC_VALUE_TOO_LONG, // beyond the limit; what was read of it is to be thrown away
    ODBC_VALUE_FAILED,   // err is filled
};

// Appends a whole value of the present row by SQLGetData: bytes as they are for SQL_C_CHAR and
// SQL_C_BINARY, UTF-8 for SQL_C_WCHAR (`wide` is scratch for it). At most `limit` bytes.
enum odbc_value_state odbc_value_get(const struct odbc_statement *statement, SQLUSMALLINT item,
    SQLSMALLINT c_type, size_t limit, struct buffer *value, struct buffer *wide, struct error *err);

// Appends UTF-16 (native byte order, `size` bytes) as UTF-8. A surrogate without its partner has no
// UTF-8: it becomes the three bytes that the same arithmetic gives (as WTF-8 does), which nothing
// that checks for UTF-8 accepts, so that the value ends in quarantine instead of being changed.
// False when the buffer's cap is met.
bool odbc_value_append_utf16(struct buffer *value, const char *bytes, size_t size);

#endif
