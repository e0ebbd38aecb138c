// What is known of database products, by whatever door they are read: one file a product beside
// this one, one table of them (product.c). Nothing here connects to anything, and nothing knows a
// door; the doors read what is theirs in `odbc` and `jdbc`. A product that is not in the table is
// read by the plain calls of ODBC or JDBC. Constants and pure functions; any thread.
#ifndef OE2PG_SOURCE_PRODUCT_PRODUCT_H
#define OE2PG_SOURCE_PRODUCT_PRODUCT_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"
#include "source/catalog/catalog_door.h"
#include "source/widths.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PRODUCT_PATTERNS = 4,
    PRODUCT_PROPERTIES = 6,
    PRODUCT_PINS_MAX = 48,
    PRODUCT_SECRET_SIZE = 32
};

// Numbers of types that ODBC and JDBC share.
enum {
    PRODUCT_TYPE_CHAR = 1,
    PRODUCT_TYPE_DECIMAL = 3,
    PRODUCT_TYPE_VARCHAR = 12,
    PRODUCT_TYPE_OTHER = 1111,
};

// --- how its SQL is written

struct product_dialect {
    char quote;          // around a name, for people to type; 0: the standard's
    const char *limit;   // of rows, as a format for a size_t, at the end; NULL: none is written
    const char *top;     // the same, behind SELECT
    const char *is_null; // behind a column, where " IS NULL" is true of more; NULL: it is not
    // Statements that set the isolation where the door's own call is refused: read uncommitted,
    // read committed. NULL: none are known.
    const char *isolation[2];
    const char *unlocked; // behind a table's name: reads it without locks at any level; NULL: none
    bool ends_transactions; // autocommit off, every statement followed by a rollback
    // Expressions by which a value may come that the column itself does not give: `$` is the quoted
    // column, `#` a number. NULL: there is none.
    const char *cast;    // as a text of COLUMN_WAY_CAST_WIDTH characters
    const char *slice;   // characters from the first number on, as many as the second says
    const char *left;    // so many characters from the beginning
    const char *element; // of an array as the source prints it: from, to
};

// --- what it is asked about itself

// What a SQLite query of objects calls the tables in which a virtual table keeps its rows.
#define PRODUCT_SHADOW_TABLE "shadow table"

// Appends a text to a query in a form that means just this text whatever the session's settings
// are.
typedef void product_append_text(struct buffer *sql, const char *text);

// Fills catalog->counters, and entry.counters of the tables, by asking the door.
typedef bool product_read_counters(const struct catalog_door *door, struct arena *arena,
    struct catalog *catalog, struct error *err);

// Fills entry.policy of the tables; *missing says why it can't.
typedef bool product_read_policies(const struct catalog_door *door, struct arena *arena,
    struct catalog *catalog, const char **missing, struct error *err);

// Where a query can be narrowed to one table, it says in braces which of its expressions are the
// table's schema (or nothing) and name: catalog_append_query.
// A row of what is told of a sequence: schema, name, increment, least, greatest, whether it goes
// round, current value; NULL what is not told.
enum { PRODUCT_SEQUENCE_FIELDS = 7 };

struct product_sequences {
    const char *list;   // rows of their first fields; NULL: it has none
    size_t field_count; // so many
    const char *one; // one row of the other fields, "$" being its quoted name; NULL: none is left
};

// Characters of a view's definition that are asked for at a time.
#define PRODUCT_VIEW_SLICE 500

struct product_catalog {
    // Rows (database, schema, name, kind, and of a partition the schema and name of its table), ""
    // or NULL being no name, and a kind "" a table. NULL: by the driver's call.
    const char *objects;
    // Rows (schema, table, index, kind, column, position), sorted by all but the last two, the
    // kind downwards (3 a primary key whose column is the number under which the source keeps the
    // row, 2 another primary key, 1 unique, 0 neither), and then by position. A NULL column (an
    // expression) spoils the whole index. NULL: by the driver's calls, table by table.
    const char *keys;
    const char *estimates;            // rows (schema, table, rows); failure is no error; NULL: none
    const char *guid;                 // one text; failure is no error; NULL: none
    const char *code_page;            // one text; failure is no error; NULL: none
    product_append_text *append_text; // how these queries hold a text; NULL: in single quotes
    struct product_sequences sequences;
    // Rows (schema, view, definition), in order where a view has several; or where "#" stands in
    // it the PRODUCT_VIEW_SLICE characters from the "#"th on, of views without those only where it
    // is 1. NULL: it does not tell what they are made of.
    const char *views;
    product_read_counters *read_counters; // NULL: it counts nothing that could be relied on
    product_read_policies *read_policies; // NULL: it captures no changes
};

struct product_probes {
    const char *first_query; // proves that the database can be read at all; NULL: none is needed
    // Its clock, in milliseconds since 1970 as a text, and PRODUCT_LETTERS. NULL: not known.
    const char *clock;
    const char *letters;
};

// What reading by stamps goes by. NULL: not known.
struct product_stamps {
    // The wall clock of those who stamp rows, whatever our own session's zone is, as
    // "2025-04-26 10:34:17.123". Without it nothing is read by stamp.
    const char *local_clock;
    // For how many milliseconds the oldest transaction of others has been open, as a text; 0: none
    // is; no text where that cannot be seen.
    const char *oldest_open;
    // A value as it is compared with a column, '$' being its text; NULL: in quotes.
    const char *date;
    const char *timestamp;
};

#define PRODUCT_LETTERS                                                                            \
    "Gr\xC3\xB6\xC3\x9F"                                                                           \
    "e \xE2\x82\xAC \xE6\xBC\xA2"

// --- its session: all that a server, a role, a database or a user's own start-up statement could
// have changed in what a SELECT returns, or in how long it is let
//
// Left as they are, on purpose: PostgreSQL's search_path, by which the operators of extension types
// and the user's "where" are found; its lc_monetary, which says in what currency and with how many
// decimals a stored money is meant; isolation levels, which are set by the doors.

// What a read relies on it for.
enum pin_use {
    PIN_WHOLE,  // as many rows as there are: otherwise a result may end early
    PIN_ZONE,   // a stamp that means an instant comes as UTC
    PIN_TEXT,   // what a value looks like
    PIN_SYNTAX, // what a statement means
    PIN_TIME,   // that a read is let go on for as long as it takes
    PIN_SAFETY, // that nothing is written
};

struct session_pin {
    const char *name;     // as the product tells it
    const char *value;    // as the product takes it, quotes and all
    const char *expected; // as the product tells it when it is set
    enum pin_use use;
};

struct product_session {
    const struct session_pin *pins; // NULL: nothing is known that could be set
    size_t pin_count;
    // Appends a query of rows (name, value): those of the settings that this version has.
    void (*append_question)(struct buffer *sql, const struct product_session *session);
    // Appends the statement that sets these.
    void (*append_setting)(
        struct buffer *sql, const struct session_pin *const *pins, size_t pin_count);
    bool sets_singly; // one setting a statement
    // True for a column whose text depends on the zone of the session. NULL: there is none.
    bool (*is_instant)(const struct column *column);
};

// In words, behind "so that".
const char *session_pin_purpose(enum pin_use use);

// --- which types it orders as it compares them: the allow-list behind struct column's `order`

// A type is documented when its kind is among `kinds` and its name is none of `except`, or when its
// name is among `names`. What a product's documentation says, and tests/integration/
// test_key_orders.py tries.
struct product_order {
    unsigned kinds; // bits, 1 << enum value_kind
    const char *names[PRODUCT_PATTERNS];
    const char *except[PRODUCT_PATTERNS];
    const char *broken[PRODUCT_PATTERNS];
    bool is_loosely_typed; // only a rowid holds nothing but integers
};

// --- rows by the ids under which it keeps them, beside any key

// All of it, or zeros: there are none that could be relied on.
struct product_row_ids {
    const struct column *column; // to be read like one
    // Appends a condition: the rows with one of these ids, or those with none of them.
    void (*append)(struct buffer *sql, const int64_t *ids, size_t count, bool are_left_out);
    // True for the failure that says that no row has the id that was asked for.
    bool (*is_gone)(const struct error *err);
};

// --- texts that the server would have to convert, and cannot always: source/catalog/code_page.h

#define PRODUCT_ODD_NAMES "@odd@"

// All or nothing.
struct product_bytes {
    // True for a code page in which any bytes may stand: they are what a text is.
    bool (*has_odd_texts)(const char *code_page);
    // The statement that finds out what each character of the code page is in UTF-8. False, and
    // nothing appended, where no text needs to be converted.
    bool (*append_characters)(struct buffer *sql, const char *code_page);
    const char *characters; // the query of what it found, as code_page.c reads it
    // Rows (what has the name: "schema", "table", "column" or "other"; its id, or 0; schema, table
    // and name as bytes in hexadecimal): of what may have a character without counterpart. The
    // queries of struct product_catalog print names of what has one of the ids that come in the
    // place of PRODUCT_ODD_NAMES as PostgreSQL's "escape" prints bytes.
    const char *names;
    const char *odd_names; // the query, for people, of tables whose names are beyond ASCII
    // The bytes of a text, and a key's value by its bytes.
    void (*append_text)(struct buffer *sql, const struct column *column, const char *name);
    void (*append_literal)(
        struct buffer *sql, const struct column *column, const struct cell *value);
};

// --- what its ODBC driver would spoil

// What is known of the connection and of the table that is read.
struct product_reading {
    const char *code_page; // the database's
    const char *secret;    // PRODUCT_SECRET_SIZE bytes, the connection's: no value begins with it
    bool has_odd_texts;    // texts with a NUL, or BLOBs in text columns, were met or are expected
    bool has_odd_reals;    // so were reals in columns of integers or dates
};

enum product_guard {
    PRODUCT_GUARD_NONE, // nothing was appended: the column, or what is selected of it, is safe
    PRODUCT_GUARD_CONDITION,
    PRODUCT_GUARD_SIZE
};

// A guard of this size or more says so by itself: longer than any text.
#define PRODUCT_GUARD_ODD INT64_C(1000000000000)

struct product_odbc {
    const char *driver;    // pattern of SQL_DRIVER_NAME: others are read as an unknown product
    const char *code_page; // asked by this door alone, as in struct product_catalog
    // Rows (schema, table, column, its place from 0, type, 1 if it may be NULL), sorted by table
    // and place: the columns that the driver's SQLColumns does not list. NULL: it lists them all.
    // Read with dialect.limit.
    const char *unlisted;
    // Appends what to select for a column; `name` is the quoted column. NULL: the column itself.
    // Returns false when that is just the name, so that its type in the result can be checked.
    bool (*append_expression)(const struct product_reading *reading, struct buffer *sql,
        const struct column *column, const char *name);
    // Appends what a row's guard asks of a column that holds no bytes: a condition, true of a value
    // that the driver would spoil silently (the guard is PRODUCT_GUARD_ODD then), or the bytes that
    // the value has, to be compared in sum with those delivered. NULL: nothing is spoiled.
    enum product_guard (*append_guard)(const struct product_reading *reading, struct buffer *sql,
        const struct column *column, const char *name);
    // The bytes that a value takes, '@' being the quoted column: longer ones than are to be read
    // are withheld by the SELECT itself (odbc_limit.h). NULL: it is the driver that delivers less.
    const char *text_size;
    // The characters of a text, perhaps up to its first NUL: told at less cost than its bytes, four
    // times as many at most. NULL: they are not.
    const char *text_length;
    const char *binary_size;
    // Times that a value is in memory while it is read, the driver's and ours: measured. 0:
    // unknown.
    unsigned value_copies;
    // Nobody knows what limits its sessions have, nor whether its driver tells a cut connection
    // from the end of a result: rows are counted.
    bool is_unprepared;
    // Appends the value of a key as a literal that is compared with the column just as the bound
    // text would be. False, and nothing appended: there is none, the value is bound. NULL: values
    // are bound always. For drivers that keep the whole result of a statement with parameters, and
    // for types that it does not compare with any parameter.
    bool (*append_literal)(const struct product_reading *reading, struct buffer *sql,
        const struct column *column, const struct cell *value);
    // Type under which a position in a key is bound (its C type is char). NULL: the column's.
    int (*parameter_type)(const struct column *column);
    // Mends kind, width and scale after the general rules of odbc_type.h. `base_type` and
    // `type_modifier` are psqlODBC's extra columns 20 and 25 of SQLColumns, -1 elsewhere.
    void (*refine_column)(struct column *column, int64_t base_type, int64_t type_modifier);
    // Puts a value in the place of a text that the expression marked, and says so: of a real the
    // shortest text that reads back as the same double, in canonical form; of a text with a NUL
    // its bytes. NULL: no text is marked.
    bool (*take_marked)(const char *secret, char *text, size_t *size);
    // True for what may be a real that the expression did not provide for, so that the driver
    // printed it with too few digits: the table is to be read again with has_odd_reals. Set where
    // prints_long_reals is.
    bool (*is_odd_real)(const struct column *column, const char *text, size_t size);
    // Reals come with up to 18 digits in columns of numbers and dates: to be printed as short as
    // they can.
    bool prints_long_reals;
    bool is_loosely_typed; // values need not be of their column's type
    bool has_own_types;    // refine_column replaces driver_type by the product's type number
    bool only_own_catalog; // list the tables of the connected database only
    bool paces_fetch;      // odbc_pace.h is true of its driver
    bool can_reposition;   // SQLSetPos and SQLGetData work in a block: proved for its driver
};

// --- what its JDBC driver would do with values unless told otherwise

struct product_jdbc {
    const char *urls[PRODUCT_PATTERNS]; // of drivers that need `properties`
    // Names and values in turn, the last one NULL. They hold unless the user says something else.
    const char *properties[2 * PRODUCT_PROPERTIES + 1];
    // Rows like those of DatabaseMetaData.getColumns, but these alone: schema, table, column, type
    // number (java.sql.Types), type name, size, decimals (NULL: none said), 1 if nullable,
    // position; sorted by schema and table. NULL: getColumns.
    const char *columns;
    bool writes_no_limit; // dialect.limit is not written: the driver's own limit serves
    // As above; what differs is that the type's name is what is known of it.
    bool (*append_expression)(struct buffer *sql, const struct column *column, const char *name);
    void (*refine_column)(struct column *column); // after the general rules of jdbc_type.h
    // Every value is of its column's type, so that the driver may be asked for it by that type. Any
    // other is asked what each value is: SQLite's driver gives 0 for a text that is asked for as a
    // number, and no sample of rows shows that there will be none.
    bool is_statically_typed;
    // getBytes delivers the server's own text, in UTF-8, of whatever is no bytea: proved for its
    // driver.
    bool delivers_raw_text;
    bool has_own_types;     // type numbers of results say less than the catalogue: not compared
    bool prefers_texts;     // the text of a number or a date is its canonical text, or nearer to it
    bool positions_untyped; // the server finds out what a position's text means
    bool writes_dates;      // a position that is a date or a stamp is given as text
    bool buffers_results;   // whatever the fetch size says
};

// --- what its own error numbers mean, where an SQLSTATE says little (product_error.h)

struct product_error {
    long code;         // the driver's own number, without its sign; 0: none is known
    long number;       // in brackets at the end of its messages; 0: none is known
    const char *state; // the SQLSTATE that says what it means
    const char *hint;  // a sentence; NULL: the general one for the state
};

struct product_errors {
    const struct product_error *list;
    size_t count;
    // Patterns of states that say no more than that there was an error, besides "", HY000 and
    // S1000.
    const char *vague[PRODUCT_PATTERNS];
    const char *numbered; // pattern of the messages that have `number`; NULL: none have
    const char *refusal;  // in the words of a server that answered a login with no; NULL: not known
    // The number that says that a value is too wide for its column, and what stands around the
    // column's name in its words, which quote no value. 0: there is none.
    long too_wide;
    const char *before_column;
    const char *behind_column;
};

// --- which of its types have a counterpart in PostgreSQL that its driver's number does not tell

struct product_native {
    const char *type_name; // pattern
    int driver_type;       // or the number that refine_column gave; 0: none
    enum mirror_base base;
};

struct product_natives {
    const struct product_native *list; // the first that matches counts; NULL: none
    size_t count;
    int least_digits;   // that a decimal has, whatever is declared of it
    int stamp_decimals; // that a time has, whatever is declared of it; 0: as many as declared
};

// --- all of it

struct product {
    // Of SQL_DBMS_NAME and DatabaseMetaData.getDatabaseProductName, the last one NULL.
    const char *patterns[PRODUCT_PATTERNS];
    struct product_dialect dialect;
    struct product_catalog catalog;
    struct product_probes probes;
    struct product_stamps stamps;
    struct product_session session;
    struct product_order order;
    struct product_natives natives;
    struct product_row_ids row_ids;
    struct product_bytes bytes;
    struct product_errors errors;
    struct source_widths widths; // `most` 0: none that data may exceed
    struct product_odbc odbc;
    struct product_jdbc jdbc;
    bool is_openedge; // its catalogue, names and row ids are source/openedge's business
};

// By the product's name. Never NULL: what is not known is product_unknown.
const struct product *product_find(const char *name);
// The same for the ODBC door: known only by a driver of which it is known, too.
const struct product *product_find_by_odbc(const char *name, const char *driver);
// For the JDBC door, before anything but the URL is known. Never NULL.
const char *const *product_properties(const char *url);

extern const struct product product_unknown;

// Fills `order` of all columns; the keys are known already. (product_order.c)
void product_order_tell(const struct product *product, struct table *table);

// Fills `native` of all columns. (product_native.c)
void product_native_tell(const struct product *product, struct table *table);

#endif
