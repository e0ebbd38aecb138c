#include "cli/exit_status.h"

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
