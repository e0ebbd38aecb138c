// What is known about database products and their drivers: how to ask them for their catalogue in
// one query, and what their drivers would do with values unless told otherwise. One table;
// everything unknown is read by plain JDBC.
#ifndef OE2PG_SOURCE_JDBC_PRODUCT_H
#define OE2PG_SOURCE_JDBC_PRODUCT_H

#include "base/buffer.h"
#include "model/batch.h"
#include "model/table.h"
#include "source/catalog/product_queries.h"

enum { JDBC_PROPERTIES = 6 };

struct jdbc_product {
    const char *patterns[3]; // of the product's name, the last one NULL
    // Rows like those of DatabaseMetaData.getColumns, but these alone: schema, table, column, type
    // number (java.sql.Types), type name, size, decimals (NULL: none said), 1 if nullable,
    // position; sorted by schema and table. NULL: getColumns.
    const char *columns;
    const char *objects; // as product_queries.h says; NULL: by the driver's call
    // Rows (schema, table, index, 1 if primary, column, position), sorted by all but the last two
    // and then by position. A NULL column (an expression) spoils the whole index. NULL:
    // getPrimaryKeys and getIndexInfo, table by table.
    const char *keys;
    product_append_text *append_text; // how these queries hold a text; NULL: in single quotes
    const char *estimates;            // rows (schema, table, rows); failure is no error; NULL: none
    const char *guid;                 // one text; failure is no error; NULL: none
    const char *code_page;            // one text; failure is no error; NULL: none
    const char *limit;                // of rows, as a format for a size_t; NULL: by JDBC alone
    const char *top;                  // the same, behind SELECT
    // Statements that set the isolation where JDBC's own call is refused: read uncommitted, read
    // committed. NULL: none are known.
    const char *isolation[2];
    const char *unlocked; // behind a table's name: reads it without locks at any level; NULL: none
    // Appends what to select for a column; `name` is the quoted column. NULL: the column itself.
    // Returns false when that is just the name, so that its type in the result can be checked.
    bool (*append_expression)(struct buffer *sql, const struct column *column, const char *name);
    // True for a code page of which texts are asked for as bytes, by append_bytes. NULL: for none.
    bool (*has_odd_texts)(const char *code_page);
    void (*append_bytes)(struct buffer *sql, const struct column *column, const char *name);
    // True for the value of a key that the server would not take as a text, so that append_literal
    // writes it. NULL: all are bound.
    bool (*needs_literal)(const char *code_page, enum value_kind kind, const struct cell *value);
    void (*append_literal)(
        struct buffer *sql, const struct column *column, const struct cell *value);
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
    bool
        ends_transactions; // autocommit off (for streaming), every statement followed by a rollback
    bool buffers_results;  // whatever the fetch size says
    bool is_openedge;      // its catalogue and its names are source/openedge's business
};

// Never NULL.
const struct jdbc_product *jdbc_product_find(const char *name);

// Properties that a driver needs, found by the URL: names and values in turn, the last one NULL.
// They hold unless the user says something else. Never NULL.
const char *const *jdbc_product_properties(const char *url);

#endif
