// Indexes: those that are active, no word index, and of whole columns. Which one is primary
// the metaschema says; it is a key only if it is unique. Where a row is not delivered they are
// asked for table by table.
#include "base/mem.h"
#include "base/text.h"
#include "source/catalog/catalog_read.h"
#include "source/catalog/index_run.h"
#include "source/openedge/openedge.h"
#include "source/table_search.h"

#include <stdlib.h>
#include <string.h>

// Rows of one shape: a component of an index.
enum {
    PART_OWNER,
    PART_TABLE,
    PART_INDEX,
    PART_ACTIVE,
    PART_WORD, // above 0, or true
    PART_PLACE,
    PART_ASCENDING, // 1 or A
    PART_ABBREVIATED,
    PART_COLUMN,
    PART_UNIQUE, // 1 or U
    PART_FIELDS
};

#define OF_ONE_FILE "{f.\"_Owner\",f.\"_File-Name\"}"

// The recids are compared by the source: a driver may give one as a text and the other as a number.
static const char metaschema_parts[] =
    "SELECT f.\"_Owner\", f.\"_File-Name\", i.\"_Index-Name\", i.\"_Active\", i.\"_Wordidx\", "
    "k.\"_Index-Seq\", k.\"_Ascending\", k.\"_Abbreviate\", c.\"_Field-Name\", "
    "i.\"_Unique\" FROM PUB.\"_File\" f, PUB.\"_Index\" i, PUB.\"_Index-Field\" k, PUB.\"_Field\" "
    "c "
    "WHERE i.\"_File-recid\" = f.rowid AND k.\"_Index-recid\" = i.rowid "
    "AND k.\"_Field-recid\" = c.rowid AND " OPENEDGE_USER_TABLES OF_ONE_FILE;
static const char metaschema_primary[] =
    "SELECT f.\"_Owner\", f.\"_File-Name\", i.\"_Index-Name\" "
    "FROM PUB.\"_File\" f, PUB.\"_Index\" i "
    "WHERE i.rowid = f.\"_Prime-Index\" AND i.\"_Unique\" = 1 AND " OPENEDGE_USER_TABLES
        OF_ONE_FILE;
static const char sysprogress_parts[] =
    "SELECT i.\"TBLOWNER\", i.\"TBL\", i.\"IDXNAME\", i.\"ACTIVE\", i.\"WORDIDX\", i.\"IDXSEQ\", "
    "i.\"IDXORDER\", i.\"ABBREVIATE\", i.\"COLNAME\", "
    "i.\"IDXTYPE\" FROM SYSPROGRESS.\"SYSINDEXES\" i "
    "WHERE i.\"COLNAME\" IS NOT NULL{i.\"TBLOWNER\",i.\"TBL\"}";
// Keys that were declared in SQL.
static const char declared_keys[] =
    "SELECT k.\"OWNER\", k.\"TBLNAME\", k.\"CNSTRNAME\", k.\"COLPOSITION\", k.\"COLNAME\" "
    "FROM SYSPROGRESS.\"SYS_TBL_CONSTRS\" c, SYSPROGRESS.\"SYS_KEYCOL_USAGE\" k "
    "WHERE c.\"CNSTRTYPE\" = 'P' AND k.\"OWNER\" = c.\"OWNER\" "
    "AND k.\"TBLNAME\" = c.\"TBLNAME\" AND k.\"CNSTRNAME\" = "
    "c.\"CNSTRNAME\"{k.\"OWNER\",k.\"TBLNAME\"}";
enum { DECLARED_PLACE = 3, DECLARED_COLUMN = 4, DECLARED_FIELDS = 5, PRIMARY_FIELDS = 3 };

struct part {
    struct table *table;
    const char *index;
    int64_t place;
    bool is_spoiled; // the whole index is of no use as a key
    bool is_descending;
    bool is_primary;
    bool is_unique;
    uint16_t column;
};

struct key_reading {
    const struct openedge_reading *of;
    struct arena *arena;
    struct catalog *catalog;
    struct part *parts; // heap
    size_t count;
    size_t capacity;
};

static const char *
or_empty(const char *field)
{
    return field != NULL ? field : "";
}

static struct part *
add_part(struct key_reading *reading, const char *const *fields, const char *column)
{
    struct table *table = openedge_find_table(
        reading->catalog, or_empty(fields[PART_OWNER]), or_empty(fields[PART_TABLE]));
    struct part *part;

    if (table == NULL)
        return NULL;
    if (reading->count == reading->capacity) {
        reading->capacity = reading->capacity > 0 ? reading->capacity * 2 : 256;
        reading->parts = mem_realloc(reading->parts, reading->capacity, sizeof *reading->parts);
    }
    part = &reading->parts[reading->count++];
    memset(part, 0, sizeof *part);
    part->table = table;
    part->index = arena_strdup(reading->arena, or_empty(fields[PART_INDEX]));
    part->is_spoiled = !table_find_column(table, or_empty(column), &part->column);
    return part;
}

static bool
is_word_index(const char *field)
{
    return field != NULL && field[0] != '\0' && strcmp(field, "0") != 0 &&
           !text_equal_nocase(field, "false") && !text_equal_nocase(field, "n");
}

static bool
take_part(void *taker, const char *const *fields, struct error *err)
{
    struct part *part = add_part(taker, fields, fields[PART_COLUMN]);
    const char *ascending = or_empty(fields[PART_ASCENDING]);

    (void)err;
    if (part == NULL)
        return true;
    part->place = strtoll(or_empty(fields[PART_PLACE]), NULL, 10);
    part->is_spoiled |= !openedge_is_true(fields[PART_ACTIVE]) ||
                        is_word_index(fields[PART_WORD]) ||
                        openedge_is_true(fields[PART_ABBREVIATED]);
    part->is_unique = openedge_is_true(fields[PART_UNIQUE]) ||
                      text_equal_nocase(or_empty(fields[PART_UNIQUE]), "U");
    part->is_descending = !openedge_is_true(ascending) && !text_equal_nocase(ascending, "A");
    return true;
}

static bool
take_declared(void *taker, const char *const *fields, struct error *err)
{
    struct part *part = add_part(taker, fields, fields[DECLARED_COLUMN]);

    (void)err;
    if (part == NULL)
        return true;
    part->place = strtoll(or_empty(fields[DECLARED_PLACE]), NULL, 10);
    part->is_primary = true;
    part->is_unique = true;
    return true;
}

static bool
take_primary(void *taker, const char *const *fields, struct error *err)
{
    struct key_reading *reading = taker;
    const struct table *table = openedge_find_table(
        reading->catalog, or_empty(fields[PART_OWNER]), or_empty(fields[PART_TABLE]));

    (void)err;
    for (size_t i = 0; table != NULL && i < table->key_count; i++) {
        if (strcmp(table->keys[i].name, or_empty(fields[PART_INDEX])) == 0)
            table->keys[i].is_primary = true;
    }
    return true;
}

static int
compare_parts(const void *a, const void *b)
{
    const struct part *left = a;
    const struct part *right = b;
    int order = strcmp(left->table->name, right->table->name);

    if (order == 0)
        order = strcmp(left->table->schema, right->table->schema);
    if (order == 0)
        order = strcmp(left->index, right->index);
    if (order == 0)
        order = left->place < right->place ? -1 : left->place > right->place;
    return order;
}

static void
make_key(struct arena *arena, const struct part *parts, size_t count)
{
    struct key key = { .name = parts[0].index, .is_primary = parts[0].is_primary };
    bool is_spoiled = count > KEY_COLUMNS_MAX;

    key.columns = arena_calloc(arena, count, sizeof *key.columns);
    for (size_t i = 0; i < count && !is_spoiled; i++) {
        is_spoiled = parts[i].is_spoiled;
        key.columns[key.column_count] = parts[i].column;
        if (parts[i].is_descending)
            key.descending |= UINT64_C(1) << key.column_count;
        key.column_count++;
    }
    if (!is_spoiled)
        index_add(arena, parts[0].table, &key, parts[0].is_unique);
}

static void
make_keys(struct key_reading *reading)
{
    size_t end;

    if (reading->count > 0)
        qsort(reading->parts, reading->count, sizeof *reading->parts, compare_parts);
    for (size_t start = 0; start < reading->count; start = end) {
        const struct part *first = &reading->parts[start];

        for (end = start; end < reading->count && reading->parts[end].table == first->table &&
                          strcmp(reading->parts[end].index, first->index) == 0;)
            end++;
        make_key(reading->arena, first, end - start);
    }
    reading->count = 0;
}

// --- questions

struct key_question {
    const char *sql;
    size_t field_count;
    catalog_take *take;
    const char *lost;   // what is to be known of a table's keys after this answer; NULL: nothing
    const char *missed; // and without an answer; NULL: the table is marked as unread
    const struct key_question *otherwise; // asked for a table that this is not answered for
};

// SYSPROGRESS may deliver what the metaschema does not.
static const struct key_question sysprogress = { .sql = sysprogress_parts,
    .field_count = PART_FIELDS,
    .take = take_part,
    .lost = "SYSPROGRESS.SYSINDEXES does not say which index is the primary one" };
static const struct key_question metaschema = { .sql = metaschema_parts,
    .field_count = PART_FIELDS,
    .take = take_part,
    .otherwise = &sysprogress };
static const struct key_question primary = { .sql = metaschema_primary,
    .field_count = PRIMARY_FIELDS,
    .take = take_primary,
    .missed = "the metaschema did not say which index is the primary one" };
static const struct key_question declared = { .sql = declared_keys,
    .field_count = DECLARED_FIELDS,
    .take = take_declared,
    .missed = "the constraints in SYSPROGRESS did not say whether a key was declared" };

static void
forget_parts(void *taker)
{
    struct key_reading *reading = taker;

    reading->count = 0;
}

// `refused` stays empty when there was an answer, which is in the tables then.
static bool
ask(struct key_reading *reading, const struct key_question *question, const struct table *one,
    struct error *refused, struct error *err)
{
    const struct openedge_query query = { question->sql, question->field_count, question->take,
        forget_parts, reading };

    if (!openedge_ask(reading->of->door, &query, one, refused, err))
        return false;
    make_keys(reading);
    return true;
}

struct key_inquiry {
    struct key_reading *reading;
    const struct key_question *question;
};

// The first failure is the one that is told.
static bool
ask_for_one(void *context, struct table *table, struct error *err)
{
    const struct key_inquiry *inquiry = context;
    struct error failure = { 0 };

    for (const struct key_question *question = inquiry->question; question != NULL;
         question = question->otherwise) {
        struct error refused = { 0 };

        if (!ask(inquiry->reading, question, table, &refused, err))
            return false;
        if (refused.kind == ERROR_NONE) {
            if (question->lost != NULL)
                table->key_grounds.caveat = question->lost;
            return true;
        }
        if (failure.kind == ERROR_NONE)
            failure = refused;
    }
    *err = failure;
    return false;
}

static bool
is_lost(void *context, const struct error *err)
{
    (void)context;
    return !openedge_was_refused(err);
}

static void
miss(void *context, struct table *table, const struct error *why)
{
    const struct key_inquiry *inquiry = context;

    if (inquiry->question->missed != NULL)
        table->key_grounds.caveat = inquiry->question->missed;
    else
        catalog_mark_unread(inquiry->reading->arena, table, why);
}

// Of all tables at once, or of one after the other where a row is not delivered. *is_read is false
// when there is no answer about any table.
static bool
ask_for_all(struct key_reading *reading, const struct key_question *question, bool *is_read,
    struct error *err)
{
    struct key_inquiry inquiry = { .reading = reading, .question = question };
    const struct table_by_table asking = { .arena = reading->arena,
        .tables = reading->catalog->tables,
        .count = reading->catalog->table_count,
        .context = &inquiry,
        .ask = ask_for_one,
        .is_lost = is_lost,
        .refuse = miss,
        .probes = OPENEDGE_PROBES };
    struct error refused = { 0 };

    if (!ask(reading, question, NULL, &refused, err))
        return false;
    *is_read = refused.kind == ERROR_NONE;
    return *is_read || openedge_is_denied(&refused) ||
           catalog_ask_table_by_table(&asking, is_read, err);
}

// --- all of it

static void
note_missing_primary(struct key_reading *reading, const char *note, const char *caveat)
{
    struct catalog *catalog = reading->catalog;

    catalog_add_note(reading->arena, catalog, note);
    for (size_t i = 0; i < catalog->table_count; i++)
        catalog->tables[i]->key_grounds.caveat = caveat;
}

static bool
read_primary(struct key_reading *reading, struct error *err)
{
    bool is_read = false;

    if (!ask_for_all(reading, &primary, &is_read, err))
        return false;
    if (!is_read)
        note_missing_primary(reading,
            "the metaschema was asked in vain which indexes are the primary ones: keys are chosen "
            "among the unique indexes, perhaps others than in other runs",
            primary.missed);
    return true;
}

static bool
read_parts(struct key_reading *reading, bool *is_read, struct error *err)
{
    if (!ask_for_all(reading, &metaschema, is_read, err))
        return false;
    if (*is_read)
        return read_primary(reading, err);
    if (!ask_for_all(reading, &sysprogress, is_read, err))
        return false;
    if (*is_read)
        note_missing_primary(reading,
            "the metaschema's indexes may not be read: keys come from SYSPROGRESS.SYSINDEXES, "
            "which does not say which index is the primary one",
            sysprogress.lost);
    return true;
}

// A declared key has an index of its own as a rule, which then is known already.
static bool
read_declared(struct key_reading *reading, struct error *err)
{
    bool is_read = false;

    if (!ask_for_all(reading, &declared, &is_read, err))
        return false;
    if (!is_read)
        catalog_add_note(reading->arena, reading->catalog,
            "the constraints in SYSPROGRESS may not be read: a primary key that was declared in "
            "SQL counts as no more than its unique index");
    return true;
}

bool
openedge_read_keys(const struct openedge_reading *of, bool *is_read, struct error *err)
{
    struct key_reading reading = { .of = of, .arena = of->arena, .catalog = of->catalog };
    bool done = read_parts(&reading, is_read, err) && (!*is_read || read_declared(&reading, err));

    free(reading.parts);
    return done;
}

void
openedge_distrust_keys(struct arena *arena, struct catalog *catalog)
{
    static const char caveat[] = "as the driver reports it; nothing says that it is unique, so the "
                                 "table is read in one go";

    catalog_add_note(arena, catalog,
        "the indexes in the catalogue may not be read: keys are what the driver reports, which "
        "need not be unique, so no table is read in parts");
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct table *table = catalog->tables[i];

        table->key_grounds.caveat = caveat;
        for (size_t k = 0; k < table->key_count; k++)
            table->keys[k].may_repeat = true;
    }
}
