// The catalogue in words that both sides share: tables, columns, keys. All of it lives in the arena
// it was read into and is not changed after planning; any thread may read it.
#ifndef OE2PG_MODEL_TABLE_H
#define OE2PG_MODEL_TABLE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/column_way.h"
#include "model/counters.h"
#include "model/extras.h"
#include "model/mirror_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a value is, whatever the source calls its type. It decides the canonical text
// (model/canonical.h).
enum value_kind {
    VALUE_TEXT,
    VALUE_INTEGER,
    VALUE_DECIMAL,
    VALUE_FLOAT,  // double precision
    VALUE_FLOAT4, // single precision
    VALUE_BOOLEAN,
    VALUE_DATE,
    VALUE_TIME,
    VALUE_TIMESTAMP,
    VALUE_TIMESTAMP_TZ,
    VALUE_BINARY, // cells hold the raw bytes; their text is \x and hex digits
};

// Whether the source orders a column as it compares it, so that a read may stop at a value and go
// on with the greater ones.
enum column_order {
    ORDER_UNPROVED,   // nobody knows: what relies on it has to prove it in each read
    ORDER_DOCUMENTED, // by the product's documentation, and by a test of the type
    ORDER_BROKEN,     // it is known not to
};

// What the source's dictionary says of a table or a column to people. NULL: nothing.
struct dictionary_words {
    const char *label;
    const char *column_label;
    const char *description;
    const char *format; // how the source's own programs show it
    const char *help;
};

// What a column has to do with an array of the source, which comes as one text. Of zeros: nothing.
struct column_array {
    int extent;                   // elements, of an array
    const struct column *element; // what each of them is, without a name
    // Of a column that is one element: the array as the source has it, and which element, from 1.
    // All that a table has of one array stand side by side, and are read in one way.
    const struct column *whole;
    int place;
};

struct column {
    const char *name;        // as the source spells it
    const char *target_name; // its name in the mirror; NULL until model/name_map.h gave one
    const char *type_name;   // the source's own word for the type, e.g. "varchar(60)"
    enum value_kind kind;
    int driver_type; // the door's own type number (ODBC SQL_*); opaque outside of it
    size_t width;    // declared characters, digits or bytes; 0: unknown or unlimited
    int scale;       // declared decimals; -1: none declared
    bool is_nullable;
    bool is_unenforced; // where it is not nullable: rows from before it was so may hold NULL still
    bool is_long;       // no useful declared limit: a LOB, or a text of unknown length
    bool is_instant; // its text is an instant in UTC, the session's zone having been read back as
                     // that: no two instants have the same text, and the source orders by them
    bool is_row_id;  // no column: how the source calls where it keeps the row; never in quotes
    enum column_order order;
    const struct column_way *way; // how it is read; NULL: plainly
    // In what a door is asked for (source/rendition.h) it stands for one of the expressions by
    // which a column is read: which, from 1. 0: it is the column itself.
    unsigned expression;
    struct mirror_type native; // the counterpart of its type; text where there is none
    struct mirror_type held;   // what the mirror has, or is to have; known when that was looked at
    // What some catalogues know besides.
    bool is_case_sensitive; // 'a' and 'A' are two values of it; false where nobody says so
    struct column_array array;
    struct dictionary_words words;
};

enum { KEY_COLUMNS_MAX = 64 };

// A primary key or an index of the source: active, over whole columns; or a key that was
// configured.
struct key {
    const char *name;
    bool is_primary;
    bool is_row_number; // its one column is the whole number under which the source keeps the row
    bool may_repeat;    // nothing at the source that can be relied on says that it is unique
    uint16_t *columns;  // positions in table->columns, in key order
    size_t column_count;
    uint64_t descending; // bit i: the source keeps column i of the key from large to small
};

// The columns of a key by which a read lost rows or met some twice: the source's order proved
// false.
struct condemned_key {
    const char *const *columns; // as the source spells them, in key order
    size_t column_count;
    const struct condemned_key *next;
};

// What the choice of a table's key goes by and what is said about it.
struct key_grounds {
    const char *reason; // a sentence: why this key, or why none
    const char *caveat; // what the catalogue could not say about the keys; NULL: nothing
    const struct condemned_key *condemned; // no read is cut by these; NULL: none
};

// What the source's catalogue says about a table as a whole, and whether it could be asked.
struct catalog_entry {
    const struct key *indexes; // that are not unique; of the same columns as no key and no other
    size_t index_count;
    struct dictionary_words words;
    const char *left_out;       // why it is mirrored only if it is named; NULL: it is mirrored
    bool is_view;               // or something like it: mirrored only if include_views names it
    const char *parent_schema;  // of the table that it is a partition of
    const char *parent;         // NULL: it is no partition
    bool is_skipped;            // it is ignored: nothing but its name was asked for
    const struct error *unread; // why the rest of the entry could not be read; NULL: it was
    // Equal texts: the rows are the same, down to the last one. Its first word says when they were
    // taken, and a smaller one means earlier ("-": unknown). NULL: the source cannot tell.
    const char *version;
    bool is_absent;     // the source has none of its rows now: what was mirrored stays as it is
    bool may_lack_rows; // the source says that not all rows may be there: none is removed for it
    const void *place;  // where the rows are, for the door alone that read the catalogue
    // What the source counts of what is written to it, be it with all others; NULL: nothing.
    const struct row_counters *counters;
    struct change_policy *policy; // by which its changes are captured (model/capture.h); NULL: none
};

// Which rows of a table the user wants.
struct row_restriction {
    const char *condition; // in the source's SQL; NULL: all of them
    const char *place;     // the file and line that say it; NULL: none
};

// True for one that is selected as it is, in a session that cuts what is too wide.
static inline bool
column_is_cut(const struct column *column)
{
    return column->way != NULL && (column->way->kind == WAY_CUT || column->way->kind == WAY_SHORT);
}

// True for a column that is selected as it is, and whose whole values come.
static inline bool
column_is_plain(const struct column *column)
{
    return column->way == NULL || column->way->kind == WAY_ROWS;
}

// What the source is asked for: the column, or the array of which it is an element.
static inline const struct column *
column_at_source(const struct column *column)
{
    return column->array.whole != NULL ? column->array.whole : column;
}

// True for two elements of one array, and for a column and itself.
static inline bool
column_is_read_with(const struct column *column, const struct column *other)
{
    return column == other ||
           (column->array.whole != NULL && column->array.whole == other->array.whole);
}

// True for one that is NULL in the mirror, whatever the source holds.
static inline bool
column_is_left_out(const struct column *column)
{
    return column->way != NULL && column->way->kind == WAY_LEFT_OUT;
}

struct table_settings;

struct table {
    const char *catalog;     // the database as the driver calls it; NULL or "": it does not say
    const char *schema;      // "" where the source has none
    const char *name;        // as the source spells it
    const char *target_name; // its name in the mirror; NULL until named
    struct column *columns;  // in the source's order
    size_t column_count;
    const char *const *excluded; // names in the mirror of what exclude_columns took out
    size_t excluded_count;
    struct key *keys; // every candidate; model/key_choice.h chooses
    size_t key_count;
    const struct key *key; // the chosen one; NULL: keyless, or not chosen yet
    struct key_grounds key_grounds;
    struct catalog_entry entry;
    const struct table_settings *settings; // what mirror_settings.tables says of it; NULL: nothing
    struct row_restriction where;
    bool may_lose_rows;    // --allow-delete names it: the delete brake does not hold it
    bool is_read_whole;    // no row can be asked for, and no read be cut (source_capabilities)
    bool is_loosely_typed; // a value may be of another type than its column (SQLite)
    int64_t row_estimate;  // by the source's statistics; -1: unknown
    int priority;
};

// Which tables of a catalogue are worth asking about: told as soon as their names are known.
struct table_filter {
    // Sets is_skipped of the tables that no run will take; what is new lives in `arena`. NULL:
    // none.
    void (*skip_ignored)(
        const void *context, struct arena *arena, struct table *const *tables, size_t count);
    const void *context;
    bool are_views_named; // so that a list of views that may not be read is to be told of
};

// True where the column and the one before it are elements of one array: both are one value of the
// source.
static inline bool
table_column_goes_on(const struct table *table, size_t column)
{
    return column > 0 && column_is_read_with(&table->columns[column], &table->columns[column - 1]);
}

static inline bool
table_has_instants(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].is_instant)
            return true;
    }
    return false;
}

// Who the source is. Every text may be "" (unknown).
struct source_identity {
    const char *product; // e.g. "PostgreSQL"
    const char *version;
    const char *driver; // name and version
    const char *host;
    int port;
    const char *db_name;
    const char *guid;      // what stays the same for the life of a database
    const char *code_page; // the database's
    const char *isolation; // the level in force, and how that is known
    int heap_mb; // what the driver's own machine may take beside our memory; 0: it has none
};

struct catalog {
    struct table **tables; // sorted by name
    size_t table_count;
    const char **notes; // sentences about what could not be read; mostly none
    size_t note_count;
    struct source_counters counters; // by source_read_counters
    struct source_extras extras;     // by source_read_extras
};

#endif
