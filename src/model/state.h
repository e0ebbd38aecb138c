// What a past run recorded about a table, and what this run will record. Texts live in the arena
// they were read into, or are borrowed for the call that writes them.
#ifndef OE2PG_MODEL_STATE_H
#define OE2PG_MODEL_STATE_H

#include "model/part.h"
#include "model/table.h"

#include <stdbool.h>
#include <stdint.h>

enum table_state {
    TABLE_STATE_PENDING, // known, never mirrored
    TABLE_STATE_STAGED,  // a first load was begun, and some of it committed
    TABLE_STATE_LOADED,  // loaded and in its place; to be compared before it is done
    TABLE_STATE_DONE,
    TABLE_STATE_FAILED,
    TABLE_STATE_DROPPED, // gone from the source; its mirror is kept or was dropped
};

// The columns of a mirrored table, as far as later runs go by them.
struct recorded_shape {
    const char *const *digest_columns; // mirrored columns, in digest order
    size_t digest_column_count;
    const char *const *previous_columns; // digest_columns as recorded by an earlier run
    size_t previous_column_count;
    const char *const *stale_columns; // that were mirrored, are gone from the source and were kept
    size_t stale_column_count;
    uint64_t fingerprint; // of the shape the table was read with
    bool is_rezoned;      // this run's: what is mirrored has its time stamps in another zone
};

// What the mirror holds, and of which moment.
struct recorded_content {
    int64_t row_count;
    int64_t size_bytes;   // of the values read
    int64_t read_from_ms; // wall clock; how old the content is
    int64_t read_to_ms;
    bool was_resumed;           // it was read in more than one go
    const char *source_version; // catalog_entry.version of what was read; NULL: none was told
};

// A first load that is committed part by part.
struct recorded_staging {
    const char *table; // NULL: none
    bool was_recorded; // parts were, so they have to be removed
    struct part_list parts;
};

struct table_record {
    const char *source_schema;
    const char *source_table;
    const char *target_table;
    enum table_state state;
    const char *method; // a word of method_kind.h; "none": refused
    const char *reason; // a sentence
    const char *const *key_columns;
    size_t key_column_count;
    struct recorded_shape shape;
    struct recorded_content content;
    int64_t last_success_ms; // 0: never
    bool has_quarantine;     // something of it is in quarantine
    bool is_loaded;          // a first load put the table into its place
    bool may_vanish;         // --allow-delete names it: it may go although many go with it
    int64_t run_id;          // the last that wrote the record
    int attempt;
    const char *error; // NULL: none
    const char *hint;
    struct recorded_staging staging;
};

// The numbers of one table in one run.
struct table_result {
    int64_t rows_read;
    int64_t bytes_read;
    int64_t rows_inserted;
    int64_t rows_updated;
    int64_t rows_deleted;
    int64_t rows_left_out; // by the last read of the table: PostgreSQL cannot hold them
    int64_t values_quarantined;
    int64_t values_newly_quarantined; // not known from earlier runs
    int64_t values_full_width;        // as long as their column: a server may have cut them
    int64_t columns_full_width;       // with such values
    int64_t started_ms;               // wall clock
    int64_t finished_ms;
};

// A table that was in hand when a run ended without saying so.
struct suspect {
    const char *source_schema;
    const char *source_table;
    int64_t deaths;    // in a row, of runs that had nothing else in hand
    int64_t run_id;    // the last that ended with it in hand
    const char *phase; // which was doing this with it
    int64_t died_ms;   // wall clock: when that was found
};

// What a worker is doing, for `activity`.
enum phase {
    PHASE_IDLE,
    PHASE_OPENING,
    PHASE_READING,
    PHASE_COMMITTING,
    PHASE_COMPARING,
    PHASE_APPLYING,
    PHASE_INDEXING,
    PHASE_WAITING_FOR_READERS,
    PHASE_PAUSING,
};

#endif
