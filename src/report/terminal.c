#include "report/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_WIDTH = 80, DEFAULT_HEIGHT = 24 };

bool
terminal_can_move(int fd)
{
    const char *term = secure_getenv("TERM");

    return isatty(fd) == 1 && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

bool
terminal_has_colour(int fd)
{
    const char *refused = secure_getenv("NO_COLOR");

    return terminal_can_move(fd) && (refused == NULL || refused[0] == '\0');
}

void
terminal_size(int fd, size_t *width, size_t *height)
{
    struct winsize size;

    *width = DEFAULT_WIDTH;
    *height = DEFAULT_HEIGHT;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0)
        return;
    if (size.ws_col > 0)
        *width = size.ws_col;
    if (size.ws_row > 0)
        *height = size.ws_row;
}
