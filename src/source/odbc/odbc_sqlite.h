// SQLite by libsqliteodbc: what to ask for so that nothing is spoiled, at the least cost.
//
// The driver prints reals with 15 digits and BLOBs as X'..', and cuts texts at a NUL. Any column
// may hold any type of value, but one with text affinity no numbers.
// It hands rows on one by one (StepAPI) only where the statement has no parameters: with one bound
// it keeps the whole result.
#ifndef OE2PG_SOURCE_ODBC_SQLITE_H
#define OE2PG_SOURCE_ODBC_SQLITE_H

#include "source/odbc/odbc.h"

// A BLOB: SQLite's own, the driver's print of it (twice as long) for this row and, until that is
// made, for the row before, the driver's reading of the print, and ours. Texts are there five
// times.
enum { ODBC_SQLITE_VALUE_COPIES = 7 };

// See odbc_product.h.
extern const char odbc_sqlite_text_length[];
extern const char odbc_sqlite_text_size[];
extern const char odbc_sqlite_binary_size[];
bool odbc_sqlite_expression(const struct odbc_source *source, struct buffer *sql,
    const struct column *column, const char *name, const struct odbc_note *note);
void odbc_sqlite_refine(struct column *column, int64_t base_type, int64_t type_modifier);
bool odbc_sqlite_guard(
    struct buffer *sql, const struct column *column, const char *name, const char *code_page);
bool odbc_sqlite_literal(const struct odbc_source *source, struct buffer *sql,
    const struct column *column, const struct cell *value);
void odbc_sqlite_take_real(const struct odbc_source *source, char *text, size_t *size);
bool odbc_sqlite_is_odd_real(const struct column *column, const char *text, size_t size);

// A failure to open the file that SQLite's own number is told of: says in `err` what is wrong with
// it, by name, and the remedy. `path` "": not known. Leaves all other errors.
void odbc_sqlite_explain(const char *path, struct error *err);

// Before the first connection, by one thread at a time; later it does nothing. No connection is
// used by two threads at a time, so SQLite need not lock at every call, nor count its memory under
// one lock for all. Without this library nothing happens.
void odbc_sqlite_unlock(void);

#endif
