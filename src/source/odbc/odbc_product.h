// What is known about database products, found by SQL_DBMS_NAME
// (and the driver's library, where it is the driver that is odd): how to ask them for their keys in
// one query, and which columns have to be asked for in other words than their name, because the
// driver would spoil them. One table; everything unknown is read by plain ODBC.
#ifndef OE2PG_SOURCE_ODBC_PRODUCT_H
#define OE2PG_SOURCE_ODBC_PRODUCT_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/batch.h"
#include "model/table.h"
#include "source/catalog/product_queries.h"

#include <stdint.h>

struct odbc_note;
struct odbc_source;

// A guard of this size or more says so by itself: longer than any text.
#define ODBC_GUARD_ODD INT64_C(1000000000000)

struct odbc_product {
    const char *patterns[3]; // of SQL_DBMS_NAME, the last one NULL
    const char *driver;      // pattern of SQL_DRIVER_NAME: what is said is true of this driver only
    const char *first_query; // proves that the database can be read at all; NULL: none is needed
    const char *objects;     // as product_queries.h says; NULL: by the driver's call
    // Rows (schema, table, index, 1 if primary, column, position), sorted by all but the last two
    // and then by position. A NULL column (an expression) spoils the whole index. NULL: ODBC calls.
    const char *keys;
    product_append_text *append_text; // how these queries hold a text; NULL: in single quotes
    const char *estimates;            // rows (schema, table, rows); failure is no error; NULL: none
    // Rows (schema, table, column, its place from 0, type, 1 if it may be NULL), sorted by table
    // and place: the columns that the driver's SQLColumns does not list. NULL: it lists them all.
    // Read with has_limit.
    const char *unlisted;
    const char *guid;      // one text; failure is no error; NULL: none
    const char *code_page; // one text; failure is no error; NULL: none
    // Statements that set the isolation where ODBC's own call is refused: read uncommitted, read
    // committed. NULL: none are known.
    const char *isolation[2];
    const char *unlocked; // behind a table's name: reads it without locks at any level; NULL: none
    // Appends what to select for a column; `name` is the quoted column. NULL: the column itself.
    // Returns false when that is just the name, so that its type in the result can be checked.
    bool (*append_expression)(const struct odbc_source *source, struct buffer *sql,
        const struct column *column, const char *name, const struct odbc_note *note);
    // Appends what a row's guard adds for a text column, `code_page` being the database's: either a
    // number beyond ODBC_GUARD_ODD for a value that the driver would spoil silently (returns
    // false), or the bytes that the value has, to be compared with those delivered (returns true).
    // NULL: nothing is spoiled.
    bool (*append_guard)(
        struct buffer *sql, const struct column *column, const char *name, const char *code_page);
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
    // True for a code page of which texts are read as bytes from the start: append_expression
    // selects them so where the note says has_odd_texts. NULL: for none.
    bool (*has_odd_texts)(const char *code_page);
    // Appends the value of a key as a literal that is compared with the column just as the bound
    // text would be. False, and nothing appended: there is none, the value is bound. NULL: values
    // are bound always. For drivers that keep the whole result of a statement with parameters, and
    // for texts that a server refuses.
    bool (*append_literal)(const struct odbc_source *source, struct buffer *sql,
        const struct column *column, const struct cell *value);
    // SQL type under which a position in a key is bound (its C type is char). NULL: the column's.
    int (*parameter_type)(const struct column *column);
    // Mends kind, width and scale after the general rules of odbc_type.h. `base_type` and
    // `type_modifier` are psqlODBC's extra columns 20 and 25 of SQLColumns, -1 elsewhere.
    void (*refine_column)(struct column *column, int64_t base_type, int64_t type_modifier);
    // Makes a text that the expression marked as a real the shortest one that reads back as the
    // same double, in canonical form, and leaves others. NULL: no text is marked.
    void (*take_real)(const struct odbc_source *source, char *text, size_t *size);
    // True for what may be a real that the expression did not provide for, so that the driver
    // printed it with too few digits: the table is to be read again with has_odd_reals in its note.
    // Set where prints_long_reals is.
    bool (*is_odd_real)(const struct column *column, const char *text, size_t size);
    // Says of a failure to open the database `name` what is wrong with it. NULL: the driver does.
    void (*explain)(const char *name, struct error *err);
    // Reals come with up to 18 digits in columns of numbers and dates: to be printed as short as
    // they can.
    bool prints_long_reals;
    bool is_loosely_typed;  // values need not be of their column's type
    bool has_limit;         // SELECT ... LIMIT n
    bool has_top;           // SELECT TOP n ...
    bool is_openedge;       // its catalogue and its names are source/openedge's business
    bool has_own_types;     // refine_column replaces driver_type by the product's type number
    bool only_own_catalog;  // list the tables of the connected database only
    bool ends_transactions; // autocommit off, every statement followed by a rollback
    bool paces_fetch;       // odbc_pace.h is true of its driver
    bool can_reposition;    // SQLSetPos and SQLGetData work in a block: proved for its driver
};

// Never NULL. `library` is SQL_DRIVER_NAME.
const struct odbc_product *odbc_product_find(const char *dbms_name, const char *library);

#endif
