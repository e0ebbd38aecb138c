// How a column is read, where the column and not a row of it is the trouble: its values are wider
// than it is declared, and the source does not deliver them plainly. Decided once by evidence
// (source/past_width.h, method/other_way.h), kept in oe2pg.column_way, and the same in every run
// until the declaration or the source's version changes. Pure; any thread.
#ifndef OE2PG_MODEL_COLUMN_WAY_H
#define OE2PG_MODEL_COLUMN_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_way_kind {
    WAY_ROWS, // plainly; what fails is looked for row by row: nothing gets past the width
    // The whole value comes, by one expression or by several that source/rendition.h joins.
    WAY_CAST,
    WAY_SLICES,
    WAY_ELEMENTS, // of an array
    // By a session that cuts what is too wide (source/cutting.h): a value that is too short to have
    // been cut is whole.
    WAY_CUT,   // a row with another one is read plainly, by its key or id
    WAY_SHORT, // any other one is NULL
    // It does not come.
    WAY_LEFT_OUT, // NULL in every row
};

struct column_way {
    enum column_way_kind kind;
    const char *reason;    // a sentence
    size_t declared_width; // with which that is so
    size_t longest;        // characters of the longest value met; 0: none is known
    bool is_longest_exact; // else there may be longer ones
    int64_t rows;          // that are concerned, as far as known; -1: unknown
    size_t slice_width;    // WAY_SLICES: characters asked for at a time
    size_t slice_count;    // expressions: slices, the last of them beyond the end; or elements
    bool begins_left;      // the first slice is asked for by LEFT
    bool counts_bytes;     // WAY_CUT, WAY_SHORT: the width may be one of bytes
};

enum {
    COLUMN_WAY_SLICES_MAX = 1000, // in a statement of 131,000 characters
    COLUMN_WAY_CAST_WIDTH = 31983,
};

// As in oe2pg.column_way. False for a word that is none.
const char *column_way_word(enum column_way_kind kind);
bool column_way_find(const char *word, enum column_way_kind *kind);

// Behind "the column is": "read by a cast".
const char *column_way_phrase(enum column_way_kind kind);

// Expressions that the column is selected by: none where it is left out.
size_t column_way_expressions(const struct column_way *way);
// Characters that neighbouring slices share.
size_t column_way_overlap(size_t slice_width);
// Where slice number `i` (from 0) begins, in characters from 0.
size_t column_way_begin(const struct column_way *way, size_t i);
// Slices that a value of so many characters takes, the one beyond its end among them.
size_t column_way_slices_for(size_t slice_width, size_t characters);
// Asks for more of a value that was not whole: twice the slices, or finer ones that reach as far.
// False when the way has no more.
bool column_way_grow(struct column_way *way, bool is_finer);

#endif
