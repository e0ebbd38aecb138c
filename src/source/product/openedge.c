// Progress OpenEdge, by either door: what a line can say of it. Its catalogue, keys, names and row
// ids are a room of their own, source/openedge/.
#include "source/openedge/openedge.h"
#include "source/product/products.h"

static const char widen[] = "Widen the column's SQL width with dbtool.";
static const char grant[] = "Let a DBA run: GRANT SELECT ON the table TO the user of oe2pg.";
static const char locked[] = "Others hold locks for longer than the server waits: read at "
                             "progress_db.isolation read_uncommitted, or at a quieter hour.";

enum { TOO_WIDE = 210012 };

// An ABL decimal has so many digits, whatever its width says; a datetime has milliseconds.
#define NATIVES                                                                                    \
    {                                                                                              \
        .least_digits = 50, .stamp_decimals = 3                                                    \
    }

// It leaves the SQLSTATE of its server's errors empty, or says HY000 for anything. Its own codes
// come with one sign from one driver and with the other from the other.
static const struct product_error errors[] = {
    { 210015, 0, "40001", locked }, // the lock on a record was not obtained
    { 10301, 0, "40001", locked },  // a table is locked
    { 0, 915, "40001",              // the lock table is full
        "The server's lock table is full: read at progress_db.isolation read_uncommitted, which "
        "takes no record locks." },
    { TOO_WIDE, 7864, "22001", widen }, { 0, 7512, "42501", grant }, // no right to read the table
};

#define WIDTHS                                                                                     \
    {                                                                                              \
        .most = 31995, .most_digits = 50, .clause = "SET PRO_SQL_WIDTH", .tool = "dbtool",         \
        .choice = "2. SQL Width Scan w/Fix"                                                        \
    }

const struct product product_openedge = {
    .patterns = { "*OpenEdge*" },
    .stamps = { .local_clock = "SELECT NOW() FROM SYSPROGRESS.SYSCALCTABLE",
        .date = "{d '$'}",
        .timestamp = "{ts '$'}" },
    .dialect = { .top = "TOP %zu ",
        .isolation = { "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" },
        .unlocked = " WITH (NOLOCK)",
        // An open transaction, and every statement begins one, keeps a lock of the schema.
        .ends_transactions = true,
        .cast = "CAST($ AS VARCHAR(31983))",
        .slice = "SUBSTRING($, #, #)",
        .left = "LEFT($, #)",
        .element = "PRO_ELEMENT($, #, #)" },
    .catalog = { .guid = "SELECT d.\"_Db-guid\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        .code_page = "SELECT d.\"_Db-xl-name\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        // Of these everybody may read the lists.
        .sequences = { .list = "SELECT s.\"SEQ-OWNER\", s.\"SEQ-NAME\", s.\"SEQ-INCR\", "
                               "s.\"SEQ-MIN\", s.\"SEQ-MAX\", s.\"CYCLE-OK\" "
                               "FROM SYSPROGRESS.SYSSEQUENCES s",
            .field_count = PRODUCT_SEQUENCE_FIELDS - 1,
            .one = "SELECT $.CURRVAL FROM SYSPROGRESS.SYSCALCTABLE" },
        .views = "SELECT v.OWNER, v.VIEWNAME, v.VIEWTEXT FROM SYSPROGRESS.SYSVIEWS v "
                 "ORDER BY v.OWNER, v.VIEWNAME, v.SEQ",
        .read_counters = openedge_read_counters,
        .read_policies = openedge_read_policies },
    // Whether blanks at the end count in an index as in a comparison is not documented.
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_TIMES,
    .row_ids = { .column = &openedge_row_id,
        .append = openedge_append_row_ids,
        .is_gone = openedge_is_gone },
    .errors = { .list = errors,
        .count = sizeof errors / sizeof errors[0],
        .vague = { "22P00", "42000", "M0*" },
        .numbered = "*OpenEdge*",
        // "Column Name in table PUB.Customer has value exceeding its max length or precision."
        .too_wide = TOO_WIDE,
        .before_column = "Column ",
        .behind_column = " in table " },
    .widths = WIDTHS,
    .natives = NATIVES,
    .odbc.driver = "*",
    .jdbc.is_statically_typed = true,
    .is_openedge = true,
};

// The same database, of source/dump/: the mirror of one goes on as that of the other.
const struct product product_openedge_dump = {
    .patterns = { "Progress dump" },
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_KIND(VALUE_DATE),
    .widths = WIDTHS,
    .natives = NATIVES,
};
