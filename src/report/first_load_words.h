// How large first loads get into place, in words for people.
#ifndef OE2PG_REPORT_FIRST_LOAD_WORDS_H
#define OE2PG_REPORT_FIRST_LOAD_WORDS_H

#include "model/first_load.h"

#include <stddef.h>

// Writes what follows on "large ones are", without a period; returns `text`.
const char *first_load_describe(const struct first_load_way *way, char *text, size_t size);
// What changes it: a sentence; "" where the setting was made or would not help.
const char *first_load_remedy(const struct first_load_way *way);

#endif
