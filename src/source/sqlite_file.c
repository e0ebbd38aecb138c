#include "source/sqlite_file.h"

#include "base/buffer.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Numbers of sqlite3.h; those that say more have them in their lowest byte.
enum {
    SQLITE_READONLY = 8,
    SQLITE_IOERR = 10,
    SQLITE_CORRUPT = 11,
    SQLITE_CANTOPEN = 14,
    SQLITE_NOTADB = 26,
    PLAIN_NUMBER = 0xFF
};

static void
say(struct error *err, const char *path, const char *what, const char *hint)
{
    struct error cause = *err;

    (void)error_set(err, ERROR_SOURCE, "could not open the SQLite database: \"%s\" %s", path, what);
    err->native_code = cause.native_code;
    (void)text_print(err->sqlstate, sizeof err->sqlstate, "%s", cause.sqlstate);
    (void)error_hint(err, "%s", hint);
}

// --- the files beside it

enum beside { BESIDE_MISSING, BESIDE_READABLE, BESIDE_UNREADABLE };

static enum beside
look_beside(const char *path, const char *ending)
{
    enum beside found = BESIDE_MISSING;
    struct stat attributes;
    struct buffer name;

    buffer_init(&name, strlen(path) + strlen(ending));
    if (buffer_append_text(&name, path) && buffer_append_text(&name, ending) &&
        stat(buffer_text(&name), &attributes) == 0)
        found = access(buffer_text(&name), R_OK) == 0 ? BESIDE_READABLE : BESIDE_UNREADABLE;
    buffer_release(&name);
    return found;
}

// The versions that whoever writes and reads it has to know: 2 is WAL mode.
static bool
is_in_wal_mode(const char *path)
{
    enum { VERSIONS_AT = 18, VERSION_WAL = 2 };
    char versions[2] = { 0 };
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read = file >= 0 &&
                   pread(file, versions, sizeof versions, VERSIONS_AT) == (ssize_t)sizeof versions;

    if (file >= 0)
        (void)close(file);
    return is_read && versions[1] == VERSION_WAL;
}

static bool
explain_wal(const char *path, struct error *err)
{
    enum beside index = look_beside(path, "-shm");

    if (!is_in_wal_mode(path))
        return false;
    if (look_beside(path, "-wal") == BESIDE_UNREADABLE || index == BESIDE_UNREADABLE)
        say(err, path, "is in WAL mode, and its -wal or -shm file may not be read",
            "Let the user that runs oe2pg read all three files.");
    else if (index == BESIDE_MISSING)
        say(err, path, "is in WAL mode, and its -shm file is missing and cannot be made",
            "Let the user that runs oe2pg write to its folder, mirror a copy that lies elsewhere, "
            "or "
            "take it out of WAL mode: PRAGMA journal_mode = DELETE, by a user that may write.");
    else
        return false;
    return true;
}

static void
explain_unreadable(const char *path, struct error *err)
{
    if (look_beside(path, "-journal") != BESIDE_MISSING)
        say(err, path, "was left in the middle of a change, which cannot be undone by this user",
            "Open it once with sqlite3 as a user that may write the file, its -journal file and "
            "their folder, or mirror a copy of both files that oe2pg may write.");
    else if (!explain_wal(path, err))
        say(err, path, "cannot be opened or read",
            "See that the user that runs oe2pg may read the file and those beside it whose names "
            "begin with its name, and that the disk has no errors.");
}

// --- it itself

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
                path[0] == '/' ? "Name the file as Database in progress_db.odbc_connection, as "
                                 "progress_db.db_name, or in progress_db.jdbc_url."
                               : "Name the file by its full path: a relative one begins at the "
                                 "folder in which oe2pg was started.");
    } else if (!S_ISREG(attributes.st_mode)) {
        say(err, path, "is no file", "Name the database's file, not the folder that it is in.");
    } else if (access(path, R_OK) != 0) {
        say(err, path, "may not be read", "Let the user that runs oe2pg read it.");
    } else {
        explain_unreadable(path, err);
    }
}

void
sqlite_file_explain(const char *path, struct error *err)
{
    long number = err->native_code & PLAIN_NUMBER;
    bool is_known = number == SQLITE_READONLY || number == SQLITE_IOERR ||
                    number == SQLITE_CORRUPT || number == SQLITE_CANTOPEN ||
                    number == SQLITE_NOTADB;

    if (!is_known)
        return;
    if (path[0] == '\0') {
        err->hint[0] = '\0';
        (void)error_hint(err, "See that the data source's Database names a file of SQLite that the "
                              "user who runs oe2pg may read.");
    } else if (number == SQLITE_NOTADB) {
        say(err, path, "is not a SQLite database",
            "Name the file of a SQLite database; one that is encrypted cannot be read.");
    } else if (number == SQLITE_CORRUPT) {
        say(err, path, "is damaged",
            "Run PRAGMA integrity_check on it with sqlite3, and restore it from a copy.");
    } else {
        explain_unopened(path, err);
    }
}
