// What a source captures of the changes of its tables, by policies that an administrator made. A
// policy says which columns it tells of; one that does not tell of every mirrored column cannot
// vouch for a row. Pure; any thread. All of it lives in the arena of whoever asked.
#ifndef OE2PG_MODEL_CAPTURE_H
#define OE2PG_MODEL_CAPTURE_H

#include "model/table.h"

enum {
    CAPTURE_LEVEL_VALUES = 2, // from here on the values of the captured columns are kept
    CAPTURE_LEVEL_MOST = 3,
};

struct captured_column {
    const char *name; // as the source spells it
    const struct captured_column *next;
};

struct change_policy {
    const char *id;
    int level;                             // -1: the source does not say
    bool is_capturing;                     // active, and not a previous or a pending one
    const struct captured_column *columns; // NULL: none
    struct change_policy *next;            // of another table, or another one of the same
};

// Why changes of the table's columns may go untold, as a sentence in the arena; NULL: they are all
// told.
const char *capture_gap(struct arena *arena, const struct table *table);
// True where what is captured has the key of a row in it, so that a row that was deleted has a
// name.
bool capture_names_rows(const struct table *table);

#endif
