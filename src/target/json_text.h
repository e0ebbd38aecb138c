// What PostgreSQL's json type takes as JSON. Pure; any thread.
#ifndef OE2PG_TARGET_JSON_TEXT_H
#define OE2PG_TARGET_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// PostgreSQL stops where its stack does, which is deeper.
enum { JSON_DEPTH_MAX = 1000 };

// The bytes are known to be UTF-8.
bool json_text_is_valid(const char *text, size_t size);

#endif
