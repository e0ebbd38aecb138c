// The file of a SQLite database, for both doors: what keeps it from being read. What is known of
// its SQL and its values is product/sqlite.c.
#ifndef OE2PG_SOURCE_SQLITE_FILE_H
#define OE2PG_SOURCE_SQLITE_FILE_H

#include "base/error.h"

// A failure to open or read the file that SQLite's own number is told of, plain or extended: says
// in `err` what is wrong with it, by name, and the remedy. `path` "": not known. Leaves all other
// errors. Looks at the file and those beside it; any thread.
void sqlite_file_explain(const char *path, struct error *err);

#endif
