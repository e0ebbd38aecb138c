// Whether a text column whose values are wider than it is declared is to be read by a session that
// cuts them (source/cutting.h): that the server does so, and where, has to show in rows that fail
// otherwise. Nothing but what came is believed. One thread.
#ifndef OE2PG_SOURCE_CUT_WIDTH_H
#define OE2PG_SOURCE_CUT_WIDTH_H

#include "source/source.h"

enum { CUT_ROWS_MAX = 1000 }; // of a large table, that are read plainly for a value that may be cut

struct cut_width {
    // WAY_CUT, WAY_SHORT, or WAY_ROWS, when it is not to be read so; without a reason.
    struct column_way way;
    char why[200]; // a sentence
};

// Reads the texts of the whole table once by such a session, and then plainly some of the rows in
// which one may have been cut. The session is relied on when
// - one of these rows fails plainly because `column` is too wide, and came with exactly as much of
//   it as the width lets through: so many characters, or bytes,
// - and none came with less.
// Each such row is read plainly where they are few; where they are many, and most of the sample too
// wide, none is. Widths are taken for characters only where a value shows that they are no bytes.
// `is_again`: the column is read by WAY_CUT, and too many rows were read plainly. Fails only where
// the source cannot be asked. No cursor is open.
bool cut_width_try(struct source *source, const struct table *table, size_t column, bool is_again,
    struct cut_width *found, struct error *err) __attribute__((warn_unused_result));

#endif
