// Rows by their key: what the key's values tell, and what the source has with them now.
#ifndef OE2PG_READ_LOOKUP_H
#define OE2PG_READ_LOOKUP_H

#include "base/buffer.h"
#include "model/narrow.h"
#include "read/limits.h"
#include "source/source.h"

enum {
    LOOKUP_KEY_CAP = 1024 * 1024,
};

// Asks the source how many rows with this key (one value a key column, NULL included) are there
// now; stops at `enough`. The key is compared by its bytes, whatever the source takes for equal.
bool lookup_count(struct source *source, const struct table *table, const struct cell *values,
    const struct reader_limits *limits, size_t enough, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// True when the row has exactly these key values, byte for byte.
bool lookup_has_key(const struct key *key, const struct cell *row, const struct cell *values);
// Copies key values, `columns` being their places (NULL: in their order), into `bytes`, and points
// `cells` at them. ERROR_DATA when they are longer than LOOKUP_KEY_CAP.
bool lookup_keep_values(struct buffer *bytes, struct cell *cells, const struct cell *values,
    const uint16_t *columns, size_t count, struct error *err) __attribute__((warn_unused_result));
// True when the key values can be recorded as texts and asked for again: none is NULL, or has bytes
// of another encoding.
bool lookup_can_record(const struct cell *values, size_t count);
// The table with the columns of its key alone. Release it with narrow_release.
void lookup_narrow(struct narrow *narrow, const struct table *table);

#endif
