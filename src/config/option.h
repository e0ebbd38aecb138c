// Every option there is, in one table: from it come the parsers of file, environment and command
// line, --help and docs/options.md. What is not in it does not exist. Read-only; any thread.
#ifndef OE2PG_CONFIG_OPTION_H
#define OE2PG_CONFIG_OPTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_id {
    // progress_db
    OPTION_SOURCE_INTERFACE,
    OPTION_SOURCE_HOST,
    OPTION_SOURCE_PORT,
    OPTION_SOURCE_DB_NAME,
    OPTION_SOURCE_USER,
    OPTION_SOURCE_PASSWORD,
    OPTION_SOURCE_SCHEMA,
    OPTION_SOURCE_ODBC_CONNECTION,
    OPTION_SOURCE_ODBC_DRIVER,
    OPTION_SOURCE_JAR_FILE,
    OPTION_SOURCE_DRIVER_CLASS,
    OPTION_SOURCE_JDBC_URL,
    OPTION_SOURCE_JDBC_PROPERTIES,
    OPTION_SOURCE_JVM_OPTIONS,
    OPTION_SOURCE_DUMP_DIR,
    OPTION_SOURCE_DUMP_FILES,
    OPTION_SOURCE_DUMP_CODE_PAGE,
    OPTION_SOURCE_DUMP_FIELDS,
    OPTION_SOURCE_DUMP_INCOMPLETE,
    OPTION_SOURCE_ISOLATION,
    OPTION_SOURCE_CONNECT_TIMEOUT,
    OPTION_SOURCE_QUERY_TIMEOUT,
    OPTION_SOURCE_STALL_SECONDS,
    OPTION_SOURCE_FETCH_SIZE,
    OPTION_SOURCE_MAX_TRANSACTION_SECONDS,
    // postgres_db
    OPTION_TARGET_CONN_STRING,
    OPTION_TARGET_TIMEOUT,
    OPTION_TARGET_SCHEMA,
    // mirror_settings
    OPTION_MIRROR_JOBS,
    OPTION_MIRROR_COLUMN_TYPES,
    OPTION_MIRROR_INDEXES,
    OPTION_MIRROR_TYPED_VIEWS,
    OPTION_MIRROR_ARRAYS,
    OPTION_MIRROR_NAMING,
    OPTION_MIRROR_BATCH_SIZE,
    OPTION_MIRROR_MEMORY_MB,
    OPTION_MIRROR_FULL_BELOW_ROWS,
    OPTION_MIRROR_HISTORY_DAYS,
    OPTION_MIRROR_WITNESS,
    OPTION_MIRROR_TRUST,
    OPTION_MIRROR_WITNESS_PROOFS,
    OPTION_MIRROR_RECONCILE_HOURS,
    OPTION_MIRROR_OVERLAP_SECONDS,
    OPTION_MIRROR_MAX_DELETE_PERCENT,
    OPTION_MIRROR_MAX_DELETE_ROWS,
    OPTION_MIRROR_DROPPED_COLUMNS,
    OPTION_MIRROR_DROPPED_TABLES,
    OPTION_MIRROR_ON_WIDE_VALUE,
    OPTION_MIRROR_INCLUDE_VIEWS,
    OPTION_MIRROR_STANDBY_READERS,
    OPTION_MIRROR_IGNORE_FILE,
    OPTION_MIRROR_LOG_FILE,
    OPTION_MIRROR_TABLES,
    // mirror_settings.tables.NAME
    OPTION_TABLE_KEY,
    OPTION_TABLE_EXCLUDE_COLUMNS,
    OPTION_TABLE_WHERE,
    OPTION_TABLE_PRIORITY,
    OPTION_TABLE_MAX_DELETE_PERCENT,
    OPTION_TABLE_WITNESS,
    OPTION_TABLE_TIMESTAMP_COLUMN,
    OPTION_TABLE_TRUST,
    // the command line alone
    OPTION_CONFIG,
    OPTION_FULL_SYNC,
    OPTION_TABLE,
    OPTION_IGNORE_TABLE,
    OPTION_ALLOW_DELETE,
    OPTION_ACCEPT_SOURCE,
    OPTION_PROGRESS,
    OPTION_ALL,
    OPTION_JSON,
    OPTION_WATCH,
    OPTION_MAX_AGE,
    OPTION_EXIT_CODE,
    OPTION_QUARANTINE,
    OPTION_VALUES,
    OPTION_REPAIR,
    OPTION_DROP_TABLES,
    OPTION_YES,
    OPTION_LOG_LEVEL,
    OPTION_CONSOLE_LEVEL,
    OPTION_FILE_LEVEL,
    OPTION_QUIET,
    OPTION_CONFIG_ONLY,
    OPTION_REPORT,
    OPTION_WIDTHS,
    OPTION_HELP,
    OPTION_HELP_OPTIONS,
    OPTION_HELP_MAN,
    OPTION_HELP_TYPES,
    OPTION_HELP_COMPLETION,
    OPTION_VERSION,
    OPTION_COUNT
};

enum option_type {
    OPTION_TEXT,
    OPTION_PATH,    // a text; relative to the directory of the file that says it
    OPTION_INTEGER, // min..max
    OPTION_WORD,    // one of words[]
    OPTION_LIST,    // a text or a list of texts, none of them empty; in the environment by blanks
    OPTION_PATHS,   // the same of paths; in the environment separated by colons
    OPTION_PROPERTIES, // an object of texts; in the environment name=value;name=value
    OPTION_OBJECT,     // mirror_settings.tables
    OPTION_SWITCH,     // a flag without a value
};

enum option_secrecy {
    OPTION_PUBLIC,
    OPTION_HOLDS_SECRET, // a password may be inside: shown with it masked
    OPTION_SECRET,       // never shown
};

// Which command takes the flag.
enum option_verb {
    OPTION_FOR_SYNC = 1,
    OPTION_FOR_CHECK = 2,
    OPTION_FOR_PLAN = 4,
    OPTION_FOR_STATUS = 8,
    OPTION_FOR_VERIFY = 16,
    OPTION_FOR_ADOPT = 32,
    OPTION_FOR_FORGET = 64,
    OPTION_FOR_ALL = 127,
    // Those that open the source.
    OPTION_FOR_READERS = OPTION_FOR_ALL & ~(OPTION_FOR_STATUS | OPTION_FOR_FORGET),
};

struct option {
    const char *section;     // NULL: the command line alone
    const char *key;         // in that section
    const char *flag;        // with its dashes; NULL: none (always so for secrets)
    const char *environment; // NULL: none
    const char *argument;    // what --help calls the flag's value
    int64_t min;             // OPTION_INTEGER
    int64_t max;
    const char *const *words; // OPTION_WORD: word_count of them, in the order of their enum
    size_t word_count;
    const char *other_word;    // OPTION_WORD: one more begins with this, "stamp:"; NULL: none
    const char *default_text;  // NULL: not given
    const char *default_words; // how the default comes about, where default_text cannot say it
    const char *unit;          // NULL: none
    const char *help;          // one line, no period at the end
    enum option_type type;
    enum option_secrecy secrecy;
    unsigned verbs; // of enum option_verb
    bool is_repeatable;
};

// The section of the options that are said per table.
extern const char option_table_section[];

// Never NULL.
const struct option *option_at(enum option_id id);
// OPTION_COUNT when there is none. `section` and `key` are compared with case.
enum option_id option_find_key(const char *section, const char *key);
enum option_id option_find_flag(const char *flag);
enum option_id option_find_environment(const char *name);
// The section in which `key` is known; NULL: in none.
const char *option_section_of_key(const char *key);

// Names for near misses, at most OPTION_COUNT of them; each returns how many it put into `names`.
size_t option_sections(const char **names);
size_t option_keys(const char *section, const char **names);
size_t option_flags(unsigned verbs, const char **names);
size_t option_environments(const char **names);

// A text from the environment or a flag (or a default) as a number, or as the index of a word.
// `place` ("flag --jobs", "config.json:4: mirror_settings.jobs") begins the message.
bool option_parse_integer(const struct option *option, const char *text, const char *place,
    int64_t *value, struct error *err) __attribute__((warn_unused_result));
bool option_parse_word(const struct option *option, const char *text, const char *place,
    int64_t *value, struct error *err) __attribute__((warn_unused_result));

// "1 to 64 jobs", "plain, lower or exact", "a text": what is allowed.
void option_describe(const struct option *option, char *text, size_t size);

// The commands there are, and the bit of each.
enum { OPTION_TAKERS_MAX = 8 };
struct option_takers {
    const char *names[OPTION_TAKERS_MAX];
    enum option_verb verbs[OPTION_TAKERS_MAX];
    size_t count;
};

// The reference of all options as Markdown: docs/options.md.
void option_print_reference(FILE *out, const struct option_takers *takers);

#endif
