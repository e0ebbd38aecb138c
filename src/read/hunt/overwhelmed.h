// When so many values of a column are not to be had that looking for each row costs more than it
// brings: then the column is left out of the whole table (RETRY_BY_OTHER_WAY), by on_wide_value
// `best` alone.
#ifndef OE2PG_READ_HUNT_OVERWHELMED_H
#define OE2PG_READ_HUNT_OVERWHELMED_H

#include "read/hunt/workaround.h"

enum {
    OVERWHELMED_ROWS = 5,         // bad ones, half of all that were read: others are looked at
    OVERWHELMED_ROWS_MAX = 10000, // then nothing is looked at any more
};

// After a bad row was told, which `request` asked for. True, and err set, when no further one is to
// be looked for. A few rows far from where the bad ones were found decide: one import of bad values
// must not take the good ones of all other rows.
bool overwhelmed(struct workaround *workaround, struct source *source,
    const struct read_request *request, struct error *err);

#endif
