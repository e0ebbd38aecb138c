// What the shell is told. One table, from the kind of an error.
#ifndef OE2PG_CLI_EXIT_STATUS_H
#define OE2PG_CLI_EXIT_STATUS_H

#include "base/error.h"

enum exit_status {
    EXIT_STATUS_DONE = 0,
    EXIT_STATUS_PARTLY = 1, // finished, but tables failed or rows went to quarantine
    EXIT_STATUS_USAGE = 2,  // usage or configuration: nothing was started
    EXIT_STATUS_SOURCE = 3,
    EXIT_STATUS_TARGET = 4,
    EXIT_STATUS_BUSY = 5, // another run holds the mirror
    EXIT_STATUS_BUG = 70,
    EXIT_STATUS_INTERRUPTED = 130, // SIGINT; 143 for SIGTERM
    EXIT_STATUS_TERMINATED = 143,
};

// The status for an error that ended the program. ERROR_CANCELLED is EXIT_STATUS_INTERRUPTED; who
// knows that it was SIGTERM returns EXIT_STATUS_TERMINATED instead.
enum exit_status exit_status_of(enum error_kind kind);

#endif
