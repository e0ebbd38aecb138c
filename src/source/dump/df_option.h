// The options of a .df's statements: a line each, about the thing that the statement named.
#ifndef OE2PG_SOURCE_DUMP_DF_OPTION_H
#define OE2PG_SOURCE_DUMP_DF_OPTION_H

#include "source/dump/df.h"
#include "source/dump/df_line.h"

enum df_object {
    DF_NOTHING, // before the first statement
    DF_DATABASE,
    DF_TABLE,
    DF_FIELD,
    DF_INDEX,
    DF_SEQUENCE,
    DF_CONSTRAINT,
};

// What the lines behind a statement are about.
struct df_subject {
    enum df_object object;
    struct df_table *table; // of an index, and of its fields
    void *thing; // the struct df_table, df_field, df_index or df_sequence; NULL: of no use
};

// Takes the option that the line at hand says.
bool df_option_take(struct df_schema *schema, const struct df_lines *lines,
    const struct df_subject *subject, struct error *err) __attribute__((warn_unused_result));
// A word as a number; DF_UNKNOWN for "?".
bool df_option_number(const struct df_lines *lines, const struct df_word *word, int64_t *number,
    struct error *err) __attribute__((warn_unused_result));

#endif
