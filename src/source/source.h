// The reading side: the only room that talks to the source. One struct source is one connection,
// used by one thread at a time; only source_cancel may come from another. Nothing is ever written
// to the source. Every failure comes back as a struct error whose kind says what may be done:
// ERROR_SOURCE the connection or the login, ERROR_TABLE this table, ERROR_DATA a value in it.
//
// ERROR_DATA with RETRY_AT_ONCE means: repeat the same read on the same struct source. A
// value was wider than the block buffers, and the driver cannot go back to it; the source has noted
// the column and will read it another way. A table of n columns asks for this at most n + 1 times
// in the life of a source. With RETRY_NEVER the value itself is the trouble.
//
// A read that fails because it was cancelled, or because the connection is dead, is RETRY_LATER and
// no ERROR_DATA, whatever SQLSTATE the driver chose: some choose none.
#ifndef OE2PG_SOURCE_SOURCE_H
#define OE2PG_SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/part.h"
#include "model/settings.h"
#include "model/table.h"
#include "source/session.h"
#include "source/widths.h"

struct source;
struct cursor;

// Connects within settings->connect_timeout_s and sets up the session (read-only where the driver
// can, isolation as configured, all that changes results as product/product.h lists it).
// `settings` is borrowed for the life of the source.
bool source_open(const struct source_settings *settings, struct source **source, struct error *err)
    __attribute__((warn_unused_result));
// Closes cursors' statements too; NULL is fine.
void source_close(struct source *source);

// Makes a call that is running in another thread fail soon, where the driver can. The caller knows
// that it cancelled; the error itself may be of any kind.
void source_cancel(struct source *source);

// True while a thread waits for an answer of the source. Any thread.
bool source_is_waiting(const struct source *source);

// Who it is; borrowed from the source.
const struct source_identity *source_identity(const struct source *source);

// Which of its settings are as a read needs them; borrowed from the source.
const struct source_session *source_session(const struct source *source);

// What those above judge a source by: none of them asks which product it is. Texts are constants.
struct source_capabilities {
    // The id that the source keeps beside a row's key, to be read like a column; rows can be asked
    // for by it. NULL: there is none.
    const struct column *row_id;
    bool may_cut;        // a value as wide as its column may be the rest of a longer one
    bool has_metaschema; // its catalogue says who the database is, and how wide a column may be
    // A table is read from its first row to its last, in no order: no row is asked for by its key,
    // no read is cut, and there is no server whose statement could be cancelled. It reads the same
    // however often it is read.
    bool is_read_whole;
    const struct source_widths *widths; // that data may exceed; NULL: it never does
    char name_quote;                    // around a name that people type
    // Queries of one text, for source_ask: its clock in milliseconds since 1970, and letters beyond
    // ASCII, which are to come back as expected_letters. NULL: none is known.
    const char *clock;
    const char *letters;
    const char *expected_letters;
};
struct source_capabilities source_capabilities(const struct source *source);

// What there is, in sentences for people, where the source consists of files, once its catalogue
// was read; borrowed from it.
const char *const *source_description(const struct source *source, size_t *count);

// What the driver says of its limits, 0 where it says nothing or knows none.
struct source_limits {
    int64_t name_length;     // of a table, in characters
    int64_t statement_bytes; // of SQL
    int64_t columns;         // in one SELECT
};
void source_read_limits(struct source *source, struct source_limits *limits);
// The one text that a query gives, for a look at the source; borrowed from it. "" when there is
// none, for whatever reason.
const char *source_ask(struct source *source, const char *sql);

// The rows of a table, those that "where" lets through, as the source itself counts them. False
// when it gives no number.
bool source_count_rows(struct source *source, const struct table *table, int64_t *count)
    __attribute__((warn_unused_result));

// True when the driver holds the whole result of a statement in memory, whatever it is asked: large
// tables are then better read in pieces, by key.
bool source_buffers_results(const struct source *source);

// How many stamps with zone came as characters in a form that is not known, and were kept as they
// came, since this was last asked.
size_t source_take_odd_stamps(struct source *source);

// A sentence about the way its driver reads, for people, the first time that this is asked since it
// was found out; else NULL. Borrowed from the source.
const char *source_take_remark(struct source *source);

// Sentences about what was read since this was last asked: what decided how it was understood,
// where that may be another thing than people expect. NULL: nothing. Borrowed from the source.
const char *source_take_note(struct source *source);

// How many times a value is in memory while it is read: the driver's copies, and the cursor's.
unsigned source_value_copies(const struct source *source);

// Reads all tables (no views, no system tables) of settings->schema with columns, primary keys,
// unique indexes and row estimates, in as few calls as the door allows, into `arena`. What cannot
// be read at once is read table by table, without those that `filter` ignores; a table whose entry
// cannot be read is there with the reason (table.entry.unread). A source or schema without any
// table is an error: nobody means to mirror nothing.
bool source_read_catalog(struct source *source, const struct table_filter *filter,
    struct arena *arena, struct catalog *catalog, struct error *err)
    __attribute__((warn_unused_result));

// Fills catalog->counters and entry.counters of its tables: what the source counts of what is
// written to it, to be asked before anything is read that they are to vouch for. Where it counts
// nothing, or does not tell, it says why there; fails only for a lost connection.
bool source_read_counters(struct source *source, struct arena *arena, struct catalog *catalog,
    struct error *err) __attribute__((warn_unused_result));

// Fills catalog->extras: what the source has beside its tables, where one schema is mirrored what
// belongs to it. What it refuses to tell is told in extras.failures; fails only for a lost
// connection. (extras.c)
bool source_read_extras(struct source *source, struct arena *arena, struct catalog *catalog,
    struct error *err) __attribute__((warn_unused_result));

// Fills entry.policy of the catalogue's tables: how the source captures their changes. Where the
// policies can't be read, *missing says why, in the arena (NULL: they were, or there is no such
// thing); fails only for a lost connection.
bool source_read_policies(struct source *source, struct arena *arena, struct catalog *catalog,
    const char **missing, struct error *err) __attribute__((warn_unused_result));

// What becomes of texts that are wider than their columns are declared: they end the statement, or
// they are cut.
enum source_cutting {
    CUTTING_BY_COLUMN, // cut where some column is read so (column_is_cut); what may have been cut
                       // is CELL_CUT (model/batch.h)
    CUTTING_NEVER,
    CUTTING_ALWAYS, // and what is left of them comes
};

// Which rows are read is said here, beside the user's own condition in table->where.condition: by a
// part of the key and its bounds, by whole keys, by ids. All of it holds at once.
struct read_request {
    const struct table *table; // all of its columns are read, in order
    enum key_part part;
    const struct key *key; // needed unless part is KEY_PART_ALL
    // One range of the keys behind one: its first count-1 columns are equal, the last one is
    // greater. NULL: from the beginning of the part.
    const struct key_position *after;
    // Of KEY_PART_NOT_NULL, whole and without NULLs: the key behind which the read begins, and the
    // last one that is read. NULL: no limit.
    const struct key_position *beyond;
    const struct key_position *up_to;
    bool is_backward; // KEY_PART_NOT_NULL from the largest key to the smallest; without `after`
    bool is_count;    // KEY_PART_NOT_NULL in no order: the table's one column counts its rows
    const struct key_position *except; // rows with these whole keys, in which no NULL is, are left
    size_t except_count;               // out; of KEY_PART_ALL and KEY_PART_NOT_NULL
    struct row_ids only_ids;           // none: any row
    struct row_ids except_ids;
    enum source_cutting cutting;
    size_t row_limit;   // rows in all at most, where the source can; 0: no limit
    size_t batch_rows;  // rows a batch at most
    size_t block_rows;  // rows fetched at a time at most, where the source lets that
                        // be chosen apart from a batch; 0: as many as is best
    size_t batch_bytes; // stop filling a batch past this many bytes
    size_t value_bytes; // a longer value is not read (model/batch.h)
};

// True when the failure says that a row which was asked for by its id is not there.
bool source_row_is_gone(const struct source *source, const struct error *err);

// Opens the statement. One cursor at a time on a source, and one besides whose request cuts: that
// is a connection of its own, opened with the first of them. ERROR_TABLE when the table does not
// look like its catalogue entry any more.
bool source_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err) __attribute__((warn_unused_result));
// True once a request that cuts was met and its connection could be opened.
bool source_has_cutting_session(const struct source *source);
// The next rows; row_count == 0 means the end. Values are exact: a value that did not fit a block
// buffer is fetched whole, or the fetch fails, never shortened. ERROR_DATA names column and row.
bool cursor_fetch(struct cursor *cursor, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
// What might help with a value that the way its column is read (model/column_way.h) did not bring
// whole.
enum source_way_need {
    WAY_NEEDS_NOTHING,
    WAY_NEEDS_MORE,  // slices: it is longer
    WAY_NEEDS_FINER, // slices, each so short that nobody cuts it
    WAY_NEEDS_OTHER, // nothing that is known: what came contradicts itself
};
// What the last failure of opening a cursor or fetching was about, as far as the source tells.
struct source_trouble {
    int column;       // in the request's table; -1: not told
    bool is_too_wide; // the value does not fit the column's declaration
    enum source_way_need need;
};
struct source_trouble source_trouble(const struct source *source);
// For who is about to leave the cursor before its end, and could as well do so a batch later: true
// when the next batch is on its way already. The next fetch hands it out, and none is begun behind
// it.
bool cursor_is_ahead(struct cursor *cursor);
// Waits for a batch that is on its way. NULL is fine.
void cursor_close(struct cursor *cursor);

#endif
