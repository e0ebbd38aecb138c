// A way of showing progress: a file sink_NAME.c each, and its place in the table of progress.c.
// Main thread. A sink never fails: what cannot be shown must not stop a mirror.
#ifndef OE2PG_REPORT_SINK_H
#define OE2PG_REPORT_SINK_H

#include "report/view.h"

struct sink {
    void *(*open)(void); // its state, never NULL
    // Called a few times a second; how much of that is shown is the sink's own choice.
    void (*tick)(void *state, const struct progress_view *view);
    // The last word, once every table has ended. NULL: there is none.
    void (*end)(void *state, const struct progress_view *view);
    void (*close)(void *state);
};

extern const struct sink sink_bar;  // bars at the bottom of a terminal
extern const struct sink sink_file; // lines into the log file
extern const struct sink sink_json; // JSON lines to the console: docs/progress.md
extern const struct sink sink_log;  // lines into the log file and to the console

#endif
