// SQLite's library and its file, for libsqliteodbc; what is known of its SQL and its values is
// product/sqlite.c.
#ifndef OE2PG_SOURCE_ODBC_SQLITE_H
#define OE2PG_SOURCE_ODBC_SQLITE_H

#include "base/error.h"

// A failure to open the file that SQLite's own number is told of: says in `err` what is wrong with
// it, by name, and the remedy. `path` "": not known. Leaves all other errors.
void odbc_sqlite_explain(const char *path, struct error *err);

// Before the first connection, by one thread at a time; later it does nothing. No connection is
// used by two threads at a time, so SQLite need not lock at every call, nor count its memory under
// one lock for all. Without this library nothing happens.
void odbc_sqlite_unlock(void);

#endif
