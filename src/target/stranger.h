// Whether what listens at PostgreSQL's address is another service. libpq gives no code for that,
// and its words may be in any language.
#ifndef OE2PG_TARGET_STRANGER_H
#define OE2PG_TARGET_STRANGER_H

#include <libpq-fe.h>
#include <stdbool.h>

// `connection` failed; its address is asked once more, for STRANGER_WAIT_S seconds at most. True
// only when something answered that no PostgreSQL, and no pooler for one, says.
enum { STRANGER_WAIT_S = 2 };
bool stranger_answers(const PGconn *connection);

#endif
