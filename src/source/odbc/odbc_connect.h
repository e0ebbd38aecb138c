// Connection strings: which keywords a driver wants, what has to be added to make it stream and
// stay harmless. Pure, but for odbc_dialect_prepare and odbc_dialect_explain; any thread.
#ifndef OE2PG_SOURCE_ODBC_CONNECT_H
#define OE2PG_SOURCE_ODBC_CONNECT_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/settings.h"

// How one family of drivers spells its connection string.
struct odbc_dialect;

// By the driver's name or library path; NULL when nothing in it is known.
const struct odbc_dialect *odbc_dialect_of_driver(const char *driver);
// By SQL_DBMS_NAME; NULL when unknown.
const struct odbc_dialect *odbc_dialect_of_product(const char *dbms_name);
// To be done before a connection by such a driver, by one thread at a time; NULL is allowed.
void odbc_dialect_prepare(const struct odbc_dialect *dialect);

// After a failure to connect by it with this connection string: says in `err` what is wrong with
// the database, where that is a file. NULL is allowed.
void odbc_dialect_explain(
    const struct odbc_dialect *dialect, const char *connection, struct error *err);

// After a failure to connect by a connection string as somebody wrote it: names a key that is most
// likely a slip, in the place of another remedy. NULL is allowed for both.
void odbc_dialect_explain_keys(
    const struct odbc_dialect *dialect, const char *given, struct error *err);

// The same for a database whose name the driver told.
void odbc_dialect_explain_database(
    const struct odbc_dialect *dialect, const char *database, struct error *err);

// Appends the value of `key` (compared without case, braces taken off) to `value`. False when the
// connection string has no such key.
bool odbc_connection_find(const char *connection, const char *key, struct buffer *value);

// Writes the connection string. settings->odbc_connection is taken as it stands, its own options
// win; user and password are added when they are set and it has none. NULL as dialect: the common
// spelling and nothing added to what was given.
bool odbc_connection_build(const struct source_settings *settings,
    const struct odbc_dialect *dialect, struct buffer *connection, struct error *err)
    __attribute__((warn_unused_result));

#endif
