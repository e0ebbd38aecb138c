// Tries everything that a run needs, on both sides, and changes nothing: connections, rights,
// names, what can be read. One finding after the other, as soon as it is known, each with its
// remedy. Nothing is waited for without a limit (docs/failures.md); SIGINT, SIGTERM and SIGHUP are
// the check's own from then on.
#ifndef OE2PG_CHECK_CHECK_H
#define OE2PG_CHECK_CHECK_H

#include "base/error.h"
#include "model/settings.h"

enum check_level {
    CHECK_OK,
    CHECK_WARNING, // a run would work; somebody should look
    CHECK_WRONG,   // a run would fail, as a whole or in part
    CHECK_SKIPPED, // could not be tried; the text says why
};

struct check_finding {
    enum check_level level;
    const char *subject; // "PostgreSQL", "source", ...: a word or two
    const char *text;    // one line; names in it come from the servers and may be hostile
    const char *remedy;  // what to do, exactly; "": nothing
};

// Called for each finding; `end` when a side hangs where nothing brings it back: the process ends
// when it returns. `server_line`, which may be NULL, is told at the end what kind of server this
// is, line by line: shapes and counts, no data and no names. The texts are borrowed for the call.
struct check_listener {
    void (*server_line)(void *context, const char *line);
    void (*found)(void *context, const struct check_finding *finding);
    void (*end)(void *context);
    void *context;
};

// Why a side could not be used; kind ERROR_NONE: it could. Both are tried, unless one of them hangs
// or somebody interrupts.
struct check_end {
    struct error source;
    struct error target;
    int signal; // that ended the check early; 0: none
};

// `source_error`, when its kind is not ERROR_NONE, says why the source cannot even be tried.
void check_both_sides(const struct settings *settings, const struct error *source_error,
    const struct check_listener *listener, struct check_end *end);

#endif
