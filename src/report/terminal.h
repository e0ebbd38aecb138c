// What the terminal behind a descriptor can do. Asks the system each time; keeps nothing.
#ifndef OE2PG_REPORT_TERMINAL_H
#define OE2PG_REPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

// A terminal on which the cursor can be moved: not a file, and TERM is neither unset nor "dumb".
bool terminal_can_move(int fd);
// The same, and NO_COLOR is not set to anything.
bool terminal_has_colour(int fd);
// Columns and lines now; 80 and 24 where nobody knows. Neither is 0.
void terminal_size(int fd, size_t *width, size_t *height);

#endif
