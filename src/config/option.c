#include "config/option.h"

#include "base/text.h"
#include "config/message.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

const char option_table_section[] = "mirror_settings.tables.NAME";

// In the order of enum source_interface, dump_incomplete, source_isolation, column_types, indexes,
// arrays, naming, witness_kind, witness_trust, dropped, wide_value, standby_readers, progress_mode
// and log_level (of three options).
static const char *const interface_words[] = { "odbc", "jdbc", "dump" };
static const char *const incomplete_words[] = { "refuse", "accept" };
static const char *const isolation_words[] = { "read_uncommitted", "read_committed" };
static const char *const column_type_words[] = { "text", "native" };
static const char *const index_words[] = { "none", "keys", "all" };
static const char *const array_words[] = { "array", "columns", "text" };
static const char *const naming_words[] = { "plain", "lower", "exact" };
static const char *const witness_words[] = { "auto", "counters", "none" };
static const char *const trust_words[] = { "proofs", "now" };
static const char *const dropped_words[] = { "keep", "drop" };
static const char *const wide_value_words[] = { "quarantine", "truncate", "fail", "best" };
static const char *const standby_words[] = { "auto", "yes", "no" };
static const char *const progress_words[] = { "auto", "bar", "log", "json", "none" };
static const char *const level_words[] = { "debug", "info", "warning", "error" };

#define WORDS(list)                                                                                \
    .type = OPTION_WORD, .words = (list), .word_count = sizeof(list) / sizeof(list)[0]
#define INTEGER(low, high) .type = OPTION_INTEGER, .min = (low), .max = (high)
#define PROGRESS_DB(name, upper)                                                                   \
    .section = "progress_db", .key = (name), .environment = "OE2PG_PROGRESS_DB_" upper
#define POSTGRES_DB(name, upper)                                                                   \
    .section = "postgres_db", .key = (name), .environment = "OE2PG_POSTGRES_DB_" upper
#define MIRROR_SETTINGS(name, upper)                                                               \
    .section = "mirror_settings", .key = (name), .environment = "OE2PG_MIRROR_SETTINGS_" upper
#define PER_TABLE(name) .section = option_table_section, .key = (name)

static const struct option options[OPTION_COUNT] = {
    [OPTION_SOURCE_INTERFACE] = { PROGRESS_DB("interface", "INTERFACE"), WORDS(interface_words),
        .default_words = "jdbc if jar_file is set, else odbc",
        .help = "how to read the source: by a driver, or from a folder of OpenEdge dumps" },
    [OPTION_SOURCE_HOST] = { PROGRESS_DB("host", "HOST"), .help = "the source's host" },
    [OPTION_SOURCE_PORT] = { PROGRESS_DB("port", "PORT"), INTEGER(1, 65535),
        .help = "the port of the source's SQL broker" },
    [OPTION_SOURCE_DB_NAME] = { PROGRESS_DB("db_name", "DB_NAME"),
        .help = "the source database's name" },
    [OPTION_SOURCE_USER] = { PROGRESS_DB("user", "USER"), .help = "the user to log in as" },
    [OPTION_SOURCE_PASSWORD] = { PROGRESS_DB("password", "PASSWORD"),
        .help = "that user's password", .secrecy = OPTION_SECRET },
    [OPTION_SOURCE_SCHEMA] = { PROGRESS_DB("schema", "SCHEMA"), .default_text = "PUB",
        .help = "the schema to mirror; an empty text for a source without schemas" },
    [OPTION_SOURCE_ODBC_CONNECTION] = { PROGRESS_DB("odbc_connection", "ODBC_CONNECTION"),
        .default_words = "built from odbc_driver, host, port, db_name, user and password",
        .help = "a whole ODBC connection string", .secrecy = OPTION_HOLDS_SECRET },
    [OPTION_SOURCE_ODBC_DRIVER] = { PROGRESS_DB("odbc_driver", "ODBC_DRIVER"),
        .help = "the driver's name in odbcinst.ini, or the path of its library" },
    [OPTION_SOURCE_JAR_FILE] = { PROGRESS_DB("jar_file", "JAR_FILE"), .type = OPTION_PATHS,
        .help = "the JDBC driver's jar, or a list of jars" },
    [OPTION_SOURCE_DRIVER_CLASS] = { PROGRESS_DB("driver_class", "DRIVER_CLASS"),
        .default_words = "the driver in the jars that takes the URL",
        .help = "the JDBC driver's class" },
    [OPTION_SOURCE_JDBC_URL] = { PROGRESS_DB("jdbc_url", "JDBC_URL"),
        .default_words = "jdbc:datadirect:openedge://HOST:PORT;databaseName=DB_NAME",
        .help = "the URL for the JDBC driver", .secrecy = OPTION_HOLDS_SECRET },
    [OPTION_SOURCE_JDBC_PROPERTIES] = { PROGRESS_DB("jdbc_properties", "JDBC_PROPERTIES"),
        .type = OPTION_PROPERTIES,
        .help = "what else the JDBC driver is told when it connects, by name",
        .secrecy = OPTION_HOLDS_SECRET },
    [OPTION_SOURCE_JVM_OPTIONS] = { PROGRESS_DB("jvm_options", "JVM_OPTIONS"), .type = OPTION_LIST,
        .default_words = "a heap of at most 128 MiB (-Xmx128m)",
        .help = "options for Java, as the java command takes them",
        .secrecy = OPTION_HOLDS_SECRET },
    [OPTION_SOURCE_DUMP_DIR] = { PROGRESS_DB("dump_dir", "DUMP_DIR"), .type = OPTION_PATH,
        .help =
            "the folder of OpenEdge dumps: a schema (.df) and a data file (.d) for each table" },
    [OPTION_SOURCE_DUMP_FILES] = { PROGRESS_DB("dump_files", "DUMP_FILES"), .type = OPTION_PATHS,
        .default_words = "the one .df in dump_dir",
        .help = "the schema files in their order: the full one, then its deltas" },
    [OPTION_SOURCE_DUMP_CODE_PAGE] = { PROGRESS_DB("dump_code_page", "DUMP_CODE_PAGE"),
        .help = "the code page of dumps whose trailer names none, as OpenEdge calls it" },
    [OPTION_SOURCE_DUMP_FIELDS] = { PROGRESS_DB("dump_fields", "DUMP_FIELDS"),
        .type = OPTION_PROPERTIES, .default_words = "all fields of the schema",
        .help = "of a table that was dumped before its schema: the fields that its data file has, "
                "by the table's name, with blanks between them" },
    [OPTION_SOURCE_DUMP_INCOMPLETE] = { PROGRESS_DB("dump_incomplete", "DUMP_INCOMPLETE"),
        WORDS(incomplete_words), .default_text = "refuse",
        .help = "what becomes of half a dump: its table fails, or what is there is mirrored and "
                "nothing is removed" },
    [OPTION_SOURCE_ISOLATION] = { PROGRESS_DB("isolation", "ISOLATION"), WORDS(isolation_words),
        .default_text = "read_uncommitted",
        .help = "isolation level of reads; read_uncommitted takes no record locks" },
    [OPTION_SOURCE_CONNECT_TIMEOUT] = { PROGRESS_DB("connect_timeout", "CONNECT_TIMEOUT"),
        INTEGER(1, 3600), .default_text = "30", .unit = "seconds",
        .help = "how long connecting to the source may take" },
    [OPTION_SOURCE_QUERY_TIMEOUT] = { PROGRESS_DB("query_timeout", "QUERY_TIMEOUT"),
        INTEGER(0, 86400), .default_text = "0", .unit = "seconds",
        .help = "how long one statement on the source may take; 0: no limit" },
    [OPTION_SOURCE_STALL_SECONDS] = { PROGRESS_DB("stall_seconds", "STALL_SECONDS"),
        INTEGER(1, 86400), .default_text = "300", .unit = "seconds",
        .help = "a source silent for so long is cancelled and tried again" },
    [OPTION_SOURCE_FETCH_SIZE] = { PROGRESS_DB("fetch_size", "FETCH_SIZE"), INTEGER(0, 100000),
        .default_text = "0", .unit = "rows", .help = "rows fetched at a time; 0: by row width" },
    [OPTION_SOURCE_MAX_TRANSACTION_SECONDS] = { PROGRESS_DB("max_transaction_seconds",
                                                    "MAX_TRANSACTION_SECONDS"),
        INTEGER(1, 86400), .default_text = "300", .unit = "seconds",
        .help = "a longer read is cut and continued by key, to let go of the schema lock" },

    [OPTION_TARGET_CONN_STRING] = { POSTGRES_DB("conn_string", "CONN_STRING"),
        .default_words = "libpq's own variables (PGHOST ...), service file and .pgpass",
        .help = "the target, as a connection string or URI of libpq",
        .secrecy = OPTION_HOLDS_SECRET },
    [OPTION_TARGET_TIMEOUT] = { POSTGRES_DB("timeout", "TIMEOUT"), INTEGER(1, 3600),
        .default_text = "30", .unit = "seconds",
        .help = "limit of connecting and of a silent network, never of a statement" },
    [OPTION_TARGET_SCHEMA] = { POSTGRES_DB("schema", "SCHEMA"),
        .default_words = "progress_db.schema in lower case, mirror if that is empty",
        .help = "the schema that holds the mirrored tables" },

    [OPTION_MIRROR_JOBS] = { MIRROR_SETTINGS("jobs", "JOBS"), .flag = "--jobs", .argument = "N",
        INTEGER(1, 64), .default_text = "2", .verbs = OPTION_FOR_READERS,
        .help = "tables read at the same time, each with a connection to the source" },
    [OPTION_MIRROR_COLUMN_TYPES] = { MIRROR_SETTINGS("column_types", "COLUMN_TYPES"),
        WORDS(column_type_words), .default_text = "text",
        .help =
            "what new tables and columns of the mirror are made of: text for whatever there is, "
            "or the native types that are nearest to the source's; what is there already stays "
            "as it is" },
    [OPTION_MIRROR_INDEXES] = { MIRROR_SETTINGS("indexes", "INDEXES"), WORDS(index_words),
        .default_words = "all where column_types is native, else none",
        .help = "indexes of the source that the mirror gets, too: its primary keys and unique ones "
                "with NOT NULL, or all; those that oe2pg made go where they are not wanted any "
                "more" },
    [OPTION_MIRROR_TYPED_VIEWS] = { MIRROR_SETTINGS("typed_views", "TYPED_VIEWS"),
        .default_words = "none",
        .help =
            "the schema of views over the mirrored tables whose columns have native types, for a "
            "mirror of text; a value that is none of its type is NULL there" },
    [OPTION_MIRROR_ARRAYS] = { MIRROR_SETTINGS("arrays", "ARRAYS"), WORDS(array_words),
        .default_words = "array with column_types native, else text",
        .help = "what arrays of OpenEdge are in the mirror: arrays, a column for each element, or "
                "the one text that SQL makes of them; what is there already stays as it is" },
    [OPTION_MIRROR_NAMING] = { MIRROR_SETTINGS("naming", "NAMING"), WORDS(naming_words),
        .default_text = "plain",
        .help = "names in the mirror: lower case with _ for all but letters and digits, lower "
                "case, or as they are" },
    [OPTION_MIRROR_BATCH_SIZE] = { MIRROR_SETTINGS("batch_size", "BATCH_SIZE"),
        .flag = "--batch-size", .argument = "N", INTEGER(1, 1000000), .default_text = "5000",
        .unit = "rows", .verbs = OPTION_FOR_READERS, .help = "rows of a batch at most" },
    [OPTION_MIRROR_MEMORY_MB] = { MIRROR_SETTINGS("memory_mb", "MEMORY_MB"), INTEGER(64, 1048576),
        .default_text = "512", .unit = "MiB", .help = "limit of all buffers of the process" },
    [OPTION_MIRROR_FULL_BELOW_ROWS] = { MIRROR_SETTINGS("full_below_rows", "FULL_BELOW_ROWS"),
        INTEGER(0, 100000), .default_text = "1000", .unit = "rows",
        .help = "smaller tables are read whole and compared in memory, many at a time" },
    [OPTION_MIRROR_HISTORY_DAYS] = { MIRROR_SETTINGS("history_days", "HISTORY_DAYS"),
        INTEGER(1, 36500), .default_text = "90", .unit = "days",
        .help = "how long finished runs stay in the tracking tables" },
    [OPTION_MIRROR_WITNESS] = { MIRROR_SETTINGS("witness", "WITNESS"), WORDS(witness_words),
        .default_text = "auto",
        .help = "what may say that nothing was written to a table, so that it is not read: the "
                "server's own counters where it has them, once they are proved; or nothing" },
    [OPTION_MIRROR_TRUST] = { MIRROR_SETTINGS("trust", "TRUST"), WORDS(trust_words),
        .default_text = "proofs",
        .help = "when a witness is believed: after witness_proofs, or now, without any" },
    [OPTION_MIRROR_WITNESS_PROOFS] = { MIRROR_SETTINGS("witness_proofs", "WITNESS_PROOFS"),
        INTEGER(1, 1000), .default_text = "3", .unit = "runs",
        .help = "in so many runs every table is read, and changes that are found have to have been "
                "told by the counters, before these are believed" },
    [OPTION_MIRROR_RECONCILE_HOURS] = { MIRROR_SETTINGS("reconcile_hours", "RECONCILE_HOURS"),
        INTEGER(0, 87600), .default_text = "24", .unit = "hours",
        .help = "a table that was not read for so long (three quarters of it and more, so that not "
                "all come at once) is read and compared whatever a witness says; 0: never" },
    [OPTION_MIRROR_OVERLAP_SECONDS] = { MIRROR_SETTINGS("overlap_seconds", "OVERLAP_SECONDS"),
        INTEGER(0, 31536000), .default_text = "300", .unit = "seconds",
        .help = "a table that is read by its stamps is read from so long before the last one that "
                "is known; at least 3900 where stamps have no zone, and a day where they are "
                "dates" },
    [OPTION_MIRROR_MAX_DELETE_PERCENT] = { MIRROR_SETTINGS(
                                               "max_delete_percent", "MAX_DELETE_PERCENT"),
        INTEGER(0, 100), .default_text = "10", .unit = "percent",
        .help = "nothing is removed from a table that would lose more than this and more than "
                "max_delete_rows" },
    [OPTION_MIRROR_MAX_DELETE_ROWS] = { MIRROR_SETTINGS("max_delete_rows", "MAX_DELETE_ROWS"),
        INTEGER(0, INT_MAX), .default_text = "100", .unit = "rows",
        .help = "so many rows of a table may always be removed" },
    [OPTION_MIRROR_DROPPED_COLUMNS] = { MIRROR_SETTINGS("dropped_columns", "DROPPED_COLUMNS"),
        WORDS(dropped_words), .default_text = "keep",
        .help =
            "what becomes of a column that the source dropped; one that exclude_columns takes out "
            "stays in any case, and is named as long as it stands there" },
    [OPTION_MIRROR_DROPPED_TABLES] = { MIRROR_SETTINGS("dropped_tables", "DROPPED_TABLES"),
        WORDS(dropped_words), .default_text = "keep",
        .help = "what becomes of a table that the source dropped" },
    [OPTION_MIRROR_ON_WIDE_VALUE] = { MIRROR_SETTINGS("on_wide_value", "ON_WIDE_VALUE"),
        WORDS(wide_value_words), .default_text = "best",
        .help =
            "what becomes of a value wider than its column's SQL width, which OpenEdge does not "
            "deliver: best: all of it where an expression gets past the width, else NULL and an "
            "entry in quarantine, and where such values are many the column is left out; "
            "quarantine: NULL and an entry; truncate: as much of it as the width allows, and an "
            "entry; fail: the table fails" },
    [OPTION_MIRROR_INCLUDE_VIEWS] = { MIRROR_SETTINGS("include_views", "INCLUDE_VIEWS"),
        .type = OPTION_LIST, .default_words = "none of them",
        .help = "views, materialized views, foreign tables and synonyms to be mirrored like "
                "tables, by name or pattern" },
    [OPTION_MIRROR_STANDBY_READERS] = { MIRROR_SETTINGS("standby_readers", "STANDBY_READERS"),
        WORDS(standby_words), .default_text = "auto",
        .help =
            "whether somebody reads the mirror on a standby of the target while a table is first "
            "loaded: a large one is then written twice, or such a reader could see a part of it; "
            "auto: where anything tells of a standby" },
    [OPTION_MIRROR_IGNORE_FILE] = { MIRROR_SETTINGS("ignore_file", "IGNORE_FILE"),
        .type = OPTION_PATH, .default_text = "ignored_tables.txt",
        .help = "names or patterns of tables never to be read, one a line; an empty text: no file. "
                "Once a run had one, later runs stop without it: make it empty, do not remove it" },
    [OPTION_MIRROR_LOG_FILE] = { MIRROR_SETTINGS("log_file", "LOG_FILE"), .type = OPTION_PATH,
        .default_words = "the console alone", .help = "where to append the log" },
    [OPTION_MIRROR_TABLES] = { .section = "mirror_settings",
        .key = "tables",
        .type = OPTION_OBJECT,
        .help = "settings of single tables, by name or pattern" },

    [OPTION_TABLE_KEY] = { PER_TABLE("key"), .type = OPTION_LIST,
        .default_words = "primary key, else the unique key of fewest columns",
        .help = "the column, or the list of columns, that identifies a row" },
    [OPTION_TABLE_EXCLUDE_COLUMNS] = { PER_TABLE("exclude_columns"), .type = OPTION_LIST,
        .help = "columns never to be read, by name or pattern" },
    [OPTION_TABLE_WHERE] = { PER_TABLE("where"),
        .help = "a condition in the source's SQL: only these rows are mirrored" },
    [OPTION_TABLE_PRIORITY] = { PER_TABLE("priority"), INTEGER(-1000, 1000), .default_text = "0",
        .help = "tables of larger priority come first" },
    [OPTION_TABLE_MAX_DELETE_PERCENT] = { PER_TABLE("max_delete_percent"), INTEGER(0, 100),
        .unit = "percent", .default_words = "as mirror_settings.max_delete_percent says",
        .help = "the same limit for this table" },
    [OPTION_TABLE_WITNESS] = { PER_TABLE("witness"), WORDS(witness_words),
        .other_word = "stamp:", .default_words = "as mirror_settings.witness says",
        .help = "the same for this table: none has it read in every run; stamp:COLUMN: only the "
                "rows are read in which this column is of late, once it proved itself" },
    [OPTION_TABLE_TIMESTAMP_COLUMN] = { PER_TABLE("timestamp_column"), .default_words = "none",
        .help = "the same as a witness of stamp:COLUMN" },
    [OPTION_TABLE_TRUST] = { PER_TABLE("trust"), WORDS(trust_words),
        .default_words = "as mirror_settings.trust says",
        .help = "when this table's stamp is believed: after witness_proofs, or now" },

    [OPTION_CONFIG] = { .flag = "--config",
        .argument = "FILE",
        .environment = "OE2PG_CONFIG",
        .type = OPTION_PATH,
        .verbs = OPTION_FOR_ALL,
        .default_words = "config.json or settings.json here, else /etc/oe2pg/config.json",
        .help = "the configuration file" },
    [OPTION_FULL_SYNC] = { .flag = "--full-sync",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_SYNC | OPTION_FOR_PLAN,
        .help = "read and compare every table as a whole" },
    [OPTION_TABLE] = { .flag = "--table",
        .argument = "NAME",
        .type = OPTION_LIST,
        .verbs = OPTION_FOR_ADOPT | OPTION_FOR_SYNC | OPTION_FOR_VERIFY | OPTION_FOR_PLAN |
                 OPTION_FOR_STATUS,
        .is_repeatable = true,
        .help = "this table only; a name or a pattern, as the source or the mirror spells it" },
    [OPTION_IGNORE_TABLE] = { .flag = "--ignore-table",
        .argument = "NAME",
        .type = OPTION_LIST,
        .verbs = OPTION_FOR_ADOPT | OPTION_FOR_SYNC | OPTION_FOR_VERIFY | OPTION_FOR_PLAN,
        .is_repeatable = true,
        .help = "do not read this table; a name or a pattern, as the source or the mirror spells "
                "it" },
    [OPTION_ALLOW_DELETE] = { .flag = "--allow-delete",
        .argument = "NAME",
        .type = OPTION_LIST,
        .verbs = OPTION_FOR_SYNC | OPTION_FOR_VERIFY,
        .is_repeatable = true,
        .help = "let this table lose as many rows as it must; a whole name, as the source or the "
                "mirror spells it, or '*' for every table" },
    [OPTION_ACCEPT_SOURCE] = { .flag = "--accept-source",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ADOPT | OPTION_FOR_SYNC | OPTION_FOR_PLAN,
        .help = "go on although the source is another database than before" },
    [OPTION_PROGRESS] = { .flag = "--progress",
        .argument = "HOW",
        WORDS(progress_words),
        .default_text = "auto",
        .verbs = OPTION_FOR_ADOPT | OPTION_FOR_SYNC | OPTION_FOR_VERIFY,
        .help = "how progress is shown: bars on a terminal (auto and bar; lines elsewhere), lines, "
                "JSON lines or nothing" },
    [OPTION_ALL] = { .flag = "--all",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_PLAN,
        .help = "name every table, not only what changes or needs attention" },
    [OPTION_JSON] = { .flag = "--json",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_PLAN | OPTION_FOR_STATUS | OPTION_FOR_VERIFY,
        .help = "for programs: one JSON object" },
    [OPTION_WATCH] = { .flag = "--watch",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_STATUS,
        .help = "show it again every two seconds, until interrupted" },
    [OPTION_MAX_AGE] = { .flag = "--max-age",
        .argument = "AGE",
        .verbs = OPTION_FOR_STATUS,
        .help = "exit status 1 if a table is older (90s, 15m, 26h, 2d) or failed" },
    [OPTION_EXIT_CODE] = { .flag = "--exit-code",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_STATUS,
        .help = "exit status 1 if the last run did not end well, or a table failed" },
    [OPTION_QUARANTINE] = { .flag = "--quarantine",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_STATUS,
        .help = "list what could not be mirrored" },
    [OPTION_VALUES] = { .flag = "--values",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_STATUS | OPTION_FOR_VERIFY,
        .help = "keys and values too: of what is in quarantine, or of what differs" },
    [OPTION_REPAIR] = { .flag = "--repair",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_VERIFY,
        .help = "sync the tables that differ; exit status 1 if there were any" },
    [OPTION_DROP_TABLES] = { .flag = "--drop-tables",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_FORGET,
        .help = "drop the mirrored tables too; without it they stay as they are" },
    [OPTION_YES] = { .flag = "--yes",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_FORGET,
        .help = "do not ask" },
    [OPTION_LOG_LEVEL] = { .flag = "--log-level",
        .argument = "LEVEL",
        .environment = "OE2PG_LOG_LEVEL",
        WORDS(level_words),
        .default_text = "info",
        .verbs = OPTION_FOR_ALL,
        .help = "the least level that is logged, on the console and in the log file" },
    [OPTION_CONSOLE_LEVEL] = { .flag = "--console-level",
        .argument = "LEVEL",
        .environment = "OE2PG_CONSOLE_LEVEL",
        WORDS(level_words),
        .default_words = "as --log-level says",
        .verbs = OPTION_FOR_ALL,
        .help = "the same for the console alone" },
    [OPTION_FILE_LEVEL] = { .flag = "--file-level",
        .argument = "LEVEL",
        .environment = "OE2PG_FILE_LEVEL",
        WORDS(level_words),
        .default_words = "as --log-level says",
        .verbs = OPTION_FOR_SYNC | OPTION_FOR_VERIFY | OPTION_FOR_ADOPT | OPTION_FOR_FORGET,
        .help = "the same for the log file alone" },
    [OPTION_QUIET] = { .flag = "--quiet",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "only warnings and errors on the console, and no bars; the log file has the rest" },
    [OPTION_CONFIG_ONLY] = { .flag = "--config-only",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_CHECK,
        .help = "check and show the configuration, connect to nothing" },
    [OPTION_REPORT] = { .flag = "--report",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_CHECK,
        .help =
            "what kind of server this is, to be sent back: shapes and counts, no data, no names" },
    [OPTION_WIDTHS] = { .flag = "--widths",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_CHECK,
        .help = "columns with values wider than they are declared, and the SQL that widens them" },
    [OPTION_HELP] = { .flag = "--help",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "show this help" },
    [OPTION_HELP_OPTIONS] = { .flag = "--help-options",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "show the reference of all options and keys" },
    [OPTION_HELP_MAN] = { .flag = "--help-man",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "show the manual page, as man reads it" },
    [OPTION_HELP_TYPES] = { .flag = "--help-types",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "show which types a mirror has, and what becomes one" },
    [OPTION_HELP_COMPLETION] = { .flag = "--help-completion",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "show the completion script for bash" },
    [OPTION_VERSION] = { .flag = "--version",
        .type = OPTION_SWITCH,
        .verbs = OPTION_FOR_ALL,
        .help = "show the version" },
};

const struct option *
option_at(enum option_id id)
{
    return &options[id];
}

static bool
is_same(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

enum option_id
option_find_key(const char *section, const char *key)
{
    size_t id = 0;

    while (id < OPTION_COUNT &&
           !(is_same(options[id].section, section) && is_same(options[id].key, key)))
        id++;
    return (enum option_id)id;
}

enum option_id
option_find_flag(const char *flag)
{
    size_t id = 0;

    while (id < OPTION_COUNT && !is_same(options[id].flag, flag))
        id++;
    return (enum option_id)id;
}

enum option_id
option_find_environment(const char *name)
{
    size_t id = 0;

    while (id < OPTION_COUNT && !is_same(options[id].environment, name))
        id++;
    return (enum option_id)id;
}

const char *
option_section_of_key(const char *key)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (is_same(options[id].key, key))
            return options[id].section;
    }
    return NULL;
}

size_t
option_sections(const char **names)
{
    size_t count = 0;

    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const char *section = options[id].section;

        if (section == NULL || section == option_table_section)
            continue;
        if (count == 0 || strcmp(names[count - 1], section) != 0)
            names[count++] = section;
    }
    return count;
}

size_t
option_keys(const char *section, const char **names)
{
    size_t count = 0;

    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (is_same(options[id].section, section))
            names[count++] = options[id].key;
    }
    return count;
}

size_t
option_flags(unsigned verbs, const char **names)
{
    size_t count = 0;

    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (options[id].flag != NULL && (options[id].verbs & verbs) != 0)
            names[count++] = options[id].flag;
    }
    return count;
}

size_t
option_environments(const char **names)
{
    size_t count = 0;

    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (options[id].environment != NULL)
            names[count++] = options[id].environment;
    }
    return count;
}

bool
option_parse_integer(const struct option *option, const char *text, const char *place,
    int64_t *value, struct error *err)
{
    char quoted[MESSAGE_QUOTED_SIZE];
    char allowed[128];

    if (text_parse_integer(text, option->min, option->max, value))
        return true;
    message_quote(text, quoted);
    option_describe(option, allowed, sizeof allowed);
    return error_set(
        err, ERROR_CONFIG, "%s: %s is not allowed; it must be %s", place, quoted, allowed);
}

static bool
is_other_word(const struct option *option, const char *text)
{
    size_t size = option->other_word != NULL ? strlen(option->other_word) : 0;

    return size > 0 && strncmp(text, option->other_word, size) == 0 && text[size] != '\0';
}

bool
option_parse_word(const struct option *option, const char *text, const char *place, int64_t *value,
    struct error *err)
{
    char quoted[MESSAGE_QUOTED_SIZE];
    char allowed[128];
    const char *nearest;

    for (size_t i = 0; i < option->word_count; i++) {
        if (strcmp(text, option->words[i]) == 0) {
            *value = (int64_t)i;
            return true;
        }
    }
    if (is_other_word(option, text)) {
        *value = (int64_t)option->word_count;
        return true;
    }
    message_quote(text, quoted);
    option_describe(option, allowed, sizeof allowed);
    (void)error_set(
        err, ERROR_CONFIG, "%s: %s is not allowed; it must be %s", place, quoted, allowed);
    nearest = text_nearest(text, option->words, option->word_count);
    return nearest != NULL ? error_hint(err, "Did you mean %s?", nearest) : false;
}

void
option_describe(const struct option *option, char *text, size_t size)
{
    const char *gap = option->unit != NULL ? " " : "";
    const char *unit = option->unit != NULL ? option->unit : "";

    switch (option->type) {
    case OPTION_INTEGER:
        (void)text_print(text, size, "a whole number from %" PRId64 " to %" PRId64 "%s%s",
            option->min, option->max, gap, unit);
        break;
    case OPTION_WORD:
        message_list(option->words, option->word_count, text, size);
        break;
    case OPTION_LIST:
    case OPTION_PATHS:
        (void)text_print(text, size, "a text or a list of texts, none of them empty");
        break;
    case OPTION_PROPERTIES:
        (void)text_print(text, size, "an object with names as keys and texts as values");
        break;
    case OPTION_OBJECT:
        (void)text_print(text, size, "an object with table names or patterns as keys");
        break;
    case OPTION_SWITCH:
        (void)text_print(text, size, "given or not");
        break;
    case OPTION_TEXT:
    case OPTION_PATH:
        (void)text_print(text, size, "a text in double quotes");
        break;
    }
}
