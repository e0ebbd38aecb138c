// Values wider than their columns: what the tracking tables know of them, beside what the source
// declares now. Both sides are asked and nothing is changed; no user's table is read. Nothing is
// waited for without a limit; SIGINT, SIGTERM and SIGHUP are its own from then on.
#ifndef OE2PG_CHECK_WIDTHS_H
#define OE2PG_CHECK_WIDTHS_H

#include "check/check.h"
#include "report/widths_text.h"

// Calls `tell` once, with a report that is borrowed for the call, unless `end` says why a side
// could not be used; `listener` is told of that, too.
void check_widths(const struct settings *settings, const struct check_listener *listener,
    void (*tell)(const struct width_report *report), struct check_end *end);

#endif
