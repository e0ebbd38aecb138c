#include "source/odbc/odbc_sqlite.h"

#include "base/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// --- the file

// Numbers of sqlite3.h, which the driver hands on.
enum { SQLITE_CORRUPT = 11, SQLITE_CANTOPEN = 14, SQLITE_NOTADB = 26 };

static void
say(struct error *err, const char *path, const char *what, const char *hint)
{
    struct error cause = *err;

    (void)error_set(err, ERROR_SOURCE, "could not open the SQLite database: \"%s\" %s", path, what);
    err->native_code = cause.native_code;
    (void)text_print(err->sqlstate, sizeof err->sqlstate, "%s", cause.sqlstate);
    (void)error_hint(err, "%s", hint);
}

static void
explain_unopened(const char *path, struct error *err)
{
    struct stat attributes;

    if (stat(path, &attributes) != 0) {
        if (errno == EACCES)
            say(err, path, "is in a folder that may not be entered",
                "Let the user that runs oe2pg enter it and read the file.");
        else
            say(err, path, "does not exist",
                path[0] == '/' ? "Name the file as Database in progress_db.odbc_connection, or as "
                                 "progress_db.db_name."
                               : "Name the file by its full path: a relative one begins at the "
                                 "folder in which oe2pg was started.");
    } else if (!S_ISREG(attributes.st_mode)) {
        say(err, path, "is no file", "Name the database's file, not the folder that it is in.");
    } else if (access(path, R_OK) != 0) {
        say(err, path, "may not be read", "Let the user that runs oe2pg read it.");
    } else {
        say(err, path, "cannot be opened",
            "A database in WAL mode needs its -shm file, or the right to make one in its folder.");
    }
}

void
odbc_sqlite_explain(const char *path, struct error *err)
{
    bool is_known = err->native_code == SQLITE_CORRUPT || err->native_code == SQLITE_CANTOPEN ||
                    err->native_code == SQLITE_NOTADB;

    if (!is_known)
        return;
    if (path[0] == '\0') {
        err->hint[0] = '\0';
        (void)error_hint(err, "See that the data source's Database names a file of SQLite that the "
                              "user who runs oe2pg may read.");
    } else if (err->native_code == SQLITE_NOTADB) {
        say(err, path, "is not a SQLite database",
            "Name the file of a SQLite database; one that is encrypted cannot be read.");
    } else if (err->native_code == SQLITE_CORRUPT) {
        say(err, path, "is damaged",
            "Run PRAGMA integrity_check on it with sqlite3, and restore it from a copy.");
    } else {
        explain_unopened(path, err);
    }
}

// --- the library

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
