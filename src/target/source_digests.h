// Where the mirror's digests do not fit into memory, the source's are put beside them: digest and
// key of every row that was read, in a temporary table. PostgreSQL finds those that have no
// partner, and only these rows are read again, by their key.
#ifndef OE2PG_TARGET_SOURCE_DIGESTS_H
#define OE2PG_TARGET_SOURCE_DIGESTS_H

#include "target/compare.h"

// A row as it is put into the table: see source_digest_shape.
enum { SOURCE_DIGEST_COLUMNS_MAX = KEY_COLUMNS_MAX + 1 };

// A table for copy_stream_send: a digest, as text, and the key's columns. Borrows from `table`.
struct source_digest_shape {
    struct table table;
    struct column columns[SOURCE_DIGEST_COLUMNS_MAX];
    char names[SOURCE_DIGEST_COLUMNS_MAX][24]; // k1, k2, ...
};
void source_digest_shape_init(struct source_digest_shape *shape, const struct table *table);

// Opens a COPY of them; between transactions, each COPY is one of its own.
bool comparison_open_source_digests(struct comparison *comparison,
    const struct source_digest_shape *shape, struct copy_stream **copy, struct error *err)
    __attribute__((warn_unused_result));

// Compares the digests, together with the candidates (rows whose key cannot be asked for), with
// the mirror: what has no partner there stays in either; mirror rows without one become `gone`.
// *wanted: rows of which only the key is there.
bool comparison_match_source_digests(struct comparison *comparison, int64_t *wanted,
    struct error *err) __attribute__((warn_unused_result));

// The next keys that are wanted, `limit` at most, in `arena`; *row_count == 0 means the end.
// *position begins as 0.
bool comparison_next_wanted(struct comparison *comparison, struct arena *arena, int64_t *position,
    size_t limit, struct cell **values, size_t *row_count, struct error *err)
    __attribute__((warn_unused_result));

#endif
