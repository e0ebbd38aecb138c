// What an SQLSTATE means for the work at hand: one table, the longest matching prefix decides.
// Server messages may be in any language and are never looked at.
#ifndef OE2PG_BASE_SQLSTATE_H
#define OE2PG_BASE_SQLSTATE_H

#include "base/error.h"

enum sql_side { SQL_SIDE_SOURCE, SQL_SIDE_TARGET };

struct sqlstate_meaning {
    enum error_kind kind;
    bool transient;
    const char *hint; // a sentence, or NULL
};

// Never fails: an unknown state is ERROR_TABLE, not transient.
struct sqlstate_meaning sqlstate_find(const char *sqlstate, enum sql_side side);

// True when a server's own words about such a state may quote a column's value: data exceptions
// (22), constraints (23), what people's triggers and functions raise (P0).
bool sqlstate_may_quote_values(const char *sqlstate);

#endif
