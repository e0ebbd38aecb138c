// What a run would do, and what it would meet: filled by plan/preview.c, shown by report/plan_*.c.
// Texts live in the arena they were made in. Numbers that nobody knows are -1.
#ifndef OE2PG_MODEL_PREVIEW_H
#define OE2PG_MODEL_PREVIEW_H

#include "model/first_load.h"
#include "model/name_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- what was found on the target ---------------------------------------------------------------

struct mirrored_column {
    const char *name;
    bool is_required;      // NOT NULL without a default
    uint32_t type_oid;     // of pg_type
    int32_t type_modifier; // pg_attribute.atttypmod
    const char *dependent; // an object that needs it, in words; NULL: none
};

// Something in the target schema.
struct mirrored_relation {
    const char *name;
    char kind; // pg_class.relkind
    bool is_owned;
    bool has_row_security; // policies count for this role: reading would fail
    bool lacks_identity;   // published for updates or deletes without a replica identity
    const char *publication;
    const char *dependent; // what needs it and none of its columns, in words; NULL: none
    int64_t size_bytes;    // with indexes
    struct mirrored_column *columns;
    size_t column_count;
};

// The last run that read the table to its end.
struct table_history {
    const char *source_schema;
    const char *source_table;
    int64_t rows_read;
    int64_t bytes_read;
    int64_t duration_ms;
};

// A column with values that its type does not hold: they are in quarantine.
struct misfit_column {
    const char *source_schema;
    const char *source_table;
    const char *column; // as the source spells it
    int64_t value_count;
    bool are_numbers; // all of them
};

struct inspection {
    struct mirrored_relation *relations; // by name, as bytes
    size_t relation_count;
    struct table_history *histories;
    size_t history_count;
    struct misfit_column *misfits;
    size_t misfit_count;
    const char *all_tables_publication; // FOR ALL TABLES, of updates or deletes; NULL: none
    int64_t database_bytes;
    struct first_load_way first_load;
    bool has_schema;
    bool may_create_schema;
    bool may_create_tables; // in the schema, if it exists
};

// ---- what follows ------------------------------------------------------------------------------

// Something that would make the table, or the run, fail.
struct preview_obstacle {
    const char *what;
    const char *remedy; // a sentence, or ""
};

// A table that stands there while nothing is recorded of it, as `oe2pg adopt` would take it.
struct preview_adoption {
    size_t columns_there; // of the source's
    size_t columns_in_all;
    const char **added; // names in the mirror of the source's other columns
    size_t added_count;
    const char **others; // columns of the table that the source has not: they stay as they are
    size_t other_count;
};

enum preview_verdict {
    PREVIEW_LOAD,    // first load
    PREVIEW_COMPARE, // read and compared
    PREVIEW_REFUSED, // counts as failed
    PREVIEW_IGNORED,
    PREVIEW_NOT_SELECTED, // --table names others
    PREVIEW_GONE,         // mirrored, but no longer in the source
};

struct preview_table {
    enum preview_verdict verdict;
    const char *source_schema;
    const char *source_table;
    const char *target_table; // NULL when it got no name
    const char *method;       // NULL when it is not read, be it that nothing was written to it
    const char *reason;
    const char *key; // column names with commas; NULL: none
    const char *key_reason;
    const char *where;      // the restriction; NULL: none
    const char *ignored_by; // place and pattern; NULL unless ignored
    int64_t row_estimate;
    int64_t size_bytes; // to be read
    int64_t duration_ms;
    int64_t disk_bytes; // the target will need; 0 where there is no first load
    const char **statements;
    size_t statement_count;
    struct name_list stale; // columns that were mirrored once, are not any more, and are kept
    struct preview_obstacle *obstacles;
    size_t obstacle_count;
    const struct preview_adoption *adoption; // NULL: adopt would not take it
};

// Sums over what is read; with what is known only, the rest is counted.
struct preview_sums {
    size_t load_count;
    size_t compare_count;
    size_t unread_count; // of them
    size_t refused_count;
    size_t ignored_count;
    size_t gone_count;
    size_t blocked_count; // to be read or dropped, but an obstacle stands in the way
    int64_t row_sum;
    int64_t byte_sum;
    int64_t disk_sum;
    int64_t duration_ms; // of the whole run with its jobs; -1: unknown
    size_t unknown_rows; // tables without an estimate
    size_t unknown_bytes;
    size_t unknown_durations;
};

struct preview {
    const char *target_schema;
    const char *source_product;
    const char *source_database;
    bool has_mirror;
    int64_t last_run_id; // 0: none
    int jobs;
    struct preview_table *tables; // those to be read in the order of the run, then the others
    size_t table_count;
    const char **warnings; // about patterns that match nothing, and the like
    size_t warning_count;
    const char **statements; // before any table
    size_t statement_count;
    struct preview_obstacle *obstacles; // of the run as a whole
    size_t obstacle_count;
    struct preview_sums sums;
    int64_t database_bytes;
    struct first_load_way first_load;
    const char *counters; // why the source's are believed, or not yet; NULL: it has none
};

#endif
