// What the tracking tables say about a mirror, as read at one moment, for people and programs that
// look on. Texts live in the arena they were read into; times are wall clocks in milliseconds, 0
// for never. Read-only once filled.
#ifndef OE2PG_MODEL_OBSERVATION_H
#define OE2PG_MODEL_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Rows that a run, or one table in it, dealt with.
struct observed_counts {
    int64_t rows_read;
    int64_t bytes_read;
    int64_t rows_inserted;
    int64_t rows_updated;
    int64_t rows_deleted;
    int64_t rows_quarantined;
};

struct observed_run {
    int64_t id; // 0: no run yet
    const char *mode;
    const char *state; // "running", "done", "failed", "interrupted"
    const char *host;
    int64_t pid;
    const char *version;
    const char *error; // NULL: none
    int64_t started_ms;
    int64_t finished_ms;
    int64_t tables_total;
    int64_t tables_done;
    int64_t tables_failed;
    struct observed_counts counts;
    bool is_stopping;      // it was told to stop, or stops by itself
    bool holds_lock;       // the mirror's advisory lock is taken
    int64_t session_count; // of this run, on the server
};

// What verify found last.
struct observed_verification {
    int64_t verified_ms; // 0: never
    bool is_equal;       // but for what is in quarantine
    int64_t row_count;
    int64_t missing;
    int64_t changed;
    int64_t surplus;
    int64_t quarantined;
    int64_t unrecorded;
};

// What a table's mirror holds, and of which moment.
struct observed_content {
    int64_t row_count;
    int64_t size_bytes;
    int64_t read_from_ms;
    int64_t read_to_ms;
};

// A column that is not read plainly (model/column_way.h).
struct observed_way {
    const char *column;
    const char *way; // a word
    const char *reason;
    int64_t since_ms;
    int64_t probed_ms; // when it was last looked whether the column can be read otherwise
    int64_t row_count; // rows that are concerned; -1: not known
    int64_t longest;   // characters of the longest value met; -1: none is known
    bool is_longest_exact;
};

struct observed_ways {
    const struct observed_way *list; // by column
    size_t count;
};

struct observed_table {
    const char *source_schema;
    const char *source_table;
    const char *target_table;
    const char *state;
    const char *method;
    const char *reason;
    const char *key;   // column names with commas; NULL: keyless
    const char *error; // NULL: none
    const char *hint;
    struct observed_content content;
    int64_t last_success_ms;
    int64_t verified_ms; // when it was last found equal
    struct observed_verification verification;
    int64_t attempt;
    int64_t run_id;
    int64_t quarantined;              // open entries; -1: may not be seen
    const char *const *stale_columns; // still there, and not written: gone from the source
    size_t stale_count;
    struct observed_ways ways;
    bool is_ignored; // by the present configuration; filled by the caller
};

struct observed_worker {
    int64_t number;
    const char *source_schema;
    const char *source_table;
    const char *phase;
    int64_t phase_since_ms;
    int64_t table_since_ms;
    int64_t heartbeat_ms;
    int64_t row_count;
    int64_t size_bytes;
    int64_t of_rows; // -1: unknown
};

struct observed_quarantine {
    int64_t id;
    const char *source_schema;
    const char *source_table;
    const char *key;    // "name = value, ..."; NULL: the row has no key, or it is no text
    const char *column; // NULL: the whole row
    const char *reason;
    const char *value;   // its beginning, in hex; NULL: not asked for, or not readable
    int64_t value_bytes; // of the whole value; -1: unknown
    int64_t value_count; // of the column, for which the entry stands; -1: it is one
    int64_t first_seen_ms;
    int64_t last_seen_ms;
};

// One table in one run.
struct observed_table_run {
    int64_t run_id;
    const char *method;
    const char *reason;
    const char *state;
    const char *error;
    const char *hint;
    int64_t started_ms;
    int64_t finished_ms;
    int64_t attempts;
    struct observed_counts counts;
};

struct observed_change {
    int64_t run_id;
    int64_t changed_ms;
    const char *change;
    const char *statement; // NULL: none was needed
};

// One table's story; newest first.
struct observed_story {
    const struct observed_table *table;
    struct observed_table_run *runs;
    size_t run_count;
    struct observed_change *changes;
    size_t change_count;
};

struct observation {
    bool has_mirror;
    int64_t mirror_id;
    int64_t now_ms; // the server's clock
    const char *target_schema;
    const char *source_product;
    const char *source_host;
    int64_t source_port;
    const char *source_database;
    const char *source_schema;
    int64_t created_ms;
    struct observed_run run; // the one going on, or the last one
    struct observed_worker *workers;
    size_t worker_count;
    struct observed_table *tables; // by name
    size_t table_count;
    struct observed_quarantine *quarantine; // what was asked for
    size_t quarantine_count;
    int64_t quarantine_total; // open values of what was asked for; -1: may not be seen
};

#endif
