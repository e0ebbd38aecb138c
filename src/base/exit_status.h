// What the shell is told. One table, which help, manual page and documents are held against.
#ifndef OE2PG_BASE_EXIT_STATUS_H
#define OE2PG_BASE_EXIT_STATUS_H

#include "base/error.h"

#include <stddef.h>

enum exit_status {
    EXIT_STATUS_DONE = 0,
    EXIT_STATUS_PARTLY = 1, // finished, but tables failed or rows went to quarantine
    EXIT_STATUS_USAGE = 2,  // usage or configuration: nothing was started
    EXIT_STATUS_SOURCE = 3,
    EXIT_STATUS_TARGET = 4,
    EXIT_STATUS_BUSY = 5, // another run holds the mirror
    EXIT_STATUS_BUG = 70,
    EXIT_STATUS_HANGUP = 129,      // SIGHUP
    EXIT_STATUS_INTERRUPTED = 130, // SIGINT
    EXIT_STATUS_TERMINATED = 143,  // SIGTERM
};

struct exit_meaning {
    enum exit_status status;
    const char *meaning; // sentences
};
// All of them, in the order in which they are told.
const struct exit_meaning *exit_status_all(size_t *count);

// The status for an error that ended the program. ERROR_CANCELLED is EXIT_STATUS_INTERRUPTED; who
// knows the signal asks exit_status_of_signal instead.
enum exit_status exit_status_of(enum error_kind kind);
// As a shell has it for a process that the signal ended: 128 and its number.
int exit_status_of_signal(int signal);

#endif
