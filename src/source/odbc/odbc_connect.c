#include "source/odbc/odbc_connect.h"

#include "base/text.h"
#include "source/odbc/odbc_sqlite.h"
#include "source/sqlite_file.h"

#include <string.h>

// Which values a driver lets stand in braces. Measured: SQLite's takes braces as part of the file's
// name, psqlODBC takes them off the password only, MariaDB's off everything.
enum bracing { BRACES_NEVER, BRACES_PASSWORD, BRACES_ALWAYS };

enum { OPTION_MAX = 8, SPELLING_MAX = 4 };

// A value that is asked for unless the user said something else. `value` NULL: the number of rows a
// network fetch (settings->fetch_size or DEFAULT_FETCH), the isolation level as DataDirect counts
// it, or the seconds for connecting.
struct option {
    const char *key;
    const char *alias; // its other spelling, or NULL
    const char *value;
    enum {
        OPTION_FIXED,
        OPTION_FETCH,
        OPTION_ISOLATION,
        OPTION_LOGIN_TIMEOUT,
        OPTION_TRUNCATES // fixed, but only where values too wide are to be cut
    } meaning;
};

struct odbc_dialect {
    const char *patterns[SPELLING_MAX]; // in driver names and library paths
    const char *products[SPELLING_MAX]; // SQL_DBMS_NAME
    enum bracing bracing;
    void (*prepare)(void); // before the driver is loaded; NULL: nothing
    // What is wrong with a database that cannot be opened ("": its name is not known). NULL: the
    // driver says it.
    void (*explain)(const char *database, struct error *err);
    const char *host; // NULL: the driver has no such key
    const char *port;
    const char *database;
    const char *user;
    const char *password;
    struct option options[OPTION_MAX];
};

enum { DEFAULT_FETCH = 1000 };

static const struct odbc_dialect dialects[] = {
    // StepAPI: rows one by one instead of the whole result in memory. NoCreat: a missing file is an
    // error, not a new empty database. Timeout: milliseconds to wait for a writer's lock.
    { .patterns = { "*sqlite*" },
        .products = { "SQLite*" },
        .bracing = BRACES_NEVER,
        .prepare = odbc_sqlite_unlock,
        .explain = sqlite_file_explain,
        .database = "Database",
        .options = { { "StepAPI", NULL, "1", OPTION_FIXED }, { "NoCreat", NULL, "1", OPTION_FIXED },
            { "Timeout", NULL, "30000", OPTION_FIXED } } },
    // UseDeclareFetch: a cursor in the server instead of the whole result in memory. BoolsAsChar:
    // the catalogue says which columns are booleans. CommLog, Debug: Debian's odbcinst.ini has the
    // driver write a log of all statements into /tmp.
    { .patterns = { "*psqlodbc*", "*postgres*" },
        .products = { "PostgreSQL*" },
        .bracing = BRACES_PASSWORD,
        .host = "Servername",
        .port = "Port",
        .database = "Database",
        .user = "UID",
        .password = "PWD",
        .options = { { "UseDeclareFetch", "B6", "1", OPTION_FIXED },
            { "Fetch", "A7", NULL, OPTION_FETCH }, { "BoolsAsChar", "B9", "0", OPTION_FIXED },
            { "CommLog", "B3", "0", OPTION_FIXED }, { "Debug", "B2", "0", OPTION_FIXED } } },
    // It knows FORWARDONLY and still holds whole results; UTF-8 of four bytes must be asked for.
    { .patterns = { "*maodbc*", "*mariadb*" },
        .products = { "MariaDB*" },
        .bracing = BRACES_ALWAYS,
        .host = "SERVER",
        .port = "PORT",
        .database = "DATABASE",
        .user = "UID",
        .password = "PWD",
        .options = { { "CHARSET", NULL, "utf8mb4", OPTION_FIXED },
            { "FORWARDONLY", NULL, "1", OPTION_FIXED } } },
    { .patterns = { "*mysql*", "*myodbc*" },
        .products = { "MySQL*" },
        .bracing = BRACES_ALWAYS,
        .host = "SERVER",
        .port = "PORT",
        .database = "DATABASE",
        .user = "UID",
        .password = "PWD",
        .options = { { "CHARSET", NULL, "utf8mb4", OPTION_FIXED },
            { "FORWARD_CURSOR", NULL, "1", OPTION_FIXED },
            { "NO_CACHE", NULL, "1", OPTION_FIXED } } },
    // IACP 106 is UTF-8, and UWCT lets texts be described as wide; AS is the rows of a network
    // fetch
    // (50 unless said); DIL 0 reads uncommitted; LT is the seconds for a login. XO takes options
    // that
    // have no key of their own, in their own case.
    { .patterns = { "*openedge*", "*pgoe*" },
        .products = { "OpenEdge*", "*Progress*" },
        .bracing = BRACES_ALWAYS,
        .host = "HOST",
        .port = "PORT",
        .database = "DB",
        .user = "UID",
        .password = "PWD",
        .options = { { "DIL", "DefaultIsolationLevel", NULL, OPTION_ISOLATION },
            { "AS", "ArraySize", NULL, OPTION_FETCH },
            { "IACP", "IANAAppCodePage", "106", OPTION_FIXED },
            { "LT", "LoginTimeout", NULL, OPTION_LOGIN_TIMEOUT },
            { "UWCT", "UseWideCharacterTypes", "1", OPTION_FIXED },
            { "XO", "ExtendedOptions", "{truncateTooLarge=output}", OPTION_TRUNCATES } } },
};

// The spelling that most drivers understand.
static const struct odbc_dialect common_dialect = {
    .bracing = BRACES_ALWAYS,
    .host = "SERVER",
    .port = "PORT",
    .database = "DATABASE",
    .user = "UID",
    .password = "PWD",
};

static bool
matches_any(const char *const patterns[SPELLING_MAX], const char *name)
{
    for (size_t i = 0; i < SPELLING_MAX && patterns[i] != NULL; i++) {
        if (text_match(patterns[i], name))
            return true;
    }
    return false;
}

const struct odbc_dialect *
odbc_dialect_of_driver(const char *driver)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (matches_any(dialects[i].patterns, driver))
            return &dialects[i];
    }
    return NULL;
}

const struct odbc_dialect *
odbc_dialect_of_product(const char *dbms_name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (matches_any(dialects[i].products, dbms_name))
            return &dialects[i];
    }
    return NULL;
}

void
odbc_dialect_prepare(const struct odbc_dialect *dialect)
{
    if (dialect != NULL && dialect->prepare != NULL)
        dialect->prepare();
}

static const char *
skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

// Reads a value at p, in braces or up to the next `;`, into `value` (NULL: skip it); returns where
// the next pair begins.
static const char *
read_value(const char *p, struct buffer *value)
{
    if (*p == '{') {
        for (p++; *p != '\0'; p++) {
            if (*p == '}' && p[1] != '}')
                break;
            if (*p == '}')
                p++;
            if (value != NULL)
                (void)buffer_append_byte(value, *p);
        }
        p += strcspn(p, ";");
    } else {
        size_t size = strcspn(p, ";");

        if (value != NULL)
            (void)buffer_append(value, p, size);
        p += size;
    }
    return *p == ';' ? p + 1 : p;
}

static bool
is_key(const char *text, size_t size, const char *key)
{
    while (size > 0 && text[size - 1] == ' ')
        size--;
    if (strlen(key) != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text_lower_character((unsigned char)text[i]) !=
            text_lower_character((unsigned char)key[i]))
            return false;
    }
    return true;
}

bool
odbc_connection_find(const char *connection, const char *key, struct buffer *value)
{
    const char *p = skip_blanks(connection);

    while (*p != '\0') {
        size_t size = strcspn(p, "=;");
        bool is_wanted = is_key(p, size, key);

        if (p[size] != '=') {
            p = skip_blanks(p + size + (p[size] == ';' ? 1 : 0));
            continue;
        }
        p = skip_blanks(read_value(skip_blanks(p + size + 1), is_wanted ? value : NULL));
        if (is_wanted)
            return true;
    }
    return false;
}

void
odbc_dialect_explain(const struct odbc_dialect *dialect, const char *connection, struct error *err)
{
    struct buffer name;

    if (dialect == NULL || dialect->explain == NULL)
        return;
    buffer_init(&name, strlen(connection) + 1);
    (void)odbc_connection_find(connection, dialect->database, &name);
    dialect->explain(buffer_text(&name), err);
    buffer_release(&name);
}

void
odbc_dialect_explain_database(
    const struct odbc_dialect *dialect, const char *database, struct error *err)
{
    if (dialect != NULL && dialect->explain != NULL)
        dialect->explain(database, err);
}

static bool
has_key(const char *connection, const char *key)
{
    return key != NULL && odbc_connection_find(connection, key, NULL);
}

enum { KEY_MAX = 64, SLIP_MIN = 4, SLIP_MAX = 2 };

// A key of the string that is nearly `wanted`, in `found`; short ones are near to anything.
static bool
find_slip(const char *connection, const char *wanted, char found[KEY_MAX])
{
    const char *p = skip_blanks(connection);

    while (*p != '\0') {
        size_t size = strcspn(p, "=;");

        if (p[size] == '=' && size >= SLIP_MIN && size < KEY_MAX) {
            (void)text_print(found, KEY_MAX, "%.*s", (int)size, p);
            if (text_distance(found, wanted) <= SLIP_MAX)
                return true;
        }
        p += size;
        p = skip_blanks(*p == '=' ? read_value(skip_blanks(p + 1), NULL) : p + (*p == ';' ? 1 : 0));
    }
    return false;
}

void
odbc_dialect_explain_keys(const struct odbc_dialect *dialect, const char *given, struct error *err)
{
    const struct odbc_dialect *known = dialect != NULL ? dialect : &common_dialect;
    const char *const wanted[] = { "Driver", known->host, known->port, known->database };
    char found[KEY_MAX];

    if (given == NULL)
        return;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (wanted[i] == NULL || strlen(wanted[i]) < SLIP_MIN || has_key(given, wanted[i]) ||
            !find_slip(given, wanted[i], found))
            continue;
        err->hint[0] = '\0';
        (void)error_hint(err,
            "In progress_db.odbc_connection \"%s\" is most likely meant to be \"%s\".", found,
            wanted[i]);
        return;
    }
}

static bool
needs_braces(const char *value)
{
    size_t size = strlen(value);

    return strpbrk(value, ";{}[]=") != NULL ||
           (size > 0 && (value[0] == ' ' || value[size - 1] == ' '));
}

// Some characters cannot be said at all where a driver takes braces literally.
static bool
append_plain(struct buffer *connection, const char *key, const char *value, struct error *err)
{
    size_t size = strlen(value);

    if (strchr(value, ';') != NULL || value[0] == ' ' || value[0] == '{' ||
        (size > 0 && value[size - 1] == ' ')) {
        (void)error_set(err, ERROR_CONFIG,
            "this ODBC driver has no way to be given a %s that holds a semicolon, begins with "
            "a brace or begins or ends with a blank",
            key);
        return error_hint(err, "Rename it, or define a data source in odbc.ini and connect with "
                               "odbc_connection \"DSN=...\".");
    }
    (void)buffer_printf(connection, "%s=%s;", key, value);
    return true;
}

static bool
append_value(struct buffer *connection, const char *key, const char *value, bool can_brace,
    struct error *err)
{
    if (!can_brace)
        return append_plain(connection, key, value, err);
    if (!needs_braces(value)) {
        (void)buffer_printf(connection, "%s=%s;", key, value);
        return true;
    }
    (void)buffer_printf(connection, "%s={", key);
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '}')
            (void)buffer_append_byte(connection, '}');
        (void)buffer_append_byte(connection, *p);
    }
    (void)buffer_append_text(connection, "};");
    return true;
}

static bool
append_given(struct buffer *connection, const struct odbc_dialect *dialect, const char *key,
    const char *value, struct error *err)
{
    bool can_brace = dialect->bracing == BRACES_ALWAYS ||
                     (dialect->bracing == BRACES_PASSWORD && key == dialect->password);

    if (key == NULL || value == NULL || value[0] == '\0')
        return true;
    return append_value(connection, key, value, can_brace, err);
}

// Whoever gave a DSN or a user in the string gave the login as he wanted it, unless it is missing.
static bool
append_login(const struct source_settings *settings, const struct odbc_dialect *dialect,
    struct buffer *connection, struct error *err)
{
    const char *given = settings->odbc_connection != NULL ? settings->odbc_connection : "";

    if (!has_key(given, "UID") && !has_key(given, "User") && !has_key(given, "LogonID") &&
        !has_key(given, "Username") &&
        !append_given(connection, dialect, dialect->user, settings->user, err))
        return false;
    if (has_key(given, "PWD") || has_key(given, "Password"))
        return true;
    return append_given(connection, dialect, dialect->password, settings->password, err);
}

static void
append_options(const struct source_settings *settings, const struct odbc_dialect *dialect,
    struct buffer *connection)
{
    const char *given = settings->odbc_connection != NULL ? settings->odbc_connection : "";

    for (size_t i = 0; i < OPTION_MAX && dialect->options[i].key != NULL; i++) {
        const struct option *option = &dialect->options[i];

        if (has_key(given, option->key) || has_key(given, option->alias))
            continue;
        switch (option->meaning) {
        case OPTION_FIXED:
            (void)buffer_printf(connection, "%s=%s;", option->key, option->value);
            break;
        case OPTION_FETCH:
            (void)buffer_printf(connection, "%s=%d;", option->key,
                settings->fetch_size > 0 ? settings->fetch_size : DEFAULT_FETCH);
            break;
        case OPTION_ISOLATION:
            (void)buffer_printf(connection, "%s=%d;", option->key,
                settings->isolation == SOURCE_READ_UNCOMMITTED ? 0 : 1);
            break;
        case OPTION_LOGIN_TIMEOUT:
            (void)buffer_printf(connection, "%s=%d;", option->key, settings->connect_timeout_s);
            break;
        case OPTION_TRUNCATES:
            if (settings->truncates)
                (void)buffer_printf(connection, "%s=%s;", option->key, option->value);
            break;
        }
    }
}

static bool
build_from_parts(const struct source_settings *settings, const struct odbc_dialect *dialect,
    struct buffer *connection, struct error *err)
{
    char port[16] = "";

    if (settings->odbc_driver == NULL || settings->odbc_driver[0] == '\0') {
        (void)error_set(err, ERROR_CONFIG, "the ODBC driver is not named");
        return error_hint(err, "Set progress_db.odbc_driver to a name from odbcinst -q -d, or "
                               "progress_db.odbc_connection to a whole connection string.");
    }
    if (settings->port > 0)
        (void)text_print(port, sizeof port, "%d", settings->port);
    // The driver manager reads this one itself and always takes braces.
    return append_value(connection, "Driver", settings->odbc_driver, true, err) &&
           append_given(connection, dialect, dialect->host, settings->host, err) &&
           append_given(connection, dialect, dialect->port, port, err) &&
           append_given(connection, dialect, dialect->database, settings->db_name, err);
}

bool
odbc_connection_build(const struct source_settings *settings, const struct odbc_dialect *dialect,
    struct buffer *connection, struct error *err)
{
    const char *given = settings->odbc_connection;

    if (dialect == NULL)
        dialect = &common_dialect;
    if (given != NULL && given[0] != '\0') {
        size_t size = strlen(given);

        (void)buffer_append(connection, given, size);
        if (given[size - 1] != ';')
            (void)buffer_append_byte(connection, ';');
    } else if (!build_from_parts(settings, dialect, connection, err)) {
        return false;
    }
    if (!append_login(settings, dialect, connection, err))
        return false;
    append_options(settings, dialect, connection);
    return !connection->failed || error_set(err, ERROR_CONFIG, "the connection string is too long");
}
