// The error value: owned by the caller, filled once where something fails, enriched on the way up,
// logged once at the top. Nothing here prints, allocates or keeps state; any thread may use its
// own.
#ifndef OE2PG_BASE_ERROR_H
#define OE2PG_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

// What may be done about a failure; the exit status follows from it (see docs/exit-status.md).
enum error_kind {
    ERROR_NONE = 0,
    ERROR_USAGE,     // the command line: nothing was started
    ERROR_CONFIG,    // the configuration: nothing was started
    ERROR_SOURCE,    // the source as a whole: unreachable, login refused, connection lost
    ERROR_TARGET,    // PostgreSQL as a whole: unreachable, disk full, read-only, no rights
    ERROR_TABLE,     // this table cannot be read or written; the others can
    ERROR_DATA,      // a row or a value of this table
    ERROR_BRAKE,     // the delete brake holds this table: nothing of it was changed
    ERROR_BUSY,      // another run holds the mirror
    ERROR_SYSTEM,    // the operating system, or a bug of ours
    ERROR_CANCELLED, // somebody asked for it
};

// Whose words a failure repeats: an SQLSTATE of the one side says nothing about the other.
enum error_side {
    ERROR_SIDE_OWN, // ours, or the operating system's
    ERROR_SIDE_SOURCE,
    ERROR_SIDE_TARGET,
};

// How a job that failed may succeed if it is done again.
enum error_retry {
    RETRY_NEVER,        // it would fail again
    RETRY_LATER,        // as it is, after a pause and on new connections
    RETRY_AT_ONCE,      // as it is: the source has learned how to read a column
    RETRY_WITH_ROOM,    // with more memory: a value has more bytes than fit now
    RETRY_IN_ORDER,     // read in key order, where the read can be cut
    RETRY_BY_OTHER_KEY, // by a key that is ordered as it is compared, or else in one go
    RETRY_BY_OTHER_WAY, // a column of it read in another way (model/column_way.h)
    RETRY_WITH_LESS, // another way: what cannot be read is then left out, or asked for by row ids
};

struct error {
    enum error_kind kind;
    enum error_side side;
    enum error_retry retry;
    char sqlstate[6];   // "" when the cause was not SQL
    long native_code;   // the driver's own number, of whatever the source says; 0 if none
    char message[1024]; // "what we did: why it failed", one line, no secret, no column value
    char hint[320];     // a sentence that tells the user what to do, or ""
};

// Fills `err` (replacing whatever it held) and returns false, so that detection is one line.
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Adds the remedy: a full sentence. Keeps one that is already there. Returns false.
bool error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Puts "what I was doing: " in front of the message; at most once per layer. Returns false.
bool error_within(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Forgets everything.
void error_clear(struct error *err);

// The word for a kind, for tests and debugging.
const char *error_kind_name(enum error_kind kind);

#endif
