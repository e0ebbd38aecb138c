// What a session that cuts what is wider than its column is declared leaves of a text: it does not
// tell that it cut it, so it is judged whether the text is too short for that. Pure; any thread.
#ifndef OE2PG_SOURCE_CUTTING_H
#define OE2PG_SOURCE_CUTTING_H

#include "model/batch.h"
#include "model/table.h"

// What widths count.
struct cutting_unit {
    bool counts_bytes; // perhaps: nothing shows that they are characters
    bool is_utf8;      // of UTF-8; else of a code page in which a character takes up to four
};

// `code_page`: the database's.
struct cutting_unit cutting_unit(const char *code_page, bool counts_bytes);
// True for a text that is as long as what is left of a longer one. NULL: false.
bool cutting_may_have_cut(const struct cutting_unit *unit, size_t width, const struct cell *value);
// True for a column whose values such a session cuts, if they are too wide.
bool cutting_touches(const struct column *column);
// How a column of the table is read that such a session cuts by decision, of several the one with
// the more careful unit; NULL: there is none.
const struct column_way *cutting_way(const struct table *table);
// Values of the batch that may have been cut become CELL_CUT.
void cutting_judge(const struct cutting_unit *unit, const struct table *table, struct batch *batch);

#endif
