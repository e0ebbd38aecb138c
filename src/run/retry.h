// What follows on a failure: decided here and nowhere else. Pure; any thread.
//
//   cancelled                       the job is left as its last commit left it (the worker's own)
//   another run has the mirror      the run stops
//   PostgreSQL as a whole fails     the run stops, once the job was tried as often as it may be
//   the source cannot be opened     the same
//   PostgreSQL refused a row        the job is done again at once, row by row where it has to be
//   error.retry says how            the job is done again, at once or after a growing pause
//   anything else                   the table fails, the others go on
//
// A failure that passes by itself (RETRY_LATER) is counted for the part of the table that was in
// hand, so that one table of many parts may meet many of them. What is done again then is as little
// as its method allows: a first load begins its next attempt where each part was committed last,
// and does not read again what is done; a comparison reads the part alone once more
// (method/differ.h), and is repeated as a whole where that cannot be.
//
// Invariant: a job is done again a bounded number of times. Each part, and what is in no part,
// fails RETRY_ATTEMPTS times at most. What a job may be given more of (care, room, order) it is
// given once; what it may learn is bounded by RETRY_REPEATS.
#ifndef OE2PG_RUN_RETRY_H
#define OE2PG_RUN_RETRY_H

#include "base/error.h"
#include "method/effort.h"

enum {
    RETRY_ATTEMPTS = 5,   // at a part, with a pause before each further one
    RETRY_REPEATS = 2000, // at once, for something learned: a column that is wider, say
};

enum retry_step {
    RETRY_STEP_GIVE_UP,
    RETRY_STEP_AT_ONCE, // on the same connections
    RETRY_STEP_LATER,   // after a pause, on new connections
};

// What follows on `err`. `is_row`: PostgreSQL refused a row, and care would find it. Notes in
// `effort` what the next attempt is given.
enum retry_step retry_choose(struct effort *effort, const struct error *err, bool is_row);
// How often what is in hand failed so, up to RETRY_ATTEMPTS: a part, or what is in none.
int retry_failures(const struct effort *effort);
// After a job was given up: true when the whole run has to stop. `has_source`: a connection to the
// source can be opened, so that it is the table on which it failed.
bool retry_ends_run(const struct error *err, bool has_source);

#endif
