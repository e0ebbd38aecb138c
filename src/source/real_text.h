// Reals that were printed with any number of digits. Pure; any thread.
#ifndef OE2PG_SOURCE_REAL_TEXT_H
#define OE2PG_SOURCE_REAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// Rewrites a real with a point, printed with any number of digits, to the shortest text that reads
// back as the same double, in canonical form; there must be room for 32 bytes. False when the text
// is none, it stays then.
bool real_text_shorten(char *text, size_t *size);

#endif
