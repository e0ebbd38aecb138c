// Whether a value that is wider than its column is declared can be had from the source after all:
// nobody documents it, so it is tried, over the table that has one. Nothing but what came is
// believed. One thread.
#ifndef OE2PG_SOURCE_PAST_WIDTH_H
#define OE2PG_SOURCE_PAST_WIDTH_H

#include "source/source.h"

struct past_width {
    bool is_trusted;
    struct column_way way; // when it is trusted, without a reason
    char why[200];         // a sentence: how, or why not
};

// True when an expression may bring values of the column that are too wide.
static inline bool
past_width_is_possible(const struct column *column)
{
    return column->width > 0 && (column->kind == VALUE_TEXT || column->kind == VALUE_DECIMAL);
}

// Tries expressions over `column` of the table, of which a value was too wide to be read: CAST,
// then slices, or the elements of an array. One is trusted when
// - a value comes that is longer than the column is declared,
// - slices agree where they overlap, and nothing lies beyond the last one (source/rendition.h),
// - of constants it keeps blanks at the end, and '' apart from NULL,
// - rows that come plainly have the same bytes in the column and in the expression, in one
//   statement.
// A handful of statements that read this column alone. What the source refused once is not tried
// again on this connection. Fails only where the source cannot be asked. No cursor is open.
bool past_width_try(struct source *source, const struct table *table, size_t column,
    struct past_width *found, struct error *err) __attribute__((warn_unused_result));

#endif
