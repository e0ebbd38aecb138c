// What OpenEdge counts: PUB."_TableStat" has rows created, updated and deleted since the server's
// start for each table of the range that it counts (-basetable, -tablerangesize), several for a
// partitioned one. A table without an entry was not counted, which is not the same as unchanged.
#include "base/clock.h"
#include "base/text.h"
#include "source/openedge/openedge.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct arena *arena;
    struct catalog *catalog;
    struct source_counters *counters; // to be filled
    struct row_counters *tables;      // one for each of the catalogue's tables
    int64_t *open;
    size_t open_count;
    size_t open_capacity;
};

static int64_t
number(const char *field)
{
    int64_t value;

    return field != NULL && text_parse_integer(field, 0, INT64_MAX, &value) ? value : -1;
}

static void
add(int64_t *sum, int64_t more)
{
    *sum = more < 0 || *sum > INT64_MAX - more ? INT64_MAX : *sum + more;
}

static void
add_row(struct row_counters *counters, const char *const *fields)
{
    add(&counters->created, number(fields[0]));
    add(&counters->updated, number(fields[1]));
    add(&counters->deleted, number(fields[2]));
    counters->part_count++;
}

// ---- the server --------------------------------------------------------------------------------

static const char server_sql[] =
    "SELECT d.\"_DbStatus-starttime\", a.\"_Summary-UpTime\", a.\"_Summary-RecCreat\","
    " a.\"_Summary-RecUpd\", a.\"_Summary-RecDel\" FROM PUB.\"_DbStatus\" d,"
    " PUB.\"_ActSummary\" a";

enum { SERVER_START, SERVER_UPTIME, SERVER_CREATED, SERVER_FIELDS = 5 };

static bool
take_server(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    const char *start = fields[SERVER_START];

    (void)err;
    if (start == NULL || start[0] == '\0' || reading->counters->start != NULL)
        return true;
    reading->counters->start = arena_strdup(reading->arena, start);
    reading->counters->uptime_s = number(fields[SERVER_UPTIME]);
    add_row(&reading->counters->total, &fields[SERVER_CREATED]);
    return true;
}

static void
forget_server(void *taker)
{
    struct reading *reading = taker;

    memset(reading->counters, 0, sizeof *reading->counters);
}

// ---- its tables --------------------------------------------------------------------------------

static const char tables_sql[] =
    "SELECT f.\"_Owner\", f.\"_File-Name\", s.\"_TableStat-Create\", s.\"_TableStat-Update\","
    " s.\"_TableStat-Delete\" FROM PUB.\"_TableStat\" s, PUB.\"_File\" f"
    " WHERE s.\"_TableStat-id\" = f.\"_File-Number\" AND " OPENEDGE_USER_TABLES;

enum { TABLE_OWNER, TABLE_NAME, TABLE_CREATED, TABLE_FIELDS = 5 };

static size_t
find_table(const struct catalog *catalog, const char *owner, const char *name)
{
    const struct table *table =
        owner != NULL && name != NULL ? openedge_find_table(catalog, owner, name) : NULL;
    size_t i = 0;

    while (i < catalog->table_count && catalog->tables[i] != table)
        i++;
    return i;
}

static bool
take_table(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    size_t at = find_table(reading->catalog, fields[TABLE_OWNER], fields[TABLE_NAME]);

    (void)err;
    if (at < reading->catalog->table_count)
        add_row(&reading->tables[at], &fields[TABLE_CREATED]);
    return true;
}

static void
forget_tables(void *taker)
{
    struct reading *reading = taker;

    memset(reading->tables, 0, reading->catalog->table_count * sizeof *reading->tables);
}

// ---- its transactions --------------------------------------------------------------------------

static const char transactions_sql[] =
    "SELECT t.\"_Trans-Num\", t.\"_Trans-State\" FROM PUB.\"_Trans\" t"
    " WHERE t.\"_Trans-Usrnum\" IS NOT NULL";

enum { TRANSACTION_NUMBER, TRANSACTION_STATE, TRANSACTION_FIELDS };

static void
add_transaction(struct reading *reading, int64_t transaction)
{
    if (reading->open_count == reading->open_capacity) {
        size_t capacity = reading->open_capacity > 0 ? 2 * reading->open_capacity : 32;
        int64_t *open = arena_calloc(reading->arena, capacity, sizeof *open);

        if (reading->open_count > 0)
            memcpy(open, reading->open, reading->open_count * sizeof *open);
        reading->open = open;
        reading->open_capacity = capacity;
    }
    reading->open[reading->open_count++] = transaction;
}

// One that is only allocated has not begun. What has no number is taken for one that never ends.
static bool
take_transaction(void *taker, const char *const *fields, struct error *err)
{
    const char *state = fields[TRANSACTION_STATE];

    (void)err;
    if (state == NULL || !text_equal_nocase(state, "allocated"))
        add_transaction(taker, number(fields[TRANSACTION_NUMBER]));
    return true;
}

static void
forget_transactions(void *taker)
{
    ((struct reading *)taker)->open_count = 0;
}

static int
compare_numbers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static bool
ask_transactions(struct reading *reading, const struct catalog_door *door, struct error *err)
{
    const struct openedge_query query = { transactions_sql, TRANSACTION_FIELDS, take_transaction,
        forget_transactions, reading };
    struct error refused = { 0 };

    if (!openedge_ask(door, &query, NULL, &refused, err))
        return false;
    if (refused.kind != ERROR_NONE)
        return true;
    if (reading->open_count > 0)
        qsort(reading->open, reading->open_count, sizeof *reading->open, compare_numbers);
    reading->counters->open = (struct transaction_set){
        .numbers = reading->open, .count = reading->open_count, .is_known = true
    };
    return true;
}

// ---- all of it ---------------------------------------------------------------------------------

static bool
ask(struct reading *reading, const struct catalog_door *door, const struct openedge_query *query,
    struct error *err)
{
    struct error refused = { 0 };

    if (!openedge_ask(door, query, NULL, &refused, err))
        return false;
    if (refused.kind == ERROR_NONE)
        return true;
    memset(reading->counters, 0, sizeof *reading->counters);
    reading->counters->missing = arena_printf(reading->arena,
        "the server's counters (_DbStatus, _ActSummary, _TableStat in PUB) can't be read: %s",
        refused.message);
    return true;
}

bool
openedge_read_counters(const struct catalog_door *door, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    struct reading reading = { .arena = arena, .catalog = catalog, .counters = &catalog->counters };
    const struct openedge_query server = { server_sql, SERVER_FIELDS, take_server, forget_server,
        &reading };
    const struct openedge_query tables = { tables_sql, TABLE_FIELDS, take_table, forget_tables,
        &reading };

    forget_server(&reading);
    reading.tables = arena_calloc(arena, catalog->table_count, sizeof *reading.tables);
    if (!ask(&reading, door, &server, err))
        return false;
    if (reading.counters->start == NULL) {
        if (reading.counters->missing == NULL)
            reading.counters->missing = "the server does not say when it was started";
        return true;
    }
    if (!ask(&reading, door, &tables, err))
        return false;
    if (reading.counters->start == NULL)
        return true;
    if (!ask_transactions(&reading, door, err))
        return false;
    reading.counters->asked_ms = clock_wall_ms();
    for (size_t i = 0; i < catalog->table_count; i++)
        catalog->tables[i]->entry.counters =
            reading.tables[i].part_count > 0 ? &reading.tables[i] : &reading.counters->total;
    return true;
}
