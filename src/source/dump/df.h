// The schema of an OpenEdge database as its dictionary dumps it (.df), read as the dictionary's own
// loader reads it: all spellings of its verbs and objects, one file after another on top of what
// the earlier ones said. Pure: it opens no file. Everything lives in the schema's arena; one
// thread.
//
// A file that does not fit what is there already (a field of a table that nobody added) or is no
// .df at all is refused with its name and the number of the line. What a mirror has no use for
// (areas, triggers, formats of other products) is passed over.
#ifndef OE2PG_SOURCE_DUMP_DF_H
#define OE2PG_SOURCE_DUMP_DF_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of a number that the file does not say, or says as "?".
#define DF_UNKNOWN INT64_MIN

// Where a thing was said last, for messages.
struct df_place {
    const char *file;
    int line;
};

// Texts are NULL where nothing is said.
struct df_field {
    struct df_field *next; // in the order in which they were added
    struct df_place place;
    const char *name;
    const char *type;
    const char *format;
    const char *label;
    const char *column_label;
    const char *description;
    const char *help;
    const char *clob_code_page;
    int64_t order; // of the field among its table's: that of the values in a record
    int64_t position;
    int64_t extent;
    int64_t decimals;
    int64_t width;   // for SQL
    int file_number; // of the file that added it, from 1
    bool is_mandatory;
    bool is_case_sensitive;
    bool is_dropped; // an index may still name it
};

struct df_part {
    struct df_part *next;
    struct df_field *field;
    bool is_descending;
    bool is_abbreviated;
};

struct df_index {
    struct df_index *next;
    struct df_place place;
    const char *name;
    struct df_part *parts;
    bool is_unique;
    bool is_primary;
    bool is_word;
    bool is_inactive;
};

struct df_table {
    struct df_table *next;
    struct df_place place;
    const char *name;
    const char *kind; // of another product's table (TYPE)
    const char *dump_name;
    const char *label;
    const char *description;
    struct df_field *fields;
    struct df_index *indexes;
    int file_number; // of the last file that changed what its records hold otherwise than by a
                     // field that it added
    bool is_hidden;
};

struct df_sequence {
    struct df_sequence *next;
    struct df_place place;
    const char *name;
    int64_t initial;
    int64_t increment;
    int64_t min;
    int64_t max;
    bool is_cycling;
};

struct df_schema {
    struct arena *arena;
    struct df_table *tables; // in the order in which they were added
    struct df_sequence *sequences;
    struct df_table *latest; // the table that a statement named last
    int file_count;
    bool has_end;         // the last file ended as a dump ends, and not in the middle
    size_t unknown_count; // options of which nothing is known, and the first one
    const char *unknown;
    struct df_place unknown_place;
};

// Begins with nothing; `arena` is borrowed for the life of the schema.
void df_init(struct df_schema *schema, struct arena *arena);
// Reads a file's bytes on top of what is there. `code_page` is what a file is in that does not say
// it; NULL: UTF-8. A byte that is no character there becomes U+FFFD in a text for people, and is
// refused in a name. After a failure (ERROR_SOURCE) the schema is of no use.
bool df_read(struct df_schema *schema, const char *file, const char *bytes, size_t size,
    const char *code_page, struct error *err) __attribute__((warn_unused_result));

// By name, without case. NULL: there is none.
struct df_table *df_find_table(struct df_schema *schema, const char *name);
struct df_field *df_find_field(const struct df_table *table, const char *name);

#endif
