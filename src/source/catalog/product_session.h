// The one list of what is set in a session at a source, by whatever door it was opened: all that a
// server, a role, a database or a user's own start-up statement could otherwise have changed in
// what a SELECT returns, or in how long it is let. Pure.
//
// Left as they are, on purpose: PostgreSQL's search_path, by which the operators of extension types
// and the user's "where" are found; its lc_monetary, which says in what currency and with how many
// decimals a stored money is meant; isolation levels, which are set by the doors.
#ifndef OE2PG_SOURCE_PRODUCT_SESSION_H
#define OE2PG_SOURCE_PRODUCT_SESSION_H

#include "base/buffer.h"
#include "model/table.h"

#include <stdbool.h>
#include <stddef.h>

// What a read relies on it for.
enum pin_use {
    PIN_WHOLE,  // as many rows as there are: otherwise a result may end early
    PIN_ZONE,   // a stamp that means an instant comes as UTC
    PIN_TEXT,   // what a value looks like
    PIN_SYNTAX, // what a statement means
    PIN_TIME,   // that a read is let go on for as long as it takes
    PIN_SAFETY, // that nothing is written
};

struct session_pin {
    const char *name;     // as the product tells it
    const char *value;    // as the product takes it, quotes and all
    const char *expected; // as the product tells it when it is set
    enum pin_use use;
};

enum { SESSION_PINS_MAX = 48 };

struct product_session {
    const char *patterns[3]; // of the product's name, the last one NULL
    const struct session_pin *pins;
    size_t pin_count;
    // Appends a query of rows (name, value): those of the settings that this version has.
    void (*append_question)(struct buffer *sql, const struct product_session *session);
    // Appends the statement that sets these.
    void (*append_setting)(
        struct buffer *sql, const struct session_pin *const *pins, size_t pin_count);
    bool sets_singly; // one setting a statement
    // True for a column whose text depends on the zone of the session.
    bool (*is_instant)(const struct column *column);
};

// NULL: nothing is known that could be set.
const struct product_session *product_session_find(const char *product);

// In words, behind "so that".
const char *session_pin_purpose(enum pin_use use);

#endif
