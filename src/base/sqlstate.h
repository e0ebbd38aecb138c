// What an SQLSTATE means for the work at hand: one table, the longest matching prefix decides.
// Server messages may be in any language and are never looked at.
#ifndef OE2PG_BASE_SQLSTATE_H
#define OE2PG_BASE_SQLSTATE_H

#include "base/error.h"

struct sqlstate_meaning {
    enum error_kind kind;
    enum error_retry retry; // RETRY_NEVER or RETRY_LATER
    const char *hint;       // a sentence, or NULL
};

// Never fails: an unknown state is ERROR_TABLE, and never worth a retry.
struct sqlstate_meaning sqlstate_find(const char *sqlstate, enum error_side side);

// True when a server's own words about such a state may quote a column's value: data exceptions
// (22), constraints (23), what people's triggers and functions raise (P0).
bool sqlstate_may_quote_values(const char *sqlstate);

#endif
