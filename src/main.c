#include "cli/command.h"

#include <fcntl.h>
#include <malloc.h>
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

// glibc raises the size from which a block is mapped by itself to that of the largest block that
// was ever freed. After the first large value the next ones, ours and the drivers', would lie in
// the arenas of all threads, which give nothing back while anything behind it is in use: the
// process would grow to a multiple of what it holds. A size that is set stays; so does the one from
// which the end of an arena is given back.
static void
give_large_blocks_back(void)
{
    enum { LARGE = 256 * 1024 };

    // No thread is there yet.
    (void)mallopt(M_MMAP_THRESHOLD, LARGE); // NOLINT(concurrency-mt-unsafe)
    (void)mallopt(M_TRIM_THRESHOLD, LARGE); // NOLINT(concurrency-mt-unsafe)
}

int
main(int argc, char **argv)
{
    if (open_standard_streams() != 0)
        return 70;
    give_large_blocks_back();
    return command_main(argc, argv);
}
