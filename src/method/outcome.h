// What became of a job, as a method leaves it and as the queue keeps it.
#ifndef OE2PG_METHOD_OUTCOME_H
#define OE2PG_METHOD_OUTCOME_H

#include "base/error.h"
#include "model/state.h"
#include "target/differences.h"

enum outcome_state { OUTCOME_WAITING, OUTCOME_RUNNING, OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_LEFT };

// What a comparison found out about the source's counters.
enum counters_proof {
    COUNTERS_UNTRIED, // no changes, or for other reasons too
    COUNTERS_TOLD,    // of the changes that were found
    COUNTERS_MISSED,  // changes that were found, and tell nothing of them still
};

// How a table ended in this run.
struct outcome {
    enum outcome_state state;
    struct table_result result;
    int64_t row_count; // in the mirror now
    int attempts;
    size_t odd_stamps; // stamps with zone in a form that is not known
    bool is_different; // METHOD_VERIFY: source and mirror were not equal
    bool is_repaired;  // METHOD_VERIFY: its repair was begun, and with OUTCOME_DONE succeeded
    bool is_verified;  // METHOD_VERIFY: `verification` is what the last comparison found
    struct verification verification;
    enum counters_proof counters_proof;
    char *report;       // that in lines, where they are to be told later; NULL: none
    struct error error; // OUTCOME_FAILED: why
};

// Frees the report.
void outcome_release(struct outcome *outcome);

#endif
