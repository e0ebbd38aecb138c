// What is known about OpenEdge, for both doors: its catalogue, its names, its row ids. Nothing here
// connects to anything; a door lends the way to run a query.
//
// The catalogue is asked in three ways, the best one first: the metaschema (PUB."_File" and its
// neighbours), which says all; the SQL catalogue (SYSPROGRESS), which everybody may read; the
// driver's own calls, of which nobody says which index they report. What a lower way cannot say
// stands in the catalogue's notes and in each table's key_caveat.
#ifndef OE2PG_SOURCE_OPENEDGE_OPENEDGE_H
#define OE2PG_SOURCE_OPENEDGE_OPENEDGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/table.h"
#include "source/catalog/catalog_door.h"

#include <stdbool.h>

enum {
    OPENEDGE_NAME_MAX = 32,
    // So many tables without an answer before the first one: it is not the tables' entries that the
    // question fails for.
    OPENEDGE_PROBES = 8,
};

// --- openedge_catalog.c, openedge_key.c

// User tables in PUB."_File" f: their type is T (a view's is not), their numbers are positive and
// below those of later system tables.
#define OPENEDGE_USER_TABLES                                                                       \
    "f.\"_Tbl-Type\" = 'T' AND f.\"_File-Number\" > 0 AND f.\"_File-Number\" < 32768"

struct openedge_reading {
    const struct catalog_door *door;
    struct arena *arena;
    struct catalog *catalog;           // to be filled
    const struct table_filter *filter; // which tables are not asked about where that can be
    const char *schema;                // nor those of others; "": any
};

// Reads the tables of every schema with their columns, sorted by name and schema. *is_read is false
// when neither catalogue may be read: the driver's calls are left then, and catalog->notes says so.
// A table whose entry alone cannot be read by any way is marked so (table.entry.unread).
bool openedge_read_tables(const struct openedge_reading *reading, bool *is_read, struct error *err)
    __attribute__((warn_unused_result));
// What is not in the list of tables: its rows are catalogue, owner, name, kind, and two that are
// empty. The last one has no sql.
extern const struct openedge_objects {
    const char *sql;
    const char *refused; // what it means that it may not be asked: a note
} openedge_objects[];
// Reads the keys of these tables. *is_read as above.
bool openedge_read_keys(const struct openedge_reading *reading, bool *is_read, struct error *err)
    __attribute__((warn_unused_result));
// What is to be known of keys that came by the driver's own calls: none of them is relied on to be
// unique.
void openedge_distrust_keys(struct arena *arena, struct catalog *catalog);
// NULL when there is none of that name.
struct table *openedge_find_table(
    const struct catalog *catalog, const char *schema, const char *name);
// True for 1, true, yes, y and t, in any case.
bool openedge_is_true(const char *field);
// True when a query was refused for a reason that another query need not share.
bool openedge_was_refused(const struct error *err);
// True when the error says that what was asked for is not there or may not be read, so that asking
// for less of it is no use.
bool openedge_is_denied(const struct error *err);
struct openedge_query {
    const char *sql; // for all tables; the condition for one in braces (catalog_append_query)
    size_t field_count;
    catalog_take *take;
    void (*forget)(void *taker); // undoes what came before a failure; NULL: it does no harm
    void *taker;
};
// Asks once, or once more in doubt, for all tables or for `one`. `refused` stays empty when there
// is an answer; fails only for what is not refused.
bool openedge_ask(const struct catalog_door *door, const struct openedge_query *query,
    const struct table *one, struct error *refused, struct error *err)
    __attribute__((warn_unused_result));
// True when such a query is to be asked once more: nothing in its error says that it was refused
// and did not just fail (a time-out without a state of its own). `attempts` are those made.
bool openedge_is_doubtful(const struct error *err, unsigned attempts);

// --- openedge_counters.c

// Fills catalog->counters and the counters of its tables; where they can't be read, says why there.
bool openedge_read_counters(const struct catalog_door *door, struct arena *arena,
    struct catalog *catalog, struct error *err) __attribute__((warn_unused_result));

// --- openedge_changes.c

// Fills entry.policy of the tables. Where the policies can't be read, *missing says why: a sentence
// in the arena.
bool openedge_read_policies(const struct catalog_door *door, struct arena *arena,
    struct catalog *catalog, const char **missing, struct error *err)
    __attribute__((warn_unused_result));

// --- openedge_type.c

// The type numbers that ODBC and JDBC share.
enum {
    OPENEDGE_BIT = -7,
    OPENEDGE_TINYINT = -6,
    OPENEDGE_BIGINT = -5,
    OPENEDGE_LONGVARBINARY = -4,
    OPENEDGE_VARBINARY = -3,
    OPENEDGE_BINARY = -2,
    OPENEDGE_LONGVARCHAR = -1,
    OPENEDGE_CHAR = 1,
    OPENEDGE_NUMERIC = 2,
    OPENEDGE_INTEGER = 4,
    OPENEDGE_SMALLINT = 5,
    OPENEDGE_FLOAT = 6,
    OPENEDGE_REAL = 7,
    OPENEDGE_VARCHAR = 12,
    OPENEDGE_DATE = 91,
    OPENEDGE_TIME = 92,
    OPENEDGE_TIMESTAMP = 93,
    OPENEDGE_OTHER = 1111,
};

// Fills kind, driver_type, type_name and is_long from the type's name in the metaschema ("int64")
// or in the SQL catalogue ("bigint") and from width, scale and extent, which are set already.
void openedge_describe_type(struct arena *arena, const char *type, struct column *column);

// --- openedge_name.c

// A name of more than 32 bytes cannot be said in OpenEdge's SQL: ERROR_TABLE names it.
bool openedge_check_names(const struct table *table, struct error *err)
    __attribute__((warn_unused_result));

// --- openedge_row_id.c

// ROWID, to be read like a column.
extern const struct column openedge_row_id;
// A condition: the rows with one of these ids, or those with none of them.
void openedge_append_row_ids(
    struct buffer *sql, const int64_t *ids, size_t count, bool are_left_out);

// True when the failure says that no row has the id that was asked for.
bool openedge_is_gone(const struct error *err);

// --- openedge_words.c

// What the metaschema says to people of the tables that are known. What is not answered is left
// out.
bool openedge_read_words(const struct openedge_reading *of, struct error *err)
    __attribute__((warn_unused_result));

#endif
