// OpenEdge leaves the SQLSTATE of its server's errors empty, or says HY000 for anything. Its own
// codes come with one sign from one driver and with the other from the other.
#include "base/text.h"
#include "source/openedge/openedge.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char widen[] = "Widen the column's SQL width with dbtool.";
static const char grant[] = "Let a DBA run: GRANT SELECT ON the table TO the user of oe2pg.";
static const char locked[] = "Others hold locks for longer than the server waits: read at "
                             "progress_db.isolation read_uncommitted, or at a quieter hour.";

static const struct {
    long code;    // 0: none is known
    long message; // its number, 0: none is known
    const char *state;
    const char *hint;
} meanings[] = {
    { 210015, 0, "40001", locked }, // the lock on a record was not obtained
    { 10301, 0, "40001", locked },  // a table is locked
    { 0, 915, "40001",              // the lock table is full
        "The server's lock table is full: read at progress_db.isolation read_uncommitted, which "
        "takes no record locks." },
    { 210012, 7864, "22001", widen }, // a value wider than the SQL width of its column
    { 0, 7512, "42501", grant },      // no right to read the table
};

enum { MEANING_COUNT = sizeof meanings / sizeof meanings[0] };

// "(7512)" at the end, whatever language stands before it; 0 when there is none, or when the
// message is not OpenEdge's. A driver may put a full stop behind it.
static long
message_number(const char *message)
{
    size_t end = strlen(message);
    size_t start;

    if (!text_match("*OpenEdge*", message))
        return 0;
    while (end > 0 && (isspace((unsigned char)message[end - 1]) || message[end - 1] == '.'))
        end--;
    if (end == 0 || message[end - 1] != ')')
        return 0;
    start = end - 1;
    while (start > 0 && isdigit((unsigned char)message[start - 1]))
        start--;
    if (start == 0 || message[start - 1] != '(' || end - 1 - start > 9)
        return 0;
    return strtol(message + start, NULL, 10);
}

static size_t
find_meaning(long code, const char *message)
{
    long number = message_number(message);

    for (size_t i = 0; i < MEANING_COUNT; i++) {
        if ((code != 0 && labs(code) == meanings[i].code) ||
            (number != 0 && number == meanings[i].message))
            return i;
    }
    return MEANING_COUNT;
}

// States that are empty, of a general kind, or of OpenEdge's own making.
static bool
says_little(const char *state)
{
    return state[0] == '\0' || strcmp(state, "HY000") == 0 || strcmp(state, "S1000") == 0 ||
           strcmp(state, "22P00") == 0 || strcmp(state, "42000") == 0 ||
           strncmp(state, "M0", 2) == 0;
}

const char *
openedge_state(const char *state, long code, const char *message)
{
    size_t found = says_little(state) ? find_meaning(code, message) : MEANING_COUNT;

    return found < MEANING_COUNT ? meanings[found].state : state;
}

const char *
openedge_hint(const char *state, long code, const char *message)
{
    size_t found = says_little(state) ? find_meaning(code, message) : MEANING_COUNT;

    return found < MEANING_COUNT ? meanings[found].hint : NULL;
}
