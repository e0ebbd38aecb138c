#include "source/odbc/odbc_sqlite.h"

#include <dlfcn.h>
#include <stddef.h>

// Numbers of sqlite3.h, whose package nothing else needs. Measured: a third of a scan's time goes
// into the locks that these two spare.
enum { SQLITE_CONFIG_MULTITHREAD = 2, SQLITE_CONFIG_MEMSTATUS = 9 };

void
odbc_sqlite_unlock(void)
{
    // Kept open: the driver manager unloads a driver after its last connection, and what was set
    // would go with it.
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    int (*config)(int option, ...) = NULL;

    if (library == NULL)
        return;
    *(void **)&config = dlsym(library, "sqlite3_config");
    if (config == NULL)
        return;
    // Refused, and nothing lost, once SQLite is in use.
    (void)config(SQLITE_CONFIG_MULTITHREAD);
    (void)config(SQLITE_CONFIG_MEMSTATUS, 0);
}
