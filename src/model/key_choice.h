// Which key identifies a row. Pure; any thread.
#ifndef OE2PG_MODEL_KEY_CHOICE_H
#define OE2PG_MODEL_KEY_CHOICE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/settings.h"
#include "model/table.h"

// Sets table->key and table->key_grounds.reason: the configured key if any, else the primary key,
// else the unique key with the fewest columns (ties: mandatory columns first, then one whose order
// is documented, then by name). A key by which no read can be cut, for the source orders it in
// another way than it compares it, comes behind all mandatory ones; so does one with a column that
// is not read plainly (column_way.h), and one with a column that is left out is none. No key is not
// an error. A configured key that names a missing column is (ERROR_TABLE).
bool key_choice_make(struct arena *arena, const struct table_settings *settings,
    struct table *table, struct error *err) __attribute__((warn_unused_result));

// True when the source keeps column i of the key from large to small.
bool key_is_descending(const struct key *key, size_t i);

// True when the column, by its place in the table, is one of the key's. NULL and -1 are fine.
bool key_has_column(const struct key *key, int column);

// True when there can be rows in which the column is NULL, whatever its declaration says.
bool key_choice_can_be_null(const struct column *column);

// True when key values can be kept as text and compared by the source: no column that is not read
// plainly, no float and no binary in the key, a boolean or a stamp with zone only where the
// product's order of it is documented, a text of unknown length only in a key that the source
// declares. Then rows can be asked for by their key.
bool key_choice_is_askable(const struct table *table);
// True when, besides, no two rows have the same key: one that is asked for is the only one.
bool key_choice_is_exact(const struct table *table);
// What is known of the order of a key of the table: the worst that is known of its columns, and
// ORDER_BROKEN when it was condemned.
enum column_order key_choice_order(const struct table *table, const struct key *key);
// True when, besides, a read can be cut at any row and continued with the keys greater than that
// row's. A row with the same key would be lost at the cut; and the order is not known to be broken.
// Where it is ORDER_UNPROVED the read has to prove it (read/order_proof.h).
bool key_choice_is_resumable(const struct table *table);

#endif
