// Where the mirror's digests do not fit into memory, the source's are put beside them: digest and
// key of every row that the scan met, in a temporary table. PostgreSQL finds those that have no
// partner, and only these rows are read again, by their key.
#ifndef OE2PG_TARGET_SEEN_H
#define OE2PG_TARGET_SEEN_H

#include "target/compare.h"

// A row as it is put into the table: see seen_shape.
enum { SEEN_COLUMNS_MAX = KEY_COLUMNS_MAX + 1 };

// A table for copy_stream_send: a digest, as text, and the key's columns. Borrows from `table`.
struct seen_shape {
    struct table table;
    struct column columns[SEEN_COLUMNS_MAX];
    char names[SEEN_COLUMNS_MAX][24]; // k1, k2, ...
};
void seen_shape_init(struct seen_shape *shape, const struct table *table);

// Opens a COPY of them; between transactions, each COPY is one of its own.
bool comparison_open_seen(struct comparison *comparison, const struct seen_shape *shape,
    struct copy_stream **copy, struct error *err) __attribute__((warn_unused_result));

// Compares what was seen, together with the candidates (rows whose key cannot be asked for), with
// the mirror: what has no partner there stays in either; mirror rows without one become `gone`.
// *wanted: rows of which only the key is there.
bool comparison_find_unseen(struct comparison *comparison, int64_t *wanted, struct error *err)
    __attribute__((warn_unused_result));

// The next keys that are wanted, `limit` at most, in `arena`; *row_count == 0 means the end.
// *position begins as 0.
bool comparison_next_wanted(struct comparison *comparison, struct arena *arena, int64_t *position,
    size_t limit, struct cell **values, size_t *row_count, struct error *err)
    __attribute__((warn_unused_result));

#endif
