// A source that is a script, for unit tests of what stands above a door: rows in memory, faults at
// a value, a statement or a fetch, lies, and hooks where a test wants something to happen
// meanwhile. It shows what no real driver shows when it is asked to; what drivers do is for the
// tests that have them.
//
// Rows come in the order in which they stand, whatever the comparison says of them: by the bytes of
// their texts. A statement sees the rows as they are when it is opened; they may be changed while
// none is open. A column of a request is found by its name, so tables may be seen through some of
// their columns. The user's condition is not understood.
//
// A test that links it (meson: fake_driver) gets what source_open gives from fake_source_opens.
#ifndef OE2PG_TESTS_FAKE_DRIVER_H
#define OE2PG_TESTS_FAKE_DRIVER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "source/driver.h"

enum { FAKE_COLUMNS_MAX = 8, FAKE_ITEMS_MAX = 256, FAKE_ROWS_MAX = 4096 };

enum fake_value {
    FAKE_READABLE,
    FAKE_UNREADABLE, // what comes to it fails, and nobody says which column it is
    FAKE_NAMED,      // the same, and the source says it
    FAKE_TOO_WIDE,   // the same in OpenEdge's words: wider than the column, which says how wide
};

// What an expression over a column gives of a value that is FAKE_TOO_WIDE.
enum fake_expressions {
    FAKE_REFUSES,
    FAKE_CASTS,
    FAKE_SLICES, // and no cast
    FAKE_CUTS,   // as much as the column would
    FAKE_SPOILS, // it is made another text
};

struct fake_row {
    const char *values[FAKE_COLUMNS_MAX]; // NULL: NULL
    enum fake_value states[FAKE_COLUMNS_MAX];
    int64_t id;
    bool is_lost; // it is listed with its id, and not found by it
};

struct fake_table {
    struct table table; // as the catalogue shows it; tests may change all of it
    struct column columns[FAKE_COLUMNS_MAX];
    struct key key;
    uint16_t key_columns[FAKE_COLUMNS_MAX];
    struct arena arena;
    struct fake_row *rows; // in `arena`
    size_t row_count;
};

// A connection to it. Zeros are a source that does all it is asked to.
struct fake_source {
    struct source base; // first; buffers_results, identity and session may be set
    struct fake_table *table;
    // --- how it reads
    size_t block;     // rows fetched at a time whatever is asked for: a bad one loses all
    bool reads_ahead; // cursor_is_ahead, as long as there are rows
    bool folds_case;  // where it compares for equality
    enum fake_expressions expressions;
    bool cuts_wide;       // FAKE_TOO_WIDE is shown cut; source_open sets it as settings say
    size_t shown_bytes;   // of a text; it is compared whole; 0: all
    size_t ends_after;    // rows of a result, at its most; 0: no limit
    bool counts_values;   // a count fails for a bad value in the key of a row that it counts
    bool refuses_counts;  // these three: with ERROR_TABLE
    bool refuses_ids;     // rows asked for by their ids
    bool refuses_without; // rows left out by their ids
    bool is_dead;         // what is_alive tells
    // --- once, when so many were opened or fetched (1: at the first one)
    size_t fails_at_statement;
    size_t fails_at_fetch;
    struct error failure;
    // --- before a statement is opened, which is counted already; without a request before a count
    // that source_count_rows asks for
    void (*before)(struct fake_source *source, const struct read_request *request);
    void *context; // the hook's
    // --- what was done
    size_t statements;
    size_t counts; // of them
    size_t fetches;
    size_t open_cursors;
    size_t closes; // of the source
};

// All columns are mandatory texts; the first `key_count` are the key, of this order. None: keyless.
void fake_table_init(struct fake_table *table, const char *const *names, size_t column_count,
    size_t key_count, enum column_order order);
void fake_table_release(struct fake_table *table);
// One word a column, between single blanks; "~" is NULL. The row's id is its number, from 1.
struct fake_row *fake_table_add(struct fake_table *table, const char *words);
// So many rows: "0001 a b c", "0002 a b c", of as many columns as there are.
void fake_table_fill(struct fake_table *table, size_t count);

void fake_source_init(struct fake_source *source, struct fake_table *table);
// What the next source_open gives; NULL: it fails.
void fake_source_opens(struct fake_source *source);

// Rows as text: values between blanks, rows between "|", NULL as "~", a value that was too long to
// be read as "#" and its size.
void fake_append_rows(struct buffer *text, const struct batch *batch);

#endif
