// What the mirror could not take, kept where the owner can look at it: oe2pg.quarantine.
#ifndef OE2PG_TARGET_QUARANTINE_H
#define OE2PG_TARGET_QUARANTINE_H

#include "base/buffer.h"
#include "model/batch.h"
#include "target/mirror.h"

// Stands in key_columns where a row is told by the source's id of it. No column of a source that
// has such ids can be called so.
#define QUARANTINE_ROW_ID "ROWID"

struct quarantine_entry {
    const struct table *table;
    const struct cell *key_values; // one a key column; NULL: the table has no key
    const char *row_id;            // what the source calls the row, instead of a key; or NULL
    const char *column;            // the source's name; NULL: the whole row
    const char *reason;            // a word, see docs/tracking.md
    const char *detail;            // a sentence or NULL
    const char *bytes;             // the value as read; NULL: could not be read
    size_t size;
    uint64_t row_digest; // of the row as read, policies not applied
    int64_t bad_values;  // of the column, that the source did not deliver; 0: it is something else
    bool is_of_rows;     // of as many rows, and none of them is told
};

// Adds the entry, or marks a known one as seen again; *is_new tells which. Inside the table's
// transaction.
bool quarantine_save(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, bool *is_new, struct error *err)
    __attribute__((warn_unused_result));

// The number of the open entry that this one would be saved as; 0: there is none. Writes nothing.
// Inside a transaction.
bool quarantine_find(struct target *target, const struct mirror_claim *claim,
    const struct quarantine_entry *entry, int64_t *id, struct error *err)
    __attribute__((warn_unused_result));

// Appends a row as PostgreSQL's text form of text[]: value::text[] gives it back.
void quarantine_row_text(struct buffer *text, const struct table *table, const struct cell *row);

// Digests (without seed) of rows that are known to be refused, in `arena`; of a hundred thousand at
// most, the others are tried again.
bool quarantine_known_rows(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, uint64_t **digests, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// Rows with a value that could not be read, known by their key and by the source's id: a statement
// names each of them. Of keys, so many values in all: each is a parameter, and with a long name for
// each of a key's many columns a hundred rows take more than the 131,000 characters of a statement
// that OpenEdge reads. An id takes less of it, and no parameter.
enum {
    QUARANTINE_KEYS_MAX = 100,
    QUARANTINE_VALUES_MAX = 480,
    QUARANTINE_ROW_IDS_MAX = 500,
};

// Key values, one a key column, of rows in which a value could not be read, in `arena`. The table
// has a key.
bool quarantine_known_values(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, struct cell **values, size_t *row_count, struct error *err)
    __attribute__((warn_unused_result));
// The same of rows that are known by the source's id of them.
bool quarantine_known_row_ids(struct target *target, struct arena *arena, int mirror_id,
    const struct table *table, const char ***ids, size_t *count, struct error *err)
    __attribute__((warn_unused_result));
// Marks the known refused row as met in this run.
bool quarantine_touch_row(struct target *target, const struct mirror_claim *claim,
    const struct table *table, uint64_t digest, struct error *err)
    __attribute__((warn_unused_result));

// Open entries of the table.
bool quarantine_count(struct target *target, const struct mirror_claim *claim,
    const struct table *table, int64_t *count, struct error *err)
    __attribute__((warn_unused_result));
// Marks as resolved every open entry of the table that this run did not meet again.
bool quarantine_resolve_unmet(struct target *target, const struct mirror_claim *claim,
    const struct table *table, struct error *err) __attribute__((warn_unused_result));

#endif
