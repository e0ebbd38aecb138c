// SQLite's library, for libsqliteodbc.
#ifndef OE2PG_SOURCE_ODBC_SQLITE_H
#define OE2PG_SOURCE_ODBC_SQLITE_H

// Before the first connection, by one thread at a time; later it does nothing. No connection is
// used by two threads at a time, so SQLite need not lock at every call, nor count its memory under
// one lock for all. Without this library nothing happens.
void odbc_sqlite_unlock(void);

#endif
