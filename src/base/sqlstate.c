// States: SQL:2016 part 2 (classes 08, 21 to 44), the ODBC 3.8 specification (HYxxx, IMxxx),
// the PostgreSQL 15 manual, appendix A (53, 54, 55, 57, 58, XX).
#include "base/sqlstate.h"

#include <string.h>

// `source` and `target` are the kinds on either side; SAME for both.
struct entry {
    const char *prefix;
    enum error_kind source;
    enum error_kind target;
    bool transient;
    const char *hint;
};

static const struct entry entries[] = {
    { "", ERROR_TABLE, ERROR_TABLE, false, NULL },
    { "08", ERROR_SOURCE, ERROR_TARGET, true,
        "See that the server is running and that host and port are right." },
    { "08004", ERROR_SOURCE, ERROR_TARGET, false,
        "The server refused the connection: check user, password and the server's own log." },
    { "08P01", ERROR_SOURCE, ERROR_TARGET, false, NULL },
    { "0A", ERROR_TABLE, ERROR_TABLE, false, NULL },
    { "22", ERROR_DATA, ERROR_DATA, false, NULL },
    { "23", ERROR_DATA, ERROR_DATA, false,
        "A constraint on the mirrored table refuses what the source holds." },
    { "25006", ERROR_SOURCE, ERROR_TARGET, false,
        "PostgreSQL is read-only: connect to the primary." },
    { "28", ERROR_SOURCE, ERROR_TARGET, false, "Check user and password." },
    { "3D", ERROR_SOURCE, ERROR_TARGET, false, "Check the database's name." },
    { "40", ERROR_TABLE, ERROR_TABLE, true, NULL },
    { "42", ERROR_TABLE, ERROR_TABLE, false, NULL },
    { "42501", ERROR_TABLE, ERROR_TABLE, false,
        "Have the right granted: GRANT SELECT on the table at the source; in PostgreSQL the role "
        "must own what it mirrors into." },
    { "53", ERROR_SOURCE, ERROR_TARGET, false, NULL },
    { "53100", ERROR_SOURCE, ERROR_TARGET, false,
        "The disk is full: make room and start oe2pg again, it continues from what is there." },
    { "53200", ERROR_SOURCE, ERROR_TARGET, true, "The server is out of memory." },
    { "53300", ERROR_SOURCE, ERROR_TARGET, true,
        "The server has no free connection: lower --jobs or raise max_connections." },
    { "54", ERROR_TABLE, ERROR_TABLE, false, NULL },
    { "55P03", ERROR_TABLE, ERROR_TABLE, true, "Somebody else holds a lock on the table." },
    { "57014", ERROR_TABLE, ERROR_TABLE, true, NULL },
    { "57P", ERROR_SOURCE, ERROR_TARGET, true, "The server was stopped or is starting." },
    { "58", ERROR_SOURCE, ERROR_TARGET, false, "The server has trouble with its files." },
    { "HY001", ERROR_SOURCE, ERROR_TARGET, false, NULL },
    { "HY008", ERROR_TABLE, ERROR_TABLE, true, NULL },
    { "HYT", ERROR_SOURCE, ERROR_TARGET, true,
        "The source did not answer in time: see whether it is overloaded or a lock is held." },
    { "IM", ERROR_SOURCE, ERROR_TARGET, false,
        "Install the ODBC driver and name it as odbcinst.ini does (odbcinst -q -d lists them)." },
    { "S1T00", ERROR_SOURCE, ERROR_TARGET, true, NULL },
    { "XX", ERROR_TABLE, ERROR_TABLE, false, NULL },
};

struct sqlstate_meaning
sqlstate_find(const char *sqlstate, enum sql_side side)
{
    const struct entry *best = &entries[0];
    size_t best_size = 0;

    for (size_t i = 1; i < sizeof entries / sizeof entries[0]; i++) {
        size_t size = strlen(entries[i].prefix);

        if (size > best_size && strncmp(sqlstate, entries[i].prefix, size) == 0) {
            best = &entries[i];
            best_size = size;
        }
    }
    return (struct sqlstate_meaning){
        .kind = side == SQL_SIDE_SOURCE ? best->source : best->target,
        .transient = best->transient,
        .hint = best->hint,
    };
}

bool
sqlstate_may_quote_values(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ||
           strncmp(sqlstate, "P0", 2) == 0;
}
