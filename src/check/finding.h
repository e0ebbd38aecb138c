// Between the files of the check.
#ifndef OE2PG_CHECK_FINDING_H
#define OE2PG_CHECK_FINDING_H

#include "base/arena.h"
#include "plan/selection.h"
#include "source/source.h"
#include "check/check.h"
#include "base/startup_watch.h"
#include "target/target.h"

struct check {
    const struct settings *settings;
    const struct check_listener *listener;
    sigset_t signals;
    struct startup_watch watch; // either side may hang where no time-out reaches it
    struct arena arena;
    struct target *target;           // NULL: could not be opened
    _Atomic(struct source *) source; // NULL: could not be opened
    int64_t clock_ahead_ms;          // PostgreSQL's clock, of this machine's
    bool has_clock;                  // PostgreSQL's is known
    const char *role;                // on PostgreSQL, quoted; NULL: unknown
    struct catalog catalog;
    struct selection selection;
    bool has_selection;
    bool has_tracking;               // tables that can be read
    const struct table **unreadable; // for want of a right, as far as it was tried
    size_t unreadable_count;
};

// Begins to watch over a check, which stays where it is until check_finish. That returns the signal
// that ended it early, or 0, and releases what there is, also of one that did not begin.
bool check_begin(struct check *check, const struct settings *settings,
    const struct check_listener *listener, struct error *err) __attribute__((warn_unused_result));
int check_finish(struct check *check);

// A finding; `remedy` may be "".
void check_report(struct check *check, enum check_level level, const char *subject,
    const char *remedy, const char *format, ...) __attribute__((format(printf, 5, 6)));
// A finding made of an error and its hint.
void check_report_error(
    struct check *check, enum check_level level, const char *subject, const struct error *err);

// The step that begins now; as startup_watch_expect, with the limits of the configuration.
bool check_expect_target(struct check *check, const char *doing, struct error *err)
    __attribute__((warn_unused_result));
// `times` stall_seconds, besides the time to connect.
bool check_expect_source(struct check *check, const char *doing, int times, struct error *err)
    __attribute__((warn_unused_result));

// "a, b, c and 17 more": CHECK_NAMES_WANTED names at most are spelled out. Begins as zeros.
enum { CHECK_NAMES_WANTED = 5 };
struct check_names {
    char text[512];
    size_t size;  // of the text
    size_t count; // of names added
};
void check_names_add(struct check_names *names, const char *name);
// Ends the list; returns its text.
const char *check_names_end(struct check_names *names);

// Each opens its side, reports, and leaves it open. False when it cannot be used.
bool check_target(struct check *check, struct error *err) __attribute__((warn_unused_result));
bool check_source(struct check *check, struct error *err) __attribute__((warn_unused_result));
// The source's clock, driver's limits, isolation, letters: asked of an open source.
bool check_probes(struct check *check, struct error *err) __attribute__((warn_unused_result));
// The settings of the source's session; and, once tables were selected, what its zone means.
void check_session(struct check *check);
void check_zone(struct check *check);
// Whether the mirror, if there is one, is meant by this configuration: as far as the sides are
// open.
bool check_mirror(struct check *check, struct error *err) __attribute__((warn_unused_result));
// What stands in the way of mirrored tables: needs both sides.
bool check_mirrored_tables(struct check *check, struct error *err)
    __attribute__((warn_unused_result));

// The statement that lets the source's user read the table, every name in quotes, in the arena.
const char *check_grant(struct check *check, const struct table *table);
// What there is to say of a source with a metaschema besides; nothing of any other. Needs an open
// source.
void check_metaschema(struct check *check);
// Of tables that are to be read by a stamp. Needs an open source.
void check_stamps(struct check *check);
// At the end, for listener->server_line.
void check_describe_server(struct check *check);

#endif
