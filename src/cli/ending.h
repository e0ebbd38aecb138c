// How a command ends: what is logged of it, and the exit status.
#ifndef OE2PG_CLI_ENDING_H
#define OE2PG_CLI_ENDING_H

#include "base/error.h"

// Logs the error that ends a command, with its remedy. Returns the exit status.
int ending_by_error(const struct error *err);
// The exit status for how a run ended; an error that ended it is logged. Of sync and verify.
struct run_end;
int ending_of_run(const struct run_end *end);

#endif
