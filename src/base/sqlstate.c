// States: SQL:2016 part 2 (classes 08, 21 to 44), the ODBC 3.8 specification (HYxxx, IMxxx),
// the PostgreSQL 15 manual, appendix A (53, 54, 55, 57, 58, XX).
#include "base/sqlstate.h"

#include <string.h>

// `source` and `target` are the kinds on either side; SAME for both.
struct entry {
    const char *prefix;
    enum error_kind source;
    enum error_kind target;
    bool is_passing; // worth a retry later
    const char *hint;
    const char *target_hint; // where PostgreSQL needs another; NULL: the same
};

#define STALLED                                                                                    \
    "The source said nothing for progress_db.stall_seconds, or somebody cancelled the statement: " \
    "see at the source who holds a lock on the table."

static const struct entry entries[] = {
    { "", ERROR_TABLE, ERROR_TABLE, false, NULL, NULL },
    { "08", ERROR_SOURCE, ERROR_TARGET, true,
        "See that the server is running, that host and port are right, and that the port is not "
        "that of another service.",
        NULL },
    { "08004", ERROR_SOURCE, ERROR_TARGET, false,
        "The server refused the connection: check user, password and the server's own log.", NULL },
    { "08P01", ERROR_SOURCE, ERROR_TARGET, false, NULL, NULL },
    { "0A", ERROR_TABLE, ERROR_TABLE, false, NULL, NULL },
    { "22", ERROR_DATA, ERROR_DATA, false, NULL, NULL },
    { "23", ERROR_DATA, ERROR_DATA, false,
        "A constraint on the mirrored table refuses what the source holds.", NULL },
    { "25006", ERROR_SOURCE, ERROR_TARGET, false,
        "PostgreSQL is read-only: connect to the primary.", NULL },
    { "28", ERROR_SOURCE, ERROR_TARGET, false, "Check user and password.", NULL },
    { "3D", ERROR_SOURCE, ERROR_TARGET, false, "Check the database's name.", NULL },
    { "40", ERROR_TABLE, ERROR_TABLE, true,
        "The source undid the read because of others' transactions: see who holds locks there.",
        "PostgreSQL undid the work because of others' transactions: see who else writes to or "
        "locks "
        "the mirrored table." },
    { "42", ERROR_TABLE, ERROR_TABLE, false, NULL, NULL },
    { "42501", ERROR_TABLE, ERROR_TABLE, false,
        "Have the right granted at the source: GRANT SELECT on the table to the user of oe2pg.",
        "Have the right granted in PostgreSQL: the role must own what it mirrors into and the "
        "tables "
        "of schema oe2pg; \"oe2pg check\" names what is missing." },
    { "53", ERROR_SOURCE, ERROR_TARGET, false, "The source is short of something: see its log.",
        "PostgreSQL is short of something: see its log." },
    { "53100", ERROR_SOURCE, ERROR_TARGET, false,
        "The disk is full: make room and start oe2pg again, it continues from what is there.",
        NULL },
    { "53200", ERROR_SOURCE, ERROR_TARGET, true, "The server is out of memory.", NULL },
    { "53300", ERROR_SOURCE, ERROR_TARGET, true,
        "The server has no free connection: lower --jobs or raise max_connections.", NULL },
    { "54", ERROR_TABLE, ERROR_TABLE, false,
        "The table is beyond a limit of the source: leave columns out with exclude_columns.",
        "A row is beyond a limit of PostgreSQL: drop the index that it does not fit, or leave "
        "columns out with exclude_columns." },
    { "55P03", ERROR_TABLE, ERROR_TABLE, true, "Somebody else holds a lock on the table.", NULL },
    { "57014", ERROR_TABLE, ERROR_TABLE, true, STALLED,
        "The statement was cancelled or took longer than statement_timeout: see who cancelled it "
        "or "
        "holds a lock." },
    { "57P", ERROR_SOURCE, ERROR_TARGET, true, "The server was stopped or is starting.", NULL },
    { "58", ERROR_SOURCE, ERROR_TARGET, false, "The server has trouble with its files.", NULL },
    { "HY001", ERROR_SOURCE, ERROR_TARGET, false,
        "The driver is out of memory: lower --jobs or mirror_settings.batch_size.", NULL },
    { "HY008", ERROR_TABLE, ERROR_TABLE, true, STALLED, NULL },
    { "HYT", ERROR_SOURCE, ERROR_TARGET, true,
        "The source did not answer in time: see whether it is overloaded or a lock is held.",
        NULL },
    { "IM", ERROR_SOURCE, ERROR_TARGET, false,
        "Install the ODBC driver and name it as odbcinst.ini does (odbcinst -q -d lists them).",
        NULL },
    { "P0", ERROR_TABLE, ERROR_TABLE, false,
        "A view, trigger or function of the source raised it: its text is in the source's log.",
        "Somebody's trigger or function raised it: its text is in PostgreSQL's log; change or drop "
        "the trigger on the mirrored table." },
    { "S1T00", ERROR_SOURCE, ERROR_TARGET, true, NULL, NULL },
    { "XX", ERROR_TABLE, ERROR_TABLE, false,
        "A fault inside the source: see its log, and whether the table is whole.",
        "A fault inside PostgreSQL: see its log, and whether the mirrored table is whole." },
};

struct sqlstate_meaning
sqlstate_find(const char *sqlstate, enum error_side side)
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
        .kind = side == ERROR_SIDE_SOURCE ? best->source : best->target,
        .retry = best->is_passing ? RETRY_LATER : RETRY_NEVER,
        .hint =
            side == ERROR_SIDE_TARGET && best->target_hint != NULL ? best->target_hint : best->hint,
    };
}

bool
sqlstate_may_quote_values(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ||
           strncmp(sqlstate, "P0", 2) == 0;
}
