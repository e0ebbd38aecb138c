// A mirrored table in memory, for unit tests of the methods: it stands in the place of what target/
// sends to PostgreSQL for one comparison (--wrap; see tests/meson.build). Rows are matched by
// digest and paired by key as target/compare.h promises; that PostgreSQL does so is for the tests
// that have one. Values are texts.
#ifndef OE2PG_TESTS_FAKE_MIRROR_H
#define OE2PG_TESTS_FAKE_MIRROR_H

#include "fake_driver.h"

#include "base/digest_set.h"
#include "target/compare.h"
#include "target/differences.h"

enum { FAKE_MIRROR_ROWS_MAX = 64 };

// What can be told to fail, once: with ERROR_TARGET, RETRY_LATER.
enum fake_step {
    FAKE_NO_STEP,
    FAKE_READ_MIRROR,
    FAKE_SEND,
    FAKE_TAKE_BACK,
    FAKE_PAIR,
    FAKE_APPLY,
    FAKE_RECORD,
    FAKE_COMMIT,
    FAKE_MOVE,
};

enum fake_place { FAKE_NOWHERE, FAKE_STAGED, FAKE_IN_PLACE };

struct fake_mirror {
    struct fake_table rows; // as the mirror has them
    enum fake_place place;
    bool is_large;  // digests do not fit: PostgreSQL compares
    size_t changes; // comparisons that find that the mirror has changed meanwhile
    enum fake_step fails_at;
    const uint64_t *known_rows; // digests of rows that are in quarantine; borrowed
    size_t known_row_count;
    // --- the comparison in hand
    const struct table *table;
    const struct digest_kind *kind;
    struct fake_row candidates[FAKE_MIRROR_ROWS_MAX]; // texts in rows.arena
    size_t candidate_count;
    struct fake_row
        source_digests[FAKE_MIRROR_ROWS_MAX]; // where digests do not fit: digest, key values
    size_t source_digest_count;
    size_t wanted[FAKE_MIRROR_ROWS_MAX]; // of `source_digests`: the mirror has no such row
    size_t wanted_count;
    bool is_loading;             // what is copied goes into the rows themselves
    enum fake_place begun_place; // with the open transaction; also:
    size_t begun_count;
    struct column begun_columns[FAKE_COLUMNS_MAX];
    size_t begun_column_count;
    bool is_taking_digests;               // what is copied goes into `source_digests`
    bool is_paired[FAKE_MIRROR_ROWS_MAX]; // the candidate
    bool is_gone[FAKE_MIRROR_ROWS_MAX];
    bool is_updated[FAKE_MIRROR_ROWS_MAX]; // a gone row that a candidate is paired with
    bool was_gone[FAKE_MIRROR_ROWS_MAX];   // in the comparison before this one
    // --- what was done
    bool is_in_transaction;
    bool is_copying;
    size_t comparisons;
    size_t writes;                    // transactions that recorded the table and were committed
    struct verification verification; // as recorded
    size_t quarantined;
    struct table_result result; // as recorded
    bool is_recorded;           // in the open transaction
    struct table_record saved;  // by it
    struct table_record record; // as the last commit left it
};

// One at a time in a program.
void fake_mirror_init(
    struct fake_mirror *mirror, const char *const *names, size_t column_count, size_t key_count);
void fake_mirror_release(struct fake_mirror *mirror);
// Rows, as fake_append_rows writes them, in the order in which they came.
void fake_mirror_append(struct buffer *text, const struct fake_table *rows);

// --- for the files beside fake_mirror.c

struct fake_mirror *fake_mirror_current(void);
// True, and err set, when it was told to fail here.
bool fake_mirror_fails(enum fake_step step, struct error *err);
// Of the mirrored columns.
uint64_t fake_mirror_digest(const struct fake_row *row);
struct cell fake_cell(const char *value);
// Key values in `arena`; none of a keyless table.
void fake_mirror_give_keys(struct arena *arena, const struct fake_row *const *rows, size_t count,
    struct cell **values, size_t *row_count);
// The same of candidates whose key the mirror, or another candidate, has as well.
void fake_mirror_duplicates(struct arena *arena, struct cell **values, size_t *row_count);

#endif
