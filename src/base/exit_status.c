#include "base/exit_status.h"

static const struct exit_meaning statuses[] = {
    { EXIT_STATUS_DONE, "All that was asked for is done; a check found nothing wrong." },
    { EXIT_STATUS_PARTLY, "Finished, but not everything is as it should be: tables failed or were "
                          "held back, rows went to quarantine anew, or a check found something." },
    { EXIT_STATUS_USAGE, "The command line or the configuration is wrong; nothing was started." },
    { EXIT_STATUS_SOURCE, "The source cannot be reached, or refused the login; its driver "
                          "or Java cannot be loaded." },
    { EXIT_STATUS_TARGET, "PostgreSQL cannot be reached or used: rights, space, read-only." },
    { EXIT_STATUS_BUSY, "Another run holds the mirror; the message says which." },
    { EXIT_STATUS_BUG, "A bug, or no memory; or Java ended the process." },
    { EXIT_STATUS_INTERRUPTED, "Interrupted by SIGINT." },
    { EXIT_STATUS_HANGUP, "Ended by SIGHUP: its terminal was closed." },
    { EXIT_STATUS_TERMINATED, "Interrupted by SIGTERM." },
};

const struct exit_meaning *
exit_status_all(size_t *count)
{
    *count = sizeof statuses / sizeof statuses[0];
    return statuses;
}

enum exit_status
exit_status_of(enum error_kind kind)
{
    switch (kind) {
    case ERROR_NONE:
        return EXIT_STATUS_DONE;
    case ERROR_USAGE:
    case ERROR_CONFIG:
        return EXIT_STATUS_USAGE;
    case ERROR_SOURCE:
        return EXIT_STATUS_SOURCE;
    case ERROR_TARGET:
        return EXIT_STATUS_TARGET;
    case ERROR_TABLE:
    case ERROR_DATA:
    case ERROR_BRAKE:
        return EXIT_STATUS_PARTLY;
    case ERROR_BUSY:
        return EXIT_STATUS_BUSY;
    case ERROR_SYSTEM:
        return EXIT_STATUS_BUG;
    case ERROR_CANCELLED:
        return EXIT_STATUS_INTERRUPTED;
    }
    return EXIT_STATUS_BUG;
}

int
exit_status_of_signal(int signal)
{
    return 128 + signal;
}
