// Pieces of messages: what a file or the command line said, made fit to be printed.
#ifndef OE2PG_CONFIG_MESSAGE_H
#define OE2PG_CONFIG_MESSAGE_H

#include "base/error.h"

#include <stddef.h>

enum { MESSAGE_QUOTED_SIZE = 96 };

// `text` in double quotes, shortened to about 60 bytes, control characters as `?` (also those
// above ASCII that steer terminals). `quoted` holds MESSAGE_QUOTED_SIZE bytes. Never for secrets.
void message_quote(const char *text, char *quoted);

// Adds "Did you mean X?" when one of `candidates` is near, else "Known PLURAL: a, b, c.". Returns
// false, as all that fills an error.
bool message_near(struct error *err, const char *plural, const char *text,
    const char *const *candidates, size_t count);

// "a, b or c" into `list`, cut at `size`.
void message_list(const char *const *words, size_t count, char *list, size_t size);

#endif
