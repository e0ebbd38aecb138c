#include "source/odbc/odbc_sqlite.h"

#include "base/text.h"
#include "source/odbc/odbc_value.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INTEGER_WIDTH = 19 }; // digits

// --- what may stand in a column

static bool
contains_word(const char *type_name, const char *word)
{
    char pattern[16];

    (void)text_print(pattern, sizeof pattern, "*%s*", word);
    return text_match(pattern, type_name);
}

// The rules of SQLite's manual, in their order.
static bool
has_integer_affinity(const struct column *column)
{
    return contains_word(column->type_name, "int");
}

static bool
has_text_affinity(const struct column *column)
{
    return !has_integer_affinity(column) &&
           (contains_word(column->type_name, "char") || contains_word(column->type_name, "clob") ||
               contains_word(column->type_name, "text"));
}

// Integers are stored as such, whatever they were when they came; so are numbers in a text.
static bool
has_numeric_affinity(const struct column *column)
{
    return has_integer_affinity(column) ||
           (!has_text_affinity(column) && column->type_name[0] != '\0' &&
               !contains_word(column->type_name, "blob") &&
               !contains_word(column->type_name, "real") &&
               !contains_word(column->type_name, "floa") &&
               !contains_word(column->type_name, "doub"));
}

// Reals are not expected: one that is there all the same shows by its point.
static bool
expects_no_reals(const struct column *column)
{
    return column->kind != VALUE_DECIMAL && column->kind != VALUE_FLOAT &&
           column->kind != VALUE_FLOAT4 && has_numeric_affinity(column);
}

// The driver goes by the beginning of the name: "VARBINARY TEXT" is bytes to it, and "FLOATING
// POINT" a double, where SQLite keeps whole numbers.
void
odbc_sqlite_refine(struct column *column, int64_t base_type, int64_t type_modifier)
{
    (void)base_type;
    (void)type_modifier;
    if (column->kind == VALUE_BINARY && has_text_affinity(column)) {
        column->kind = VALUE_TEXT;
        column->is_long = true;
    } else if (column->kind == VALUE_FLOAT && has_integer_affinity(column)) {
        column->kind = VALUE_INTEGER;
        column->width = INTEGER_WIDTH;
    }
}

// --- what is selected

// A real among texts or BLOBs, behind the connection's secret and this letter, which no value
// begins with.
static const char marked_real[] =
    "CASE typeof(@) WHEN 'real' THEN '$r' || printf('%!.18g', @) ELSE @ END";
// 18 digits because SQLite's own printf is one bit off with 17 for some doubles; its reading is,
// too, so that the shortening is left to us. What is a number of ten-thousandths, and not large,
// the driver's 15 digits say exactly: the quotient is rounded as a reading of that decimal would
// be.
static const char long_real[] =
    "CASE WHEN @ COLLATE BINARY = round(@ * 10000.0) / 10000.0 AND @ BETWEEN -1e10 AND 1e10 THEN @ "
    "WHEN typeof(@) = 'real' THEN printf('%!.18g', @) ELSE @ END";

static void
append_with_names(struct buffer *sql, const char *expression, const char *name, const char *secret)
{
    for (const char *p = expression; *p != '\0'; p++) {
        if (*p == '@')
            (void)buffer_append_text(sql, name);
        else if (*p == '$')
            (void)buffer_append_text(sql, secret);
        else
            (void)buffer_append_byte(sql, *p);
    }
}

static const char *
expression_of(const struct column *column, const struct odbc_note *note)
{
    if (has_text_affinity(column))
        return "@";
    if (column->kind == VALUE_TEXT || column->kind == VALUE_BINARY)
        return marked_real;
    return expects_no_reals(column) && !note->has_odd_reals ? "@" : long_real;
}

bool
odbc_sqlite_expression(const struct odbc_source *source, struct buffer *sql,
    const struct column *column, const char *name, const struct odbc_note *note)
{
    bool is_blob =
        column->kind == VALUE_BINARY || (column->kind == VALUE_TEXT && note->has_odd_texts);

    if (is_blob)
        (void)buffer_append_text(sql, "CAST(");
    append_with_names(sql, expression_of(column, note), name, source->secret);
    if (is_blob)
        (void)buffer_append_text(sql, " AS BLOB)");
    return true; // what the catalogue says of a type binds no value
}

// True for -digits.digits, then perhaps an exponent.
static bool
is_real(const char *text, size_t size)
{
    size_t at = size > 0 && text[0] == '-' ? 1 : 0;
    size_t first = at;

    while (at < size && text[at] >= '0' && text[at] <= '9')
        at++;
    if (at == first || at == size || text[at] != '.')
        return false;
    while (at < size && strchr("0123456789.e+-", text[at]) != NULL && text[at] != '\0')
        at++;
    return at == size;
}

bool
odbc_sqlite_is_odd_real(const struct column *column, const char *text, size_t size)
{
    return is_real(text, size) && expects_no_reals(column);
}

void
odbc_sqlite_take_real(const struct odbc_source *source, char *text, size_t *size)
{
    size_t mark = sizeof source->secret; // the letter in the place of its NUL

    if (*size < mark || text[mark - 1] != 'r' || memcmp(text, source->secret, mark - 1) != 0)
        return;
    *size -= mark;
    memmove(text, text + mark, *size);
    (void)odbc_value_shorten_real(text, size);
}

// Counting bytes costs a third of searching them. In a UTF-16 database they are not those that
// the driver delivers.
bool
odbc_sqlite_guard(
    struct buffer *sql, const struct column *column, const char *name, const char *code_page)
{
    if (has_text_affinity(column) && text_equal_nocase(code_page, "UTF-8")) {
        append_with_names(sql, "ifnull(length(CAST(@ AS BLOB)), 0)", name, "");
        return true;
    }
    append_with_names(sql,
        "CASE WHEN typeof(@) = 'blob' OR instr(@, char(0)) THEN 2000000000000 ELSE 0 END", name,
        "");
    return false;
}

const char odbc_sqlite_text_length[] = "length(@)";
// The length of a BLOB is known without reading it. Where texts are expected it costs less to do
// so.
const char odbc_sqlite_text_size[] = "length(CAST(@ AS BLOB))";
const char odbc_sqlite_binary_size[] =
    "CASE typeof(@) WHEN 'blob' THEN length(@) ELSE length(CAST(@ AS BLOB)) END";

// --- what is compared

static void
append_quoted(struct buffer *sql, const char *bytes, size_t size)
{
    (void)buffer_append_byte(sql, '\'');
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\'')
            (void)buffer_append_byte(sql, '\'');
        (void)buffer_append_byte(sql, bytes[i]);
    }
    (void)buffer_append_byte(sql, '\'');
}

// A literal takes the affinity of the column as a bound text does, for neither has one of its own;
// nor has a cast behind a plus. Between quotes nothing but the quote means anything to SQLite or to
// its driver. A text that is no UTF-8 or holds a NUL is written in its bytes, which are the
// database's own.
bool
odbc_sqlite_literal(const struct odbc_source *source, struct buffer *sql,
    const struct column *column, const struct cell *value)
{
    if (column->kind == VALUE_BINARY)
        return false;
    if (text_utf8_valid_size(value->bytes, value->size) == value->size) {
        append_quoted(sql, value->bytes, value->size);
        return true;
    }
    if (!text_equal_nocase(source->base.identity.code_page, "UTF-8"))
        return false;
    (void)buffer_append_text(sql, "+CAST(x'");
    for (size_t i = 0; i < value->size; i++)
        (void)buffer_printf(sql, "%02x", (unsigned)(unsigned char)value->bytes[i]);
    (void)buffer_append_text(sql, "' AS TEXT)");
    return true;
}

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
