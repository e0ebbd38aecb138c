// Tables and columns: two queries and one about change tables, however many tables there are. They
// are sorted here, so that the source sorts nothing. A row that is not delivered ends its query:
// then columns are asked for table by table, and those of a table that has such a row by all ways.
#include "base/mem.h"
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/openedge/openedge.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

// Rows (owner, table, 1 if hidden).
enum { TABLE_OWNER, TABLE_NAME, TABLE_HIDDEN, TABLE_FIELDS };
// Rows of one shape, whichever catalogue they come from; NULL where it does not say.
enum {
    COLUMN_OWNER,
    COLUMN_TABLE,
    COLUMN_NAME,
    COLUMN_TYPE,
    COLUMN_WIDTH,
    COLUMN_DECIMALS,
    COLUMN_EXTENT,
    COLUMN_MANDATORY,
    COLUMN_CASE,
    COLUMN_ORDER,
    COLUMN_LABEL,
    COLUMN_DESCRIPTION,
    COLUMN_FORMAT,
    COLUMN_COLUMN_LABEL,
    COLUMN_HELP,
    COLUMN_FIELDS
};

#define METASCHEMA_TABLES                                                                          \
    "SELECT f.\"_Owner\", f.\"_File-Name\", f.\"_Hidden\" FROM PUB.\"_File\" f "                   \
    "WHERE " OPENEDGE_USER_TABLES
#define METASCHEMA_COLUMNS(texts)                                                                  \
    "SELECT f.\"_Owner\", f.\"_File-Name\", c.\"_Field-Name\", c.\"_Data-Type\", c.\"_Width\", "   \
    "c.\"_Decimals\", c.\"_Extent\", c.\"_Mandatory\", c.\"_Fld-case\", c.\"_Order\"" texts        \
    " FROM PUB.\"_File\" f, PUB.\"_Field\" c WHERE c.\"_File-recid\" = f.rowid "                   \
    "AND " OPENEDGE_USER_TABLES "{f.\"_Owner\",f.\"_File-Name\"}"

// A way to ask for tables and columns, and what is lost by it.
static const struct way {
    const char *tables;
    const char *columns;
    const char *lost; // NULL: nothing that a run needs
    size_t column_fields;
    bool is_metaschema;
} ways[] = {
    { .tables = METASCHEMA_TABLES,
        .columns =
            METASCHEMA_COLUMNS(", c.\"_Label\", c.\"_Desc\", c.\"_Format\", c.\"_Col-label\", "
                               "c.\"_Help\""),
        .column_fields = COLUMN_FIELDS,
        .is_metaschema = true },
    // A description may be longer than its own SQL width, and then no row of it can be read.
    { .tables = METASCHEMA_TABLES,
        .columns = METASCHEMA_COLUMNS(""),
        .column_fields = COLUMN_LABEL,
        .is_metaschema = true },
    { .tables = "SELECT t.\"OWNER\", t.\"TBL\", t.\"HIDDEN\" "
                "FROM SYSPROGRESS.\"SYSTABLES_FULL\" t WHERE t.\"TBLTYPE\" = 'T'",
        .columns = "SELECT c.\"OWNER\", c.\"TBL\", c.\"COL\", c.\"COLTYPE\", c.\"WIDTH\", "
                   "c.\"SCALE\", c.\"ARRAY_EXTENT\", c.\"NULLFLAG\", c.\"COLLATION\", "
                   "c.\"DISPLAY_ORDER\", c.\"LABEL\", c.\"DESCRIPTION\", c.\"FORMAT\" "
                   "FROM SYSPROGRESS.\"SYSCOLUMNS_FULL\" c WHERE c.\"COL\" IS NOT NULL"
                   "{c.\"OWNER\",c.\"TBL\"}",
        .column_fields = COLUMN_COLUMN_LABEL,
        .lost = "the metaschema cannot be read: tables and columns come from SYSPROGRESS" },
    { .tables = "SELECT t.\"OWNER\", t.\"TBL\", 0 FROM SYSPROGRESS.\"SYSTABLES\" t "
                "WHERE t.\"TBLTYPE\" = 'T'",
        .columns = "SELECT c.\"OWNER\", c.\"TBL\", c.\"COL\", c.\"COLTYPE\", c.\"WIDTH\", "
                   "c.\"SCALE\", 0, c.\"NULLFLAG\", c.\"COLLATION\", c.\"ID\" "
                   "FROM SYSPROGRESS.\"SYSCOLUMNS\" c WHERE c.\"COL\" IS NOT NULL"
                   "{c.\"OWNER\",c.\"TBL\"}",
        .column_fields = COLUMN_LABEL,
        .lost = "neither the metaschema nor SYSPROGRESS.SYSTABLES_FULL can be read: nothing says "
                "which tables are hidden and which columns are arrays" },
};

enum { WAY_COUNT = sizeof ways / sizeof ways[0] };

// A view whose text is long has several rows. What kind of table SYSTABLES calls a view or a
// synonym, and whether SYSCOLUMNS has their columns, is not documented.
const struct openedge_objects openedge_objects[] = {
    { "SELECT '', v.\"OWNER\", v.\"VIEWNAME\", 'VIEW', '', '' FROM SYSPROGRESS.\"SYSVIEWS\" v",
        "SYSPROGRESS.SYSVIEWS may not be read: no view is known, so include_views names none" },
    { "SELECT '', s.\"SOWNER\", s.\"SNAME\", 'SYNONYM', '', '' "
      "FROM SYSPROGRESS.\"SYSSYNONYMS\" s",
        "SYSPROGRESS.SYSSYNONYMS may not be read: no synonym is known, so include_views names "
        "none" },
    { NULL, NULL },
};

static const char change_tables[] =
    "SELECT p.\"_Change-Table-Owner\", p.\"_Change-Tablename\" FROM PUB.\"_Cdc-Table-Policy\" p";

struct reading {
    const struct openedge_reading *of;
    struct arena *arena;
    struct catalog *catalog;
    size_t capacity; // of catalog->tables
    const struct way *way;
    struct error broken; // the first list of tables that did not come to its end
    // Columns as they come, of all tables.
    struct placed_column *columns; // heap
    size_t column_count;
    size_t column_capacity;
    size_t kept_columns; // those of answers that came to their end
};

struct placed_column {
    struct table *table;
    int64_t order;
    size_t arrival; // what is equal keeps its order
    struct column column;
};

static const char *
or_empty(const char *field)
{
    return field != NULL ? field : "";
}

static int64_t
number(const char *field, int64_t otherwise)
{
    char *end;
    long long value;

    if (field == NULL || *field == '\0')
        return otherwise;
    value = strtoll(field, &end, 10);
    return *end == '\0' || *end == '.' ? value : otherwise;
}

bool
openedge_is_true(const char *field)
{
    static const char *const words[] = { "1", "true", "yes", "y", "t" };

    for (size_t i = 0; field != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (text_equal_nocase(words[i], field))
            return true;
    }
    return false;
}

static const char *
keep(struct arena *arena, const char *field)
{
    return field != NULL && field[0] != '\0' ? arena_strdup(arena, field) : NULL;
}

// A lost connection is no answer, nor is a lock that somebody holds.
bool
openedge_was_refused(const struct error *err)
{
    return (err->kind == ERROR_TABLE || err->kind == ERROR_DATA) && err->retry == RETRY_NEVER;
}

// What has no right, or no such table or column, has a state of class 42; openedge_state makes one
// of 7512. A driver may give everything the same state, though, or none.
bool
openedge_is_denied(const struct error *err)
{
    return strncmp(err->sqlstate, "42", 2) == 0;
}

bool
openedge_is_doubtful(const struct error *err, unsigned attempts)
{
    enum { ATTEMPTS_MAX = 2 };

    return attempts < ATTEMPTS_MAX && openedge_was_refused(err) && !openedge_is_denied(err);
}

bool
openedge_ask(const struct catalog_door *door, const struct openedge_query *query,
    const struct table *one, struct error *refused, struct error *err)
{
    struct buffer sql;
    unsigned attempts = 0;
    bool is_read;

    buffer_init(&sql, BUFFER_SQL_CAP);
    catalog_append_query(&sql, query->sql, NULL, one);
    do {
        error_clear(refused);
        is_read = door->query(door->context, buffer_text(&sql), query->field_count, query->take,
            query->taker, refused);
        if (!is_read && query->forget != NULL)
            query->forget(query->taker);
        attempts++;
    } while (!is_read && openedge_is_doubtful(refused, attempts));
    buffer_release(&sql);
    if (is_read || openedge_was_refused(refused))
        return true;
    *err = *refused;
    return false;
}

// --- tables

struct table *
openedge_find_table(const struct catalog *catalog, const char *schema, const char *name)
{
    return table_find(catalog->tables, catalog->table_count, schema, name);
}

static struct table *
add_table(struct reading *reading)
{
    struct catalog *catalog = reading->catalog;
    struct table *table = arena_calloc(reading->arena, 1, sizeof *table);

    if (catalog->table_count == reading->capacity) {
        size_t capacity = reading->capacity > 0 ? reading->capacity * 2 : 64;
        struct table **tables = arena_calloc(reading->arena, capacity, sizeof *tables);

        if (catalog->table_count > 0)
            memcpy(tables, catalog->tables, catalog->table_count * sizeof *tables);
        catalog->tables = tables;
        reading->capacity = capacity;
    }
    catalog->tables[catalog->table_count++] = table;
    return table;
}

// Names that begin with an underscore are the system's, whatever their number.
static bool
take_table(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    const char *name = or_empty(fields[TABLE_NAME]);
    struct table *table;

    (void)err;
    if (name[0] == '\0' || name[0] == '_')
        return true;
    table = add_table(reading);
    table->schema = arena_strdup(reading->arena, or_empty(fields[TABLE_OWNER]));
    table->name = arena_strdup(reading->arena, name);
    table->row_estimate = -1; // what the codes in SYSTBLSTAT mean is not documented
    if (openedge_is_true(fields[TABLE_HIDDEN]))
        table->entry.left_out = "hidden at the source";
    return true;
}

static bool
take_change_table(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    struct table *table = openedge_find_table(
        reading->catalog, or_empty(fields[TABLE_OWNER]), or_empty(fields[TABLE_NAME]));

    (void)err;
    if (table != NULL)
        table->entry.left_out = "a change table of OpenEdge's CDC";
    return true;
}

// --- columns

// A text for people, if the way has it.
static const char *
keep_words(const struct reading *reading, const char *const *fields, size_t field)
{
    return field < reading->way->column_fields ? keep(reading->arena, fields[field]) : NULL;
}

static void
describe_column(
    const struct reading *reading, const char *const *fields, struct placed_column *placed)
{
    struct column *column = &placed->column;
    int64_t width = number(fields[COLUMN_WIDTH], 0);
    int64_t extent = number(fields[COLUMN_EXTENT], 0);
    const char *mandatory = or_empty(fields[COLUMN_MANDATORY]);
    bool is_metaschema = reading->way->is_metaschema;

    column->name = arena_strdup(reading->arena, or_empty(fields[COLUMN_NAME]));
    column->width = width > 0 ? (size_t)width : 0;
    column->scale = (int)number(fields[COLUMN_DECIMALS], -1);
    column->array.extent = extent > 0 ? (int)extent : 0;
    // NULLFLAG says the opposite of mandatory.
    column->is_nullable =
        is_metaschema ? !openedge_is_true(mandatory) : !text_equal_nocase(mandatory, "N");
    column->is_case_sensitive =
        is_metaschema ? openedge_is_true(fields[COLUMN_CASE])
                      : fields[COLUMN_CASE] != NULL && !text_match("*_I", fields[COLUMN_CASE]);
    column->words = (struct dictionary_words){ keep_words(reading, fields, COLUMN_LABEL),
        keep_words(reading, fields, COLUMN_COLUMN_LABEL),
        keep_words(reading, fields, COLUMN_DESCRIPTION), keep_words(reading, fields, COLUMN_FORMAT),
        keep_words(reading, fields, COLUMN_HELP) };
    openedge_describe_type(reading->arena, or_empty(fields[COLUMN_TYPE]), column);
    placed->order = number(fields[COLUMN_ORDER], INT64_MAX);
}

static bool
take_column(void *taker, const char *const *fields, struct error *err)
{
    struct reading *reading = taker;
    struct table *table = openedge_find_table(
        reading->catalog, or_empty(fields[COLUMN_OWNER]), or_empty(fields[COLUMN_TABLE]));
    struct placed_column *placed;

    (void)err;
    if (table == NULL || or_empty(fields[COLUMN_NAME])[0] == '\0')
        return true;
    if (reading->column_count == reading->column_capacity) {
        reading->column_capacity =
            reading->column_capacity > 0 ? reading->column_capacity * 2 : 1024;
        reading->columns =
            mem_realloc(reading->columns, reading->column_capacity, sizeof *reading->columns);
    }
    placed = &reading->columns[reading->column_count];
    memset(placed, 0, sizeof *placed);
    placed->table = table;
    placed->arrival = reading->column_count++;
    describe_column(reading, fields, placed);
    return true;
}

static int
compare_columns(const void *a, const void *b)
{
    const struct placed_column *left = a;
    const struct placed_column *right = b;

    if (left->table != right->table)
        return table_search_compare(&left->table, &right->table);
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    return left->arrival < right->arrival ? -1 : left->arrival > right->arrival;
}

static void
place_columns(struct reading *reading)
{
    size_t end;

    if (reading->column_count == 0)
        return;
    qsort(reading->columns, reading->column_count, sizeof *reading->columns, compare_columns);
    for (size_t start = 0; start < reading->column_count; start = end) {
        struct table *table = reading->columns[start].table;

        for (end = start; end < reading->column_count && reading->columns[end].table == table;)
            end++;
        table->columns = arena_calloc(reading->arena, end - start, sizeof *table->columns);
        table->column_count = end - start;
        for (size_t i = start; i < end; i++)
            table->columns[i - start] = reading->columns[i].column;
    }
}

// --- ways

static void
forget_tables(void *taker)
{
    struct reading *reading = taker;

    reading->catalog->table_count = 0;
}

static bool
ask_for_tables(struct reading *reading, struct error *refused, struct error *err)
{
    const struct openedge_query query = { reading->way->tables, TABLE_FIELDS, take_table,
        forget_tables, reading };

    forget_tables(reading);
    if (!openedge_ask(reading->of->door, &query, NULL, refused, err))
        return false;
    if (reading->catalog->table_count > 0)
        qsort(reading->catalog->tables, reading->catalog->table_count, sizeof(struct table *),
            table_search_compare);
    return true;
}

static void
forget_columns(void *taker)
{
    struct reading *reading = taker;

    reading->column_count = reading->kept_columns;
}

static bool
ask_for_columns(
    struct reading *reading, const struct table *one, struct error *refused, struct error *err)
{
    const struct openedge_query query = { reading->way->columns, reading->way->column_fields,
        take_column, forget_columns, reading };

    if (!openedge_ask(reading->of->door, &query, one, refused, err))
        return false;
    reading->kept_columns = reading->column_count;
    return true;
}

// By each way in turn, from the one in hand on. The first failure is the one that is told.
static bool
ask_for_one(void *context, struct table *table, struct error *err)
{
    struct reading *reading = context;
    const struct way *first = reading->way;
    size_t count = reading->column_count;
    struct error failure = { 0 };
    bool done = true;

    for (; done && reading->way < ways + WAY_COUNT && reading->column_count == count;
         reading->way++) {
        struct error refused = { 0 };

        done = ask_for_columns(reading, table, &refused, err);
        if (failure.kind == ERROR_NONE)
            failure = refused;
    }
    reading->way = first;
    if (done && reading->column_count == count && failure.kind != ERROR_NONE) {
        *err = failure;
        return false;
    }
    return done;
}

static bool
is_lost(void *context, const struct error *err)
{
    (void)context;
    return !openedge_was_refused(err);
}

// Tables of another schema are left out of the catalogue later.
static void
skip_unwanted(struct reading *reading)
{
    const struct table_filter *filter = reading->of->filter;
    const struct catalog *catalog = reading->catalog;
    const char *schema = reading->of->schema;

    if (filter->skip_ignored != NULL)
        filter->skip_ignored(
            filter->context, reading->arena, catalog->tables, catalog->table_count);
    for (size_t i = 0; schema[0] != '\0' && i < catalog->table_count; i++)
        catalog->tables[i]->entry.is_skipped |=
            !text_equal_nocase(schema, catalog->tables[i]->schema);
}

static bool
ask_apart(struct reading *reading, bool *is_read, struct error *err)
{
    const struct table_by_table asking = { .arena = reading->arena,
        .tables = reading->catalog->tables,
        .count = reading->catalog->table_count,
        .context = reading,
        .ask = ask_for_one,
        .is_lost = is_lost,
        .probes = OPENEDGE_PROBES };

    skip_unwanted(reading);
    return catalog_ask_table_by_table(&asking, is_read, err);
}

// Two ways may differ in what they say of columns alone.
static bool
are_of_same_tables(const struct way *one, const struct way *other)
{
    return strcmp(one->tables, other->tables) == 0;
}

// The next way is no answer to rows that are not delivered: it tells less of all tables.
static bool
try_apart(struct reading *reading, bool *is_read, struct error *err)
{
    const struct way *way = reading->way;

    if (way + 1 < ways + WAY_COUNT && are_of_same_tables(way, way + 1))
        return true;
    while (reading->way > ways && are_of_same_tables(way, reading->way - 1))
        reading->way--;
    return ask_apart(reading, is_read, err);
}

static bool
try_way(struct reading *reading, bool *is_read, struct error *err)
{
    struct error refused = { 0 };

    reading->column_count = 0;
    reading->kept_columns = 0;
    if (!ask_for_tables(reading, &refused, err))
        return false;
    if (refused.kind != ERROR_NONE) {
        if (reading->broken.kind == ERROR_NONE && !openedge_is_denied(&refused))
            reading->broken = refused;
        return true;
    }
    if (!ask_for_columns(reading, NULL, &refused, err))
        return false;
    *is_read = refused.kind == ERROR_NONE;
    return *is_read || openedge_is_denied(&refused) || try_apart(reading, is_read, err);
}

// --- all of it

static bool
is_missing_table(const struct error *err)
{
    return strcmp(err->sqlstate, "42S02") == 0;
}

// A database without CDC has the table and no row in it, one before 11.7 has not even the table.
// Rights on it are its own: it is asked whichever way the tables came.
static bool
mark_change_tables(struct reading *reading, struct error *err)
{
    const struct openedge_query query = { change_tables, TABLE_HIDDEN, take_change_table, NULL,
        reading };
    struct error refused = { 0 };

    if (!openedge_ask(reading->of->door, &query, NULL, &refused, err))
        return false;
    if (refused.kind == ERROR_NONE || is_missing_table(&refused))
        return true;
    catalog_add_note(reading->arena, reading->catalog,
        "PUB.\"_Cdc-Table-Policy\" is not there or may not be read: change tables of CDC, if there "
        "are any, are mirrored like other tables");
    return true;
}

static bool
read_best_way(struct reading *reading, bool *is_read, struct error *err)
{
    for (size_t i = 0; i < WAY_COUNT && !*is_read; i++) {
        reading->way = &ways[i];
        if (!try_way(reading, is_read, err))
            return false;
        if (*is_read && ways[i].lost != NULL)
            catalog_add_note(reading->arena, reading->catalog, ways[i].lost);
    }
    return true;
}

// A right that is missing leaves no table out; a row that is not delivered may, in the list that
// was taken instead.
static void
tell_broken(const struct reading *reading)
{
    if (reading->broken.kind == ERROR_NONE)
        return;
    catalog_add_note(reading->arena, reading->catalog,
        arena_printf(reading->arena,
            "OpenEdge's list of tables did not come to its end (%s), so another list was taken: a "
            "table that is not in it is not known in this run; see that none is missing, and have "
            "the metaschema checked",
            reading->broken.message));
}

bool
openedge_read_tables(const struct openedge_reading *of, bool *is_read, struct error *err)
{
    struct reading reading = { .of = of, .arena = of->arena, .catalog = of->catalog };
    bool done;

    *is_read = false;
    done = read_best_way(&reading, is_read, err);
    if (done && *is_read) {
        place_columns(&reading);
        done = mark_change_tables(&reading, err) &&
               (!reading.way->is_metaschema || openedge_read_words(of, err));
    }
    if (done && !*is_read) {
        of->catalog->table_count = 0;
        catalog_add_note(of->arena, of->catalog,
            "neither the metaschema nor SYSPROGRESS can be read: tables, columns and keys are "
            "those that the driver tells, hidden tables and CDC's among them");
    }
    if (done)
        tell_broken(&reading);
    free(reading.columns);
    return done;
}
