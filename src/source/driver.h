// What a driver must provide. Only drivers and source.c include this. A driver embeds struct source
// and struct cursor as the first members of its own and fills them before it hands them out.
#ifndef OE2PG_SOURCE_DRIVER_H
#define OE2PG_SOURCE_DRIVER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "model/batch.h"
#include "source/catalog/catalog_door.h"
#include "source/catalog/code_page.h"
#include "source/rendition.h"
#include "source/source.h"

#include <stdatomic.h>

// source.c's: another session of the same source, in which texts that are too wide are cut. It is
// opened when a read first needs one, and closed with the source.
struct cutting_session {
    const struct source_settings *settings; // of the source itself
    struct source_settings own;
    _Atomic(struct source *) opened; // NULL: not needed yet
    struct source *asker;            // in a session: the source that it is one of
};

struct source {
    const struct source_driver *driver;
    atomic_bool is_waiting;   // source.c's
    atomic_bool is_cancelled; // source.c's: the statement that is open, or was last
    bool has_cursor;          // source.c's
    struct source_identity identity;
    struct source_session session;
    bool buffers_results;
    bool is_read_whole;             // as in source_capabilities; what fails in a read is its table
    struct source_trouble trouble;  // source.c's; a driver sets the column where it knows
    size_t odd_stamp_count;         // since source_take_odd_stamps
    bool refuses_wide;              // past_width.c's: no expression brings more than the column
    const char *remark;             // for source_take_remark; lives as long as the source
    const char *const *description; // for source_description; lives as long as the source
    size_t description_count;
    const char *note;           // for source_take_note; lives as long as the source
    bool has_odds;              // results are not of the catalogue's types, and it was remarked
    unsigned value_copies;      // 0: unknown
    struct code_page code_page; // what texts come in; the driver releases it
    struct cutting_session cutting;
};

struct cursor {
    struct source *source;
    const struct table *table;   // source.c's: that the driver was asked for
    const struct table *asked;   // source.c's: whose rows are handed out
    struct rendition *rendition; // source.c's: how these are made of those; NULL: they are the same
    bool is_ahead;               // the driver's: the next batch is being fetched already
    bool is_ending;              // source.c's: no batch is to be begun any more
    size_t value_bytes;          // source.c's, as the next two: of the request
    struct batch converted;      // the driver's batch with texts in UTF-8
    struct buffer texts;         // which are here
    bool is_judged;              // source.c's: a session cuts, and the columns say which values
    struct batch judged;         // the batch with those marked
};

// Counts a stamp with zone that came as characters in a form that is not known: it is kept as it
// is.
void driver_judge_stamp(struct source *source, const char *text, size_t size);

// Remarks, the first time, that results are not of the types that the catalogue says. The arena
// lives as long as the source.
void driver_remark_odds(struct source *source, struct arena *arena, const struct table *table,
    const struct column *column);

// One door. Every function keeps the promise of its namesake in source.h, if there is one; none
// is optional, and none is ever given NULL.
struct source_driver {
    bool (*open)(const struct source_settings *settings, struct source **source, struct error *err);
    void (*close)(struct source *source);
    void (*cancel)(struct source *source);
    // After a failure of open_cursor or fetch: false when the connection is known to be dead.
    bool (*is_alive)(struct source *source);
    void (*read_limits)(struct source *source, struct source_limits *limits);
    const char *(*ask)(struct source *source, const char *sql);
    // Appends the SELECT that counts the table's rows.
    void (*append_count)(
        const struct source *source, struct buffer *sql, const struct table *table);
    bool (*read_catalog)(struct source *source, const struct table_filter *filter,
        struct arena *arena, struct catalog *catalog, struct error *err);
    // The ways to ask it. Not of a source that is_read_whole.
    struct catalog_door (*door)(struct source *source);
    bool (*open_cursor)(struct source *source, const struct read_request *request,
        struct cursor **cursor, struct error *err);
    bool (*fetch)(struct cursor *cursor, const struct batch **batch, struct error *err);
    void (*close_cursor)(struct cursor *cursor);
};

extern const struct source_driver odbc_source_driver;
extern const struct source_driver jdbc_source_driver; // in builds with OE2PG_JDBC
extern const struct source_driver dump_source_driver;

#endif
