// JSON with the line of every key and value, strictly RFC 8259, and stricter: no NUL in texts, no
// lone surrogates, no byte order mark. A room of config; pure but for the arena.
#ifndef OE2PG_CONFIG_JSON_H
#define OE2PG_CONFIG_JSON_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_DEPTH_MAX = 16, JSON_VALUES_MAX = 200000 };

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json_value {
    enum json_kind kind;
    int line;         // where the value starts, from 1
    const char *text; // JSON_TEXT: UTF-8 without NUL; JSON_NUMBER: as spelled in the file
    bool is_true;     // JSON_BOOLEAN
    const char *key;  // in an object: this member's key; NULL in a list
    int key_line;     // where the key stands
    size_t count;     // JSON_LIST, JSON_OBJECT: children
    struct json_value *children; // in the file's order, linked by next
    struct json_value *next;
};

// Parses all of bytes[0..size) into `arena`. Fails with ERROR_CONFIG, the message beginning with
// "file_name:line: ": not well-formed, too deep, too many values, a key given twice in one object
// (keys that start with _ excepted).
bool json_read(struct arena *arena, const char *file_name, const char *bytes, size_t size,
    const struct json_value **root, struct error *err) __attribute__((warn_unused_result));

// "a text", "a number", … for messages.
const char *json_kind_words(enum json_kind kind);

#endif
