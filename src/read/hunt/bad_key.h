// What follows where a value of the key cannot be had, or cannot be sent back to the source, so
// that its row cannot be asked for: the table is read by row ids; where the source has none, by
// another key, or in one go (RETRY_BY_OTHER_KEY) or with the column read in another way
// (RETRY_BY_OTHER_WAY), by on_wide_value `best` alone; else it fails.
#ifndef OE2PG_READ_HUNT_BAD_KEY_H
#define OE2PG_READ_HUNT_BAD_KEY_H

#include "read/hunt/workaround.h"

// After the failure in `err`; `column` is the one it was about, -1: nobody knows, then the columns
// of the key are read one by one, in statements of their own: no cursor is open. Returns false, err
// says what is done, or why the table fails.
bool bad_key_fail(
    struct workaround *workaround, struct source *source, int column, struct error *err);

#endif
