#include "cli/command.h"

#include <fcntl.h>
#include <unistd.h>

// With a standard stream closed, the next connection would get its number, and a log line or a
// table of results would be written into it.
static int
open_standard_streams(void)
{
    int file;

    do {
        file = open("/dev/null", O_RDWR);
    } while (file >= 0 && file <= STDERR_FILENO);
    return file < 0 ? -1 : close(file);
}

int
main(int argc, char **argv)
{
    if (open_standard_streams() != 0)
        return 70;
    return command_main(argc, argv);
}
