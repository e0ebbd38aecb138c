// One run over a mirror, from the first connection to the summary. Called once, by the main thread,
// which it keeps: threads are started and joined within, SIGINT, SIGTERM and SIGHUP are its own
// from the first moment on.
#ifndef OE2PG_RUN_RUN_H
#define OE2PG_RUN_RUN_H

#include "base/error.h"
#include "model/settings.h"
#include "report/progress.h"

#include <stdbool.h>

struct run_end {
    bool is_complete;   // every table was mirrored and nothing went to quarantine anew
    int signal;         // that ended the run; 0: none
    struct error error; // why the run did not finish; kind ERROR_NONE: it did
};

// Failures of tables, and of the run, are logged when they happen and in the summary.
void run_sync(
    const struct settings *settings, enum progress_mode progress_mode, struct run_end *end);

#endif
