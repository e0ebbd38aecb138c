// What the user decided, after all files, variables and flags were laid over each other. Filled by
// config, read-only afterwards; any thread. Texts belong to the configuration and live as long.
#ifndef OE2PG_MODEL_SETTINGS_H
#define OE2PG_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

enum source_interface { SOURCE_INTERFACE_ODBC, SOURCE_INTERFACE_JDBC, SOURCE_INTERFACE_DUMP };
enum source_isolation { SOURCE_READ_UNCOMMITTED, SOURCE_READ_COMMITTED };

// What becomes of a dump that does not end as dumps end, or has not as many records as it says.
enum dump_incomplete { DUMP_INCOMPLETE_REFUSE, DUMP_INCOMPLETE_ACCEPT };

// How to reach and treat the source (section progress_db). NULL means not given.
struct source_settings {
    enum source_interface interface;
    const char *host;
    int port; // 0: not given
    const char *db_name;
    const char *user;
    const char *password;
    const char *schema;          // "" for a source without schemas
    const char *odbc_connection; // a whole connection string, as given
    const char *odbc_driver;     // the name in odbcinst.ini
    const char *const *jar_files;
    size_t jar_file_count;
    const char *driver_class;           // NULL: found by the URL among the jars' drivers
    const char *jdbc_url;               // NULL: made for OpenEdge of host, port and db_name
    const char *const *jdbc_properties; // "name=value"
    size_t jdbc_property_count;
    const char *const *jvm_options; // as the java command takes them
    size_t jvm_option_count;
    const char *dump_dir;
    const char *const *dump_files; // schemas, in their order; none: the one in dump_dir
    size_t dump_file_count;
    const char *dump_code_page;     // of files that do not say theirs
    const char *const *dump_fields; // "table=field field": those that are in its data file
    size_t dump_field_count;
    enum dump_incomplete dump_incomplete;
    enum source_isolation isolation;
    int connect_timeout_s;
    int query_timeout_s; // 0: none
    int stall_s;         // silence after which a call is cancelled
    int fetch_size;      // rows a block; 0: by row width
    int max_transaction_s;
    bool truncates;             // OpenEdge is to cut values that are too wide, not to refuse them
    const char *const *secrets; // what text_mask (base/text.h) must hide in the driver's messages
    size_t secret_count;
};

// Puts *** in the place of every secret in what the source's side said. Done before a text is cut:
// half a secret would not be found.
void source_settings_mask(const struct source_settings *settings, char *text, size_t capacity);

// How to reach PostgreSQL (section postgres_db).
struct target_settings {
    const char *conn_string;    // never NULL; "": libpq's own variables and defaults
    int timeout_s;              // connecting and TCP, never a statement
    const char *schema;         // where the mirrored tables live
    const char *const *secrets; // as above, for messages of libpq and server
    size_t secret_count;
};

// What becomes of the mirror's part when the source dropped its own.
enum dropped { DROPPED_KEEP, DROPPED_DROP };

// What becomes of a value that is wider than its column is declared, where the source refuses it.
enum wide_value {
    WIDE_VALUE_QUARANTINE,
    WIDE_VALUE_TRUNCATE,
    WIDE_VALUE_FAIL,
    WIDE_VALUE_BEST, // the column is read in another way (model/column_way.h)
};

// Whether sessions on a standby of the target read the mirror while tables are first loaded.
enum standby_readers {
    STANDBY_READERS_AUTO, // where there may be a standby
    STANDBY_READERS_YES,
    STANDBY_READERS_NO,
};

enum column_types { COLUMN_TYPES_TEXT, COLUMN_TYPES_NATIVE };
// Which of the source's indexes the mirror gets.
enum indexes {
    INDEXES_NONE,
    INDEXES_KEYS, // NOT NULL, primary keys and unique ones
    INDEXES_ALL,
};
// What becomes of an array of the source.
enum arrays {
    ARRAYS_ARRAY,   // an array
    ARRAYS_COLUMNS, // a column for each element
    ARRAYS_TEXT,    // the one text that the source makes of it
};
enum naming { NAMING_PLAIN, NAMING_LOWER, NAMING_EXACT };

// What may say that a table need not be read (plan/witness.h).
enum witness_kind {
    WITNESS_AUTO, // whatever the source has
    WITNESS_COUNTERS,
    WITNESS_NONE,  // every table is read in every run
    WITNESS_STAMP, // of a table: the column that is named
};
enum witness_trust {
    WITNESS_TRUST_PROOFS,
    WITNESS_TRUST_NOW, // the operator says so
};

// mirror_settings.tables: what was said about one table or pattern.
struct table_settings {
    const char *pattern;
    const char *const *key; // column names; NULL: chosen by oe2pg
    size_t key_count;
    const char *const *exclude_columns; // names or patterns
    size_t exclude_column_count;
    const char *where;        // SQL of the source, put into every read; NULL: none
    int priority;             // larger first
    int max_delete_percent;   // -1: as mirror_settings says
    int witness;              // enum witness_kind; -1: as mirror_settings says
    const char *stamp_column; // by which only rows of late are read; NULL: none is named
    int trust;                // enum witness_trust; -1: as mirror_settings says
    const char *file;         // where it was said
    int line;
};

// A name or pattern and where it stands.
struct name_pattern {
    const char *pattern;
    const char *file; // "--ignore-table" for a flag
    int line;         // 0: no line
};

// How to mirror (section mirror_settings).
struct mirror_settings {
    int jobs;
    enum column_types column_types; // of what is made; what is there stays as it is
    enum indexes indexes;
    const char *typed_views; // the schema of views with native types; NULL: none
    enum arrays arrays;      // of new ones, too
    enum naming naming;
    int batch_size; // rows
    int memory_mb;
    int full_below_rows; // smaller tables are compared in memory, many at a time
    int history_days;
    enum witness_kind witness;
    enum witness_trust trust;
    int witness_proofs;   // runs that have to prove counters before they are believed
    int reconcile_hours;  // after which a table is read whatever a witness says; 0: never
    int overlap_seconds;  // how far a read by stamps goes back behind the last one
    const char *log_file; // NULL: console only
    struct table_settings *tables;
    size_t table_count;
    struct name_pattern *ignored; // from the ignore file and --ignore-table
    size_t ignored_count;
    struct name_pattern *included; // include_views
    size_t included_count;
    const char *ignore_file; // where it is looked for; NULL: there is to be none
    bool ignore_file_found;
    struct name_pattern *selected; // --table; none: all
    size_t selected_count;
    bool full_sync;         // --full-sync
    int max_delete_percent; // the delete brake holds when both this and max_delete_rows are
                            // exceeded
    int max_delete_rows;
    struct name_pattern *allowed_deletes; // --allow-delete: tables for which it does not hold
    size_t allowed_delete_count;
    bool verify;        // compare only, write nothing
    bool verify_repair; // sync the tables that differ
    bool verify_values; // show values that differ
    bool as_json;       // --json: what verify finds goes to standard output as one object
    bool adopt;         // compare what is there and was never mirrored, remove nothing
    bool accept_source; // --accept-source: the source may have another identity than before
    enum dropped dropped_columns;
    enum dropped dropped_tables;
    enum wide_value on_wide_value;
    enum standby_readers standby_readers;
};

struct settings {
    const char *fingerprint; // 16 hex digits over every effective setting but secrets
    struct source_settings source;
    struct target_settings target;
    struct mirror_settings mirror;
};

#endif
