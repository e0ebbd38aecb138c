// The pieces of the ODBC driver, for the files of this folder only. It has no file of its own: what
// knows all the pieces is odbc_driver.c, above them.
#ifndef OE2PG_SOURCE_ODBC_ODBC_H
#define OE2PG_SOURCE_ODBC_ODBC_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "source/catalog/catalog_door.h"
#include "source/driver.h"
#include "source/product/product.h"

#include <sql.h>
#include <sqlext.h>

#include <pthread.h>
#include <stdint.h>

// What earlier reads of one table taught about it; found by names, for the catalogue may have been
// read again.
struct odbc_note {
    struct odbc_note *next;
    char *schema;
    char *name;
    size_t column_count;
    bool *is_long;      // [column_count]: its values do not fit the block buffers
    bool has_odd_texts; // texts with a NUL or BLOBs in text columns: see product.h
    bool has_odd_reals; // reals in columns of integers or dates
    bool is_at_odds;    // its driver's results are not of the types that its catalogue says
};

struct odbc_source {
    struct source base; // first: source.c sees only this
    const struct source_settings *settings;
    const struct product *product;
    SQLHENV environment;
    SQLHDBC connection;
    struct arena arena;                   // the identity's texts
    char quote[8];                        // around identifiers; "" when there is none
    char secret[PRODUCT_SECRET_SIZE + 1]; // marks what is no value: odbc_limit.h
    char escape[8];                       // in patterns of catalogue calls; "" when there is none
    bool needs_unlocked;          // no lock is to be taken, and the isolation says otherwise
    bool paces_fetch;             // nobody said how many rows a network fetch shall have
    struct odbc_note *notes;      // owned
    const char *unlisted_views;   // why its driver lists none; NULL: it lists them
    pthread_mutex_t running_lock; // guards `running` only
    SQLHSTMT running;             // what source_cancel may cancel; NULL when nothing runs
};

// --- odbc_session.c

// Isolation, what is pinned, autocommit; fills identity.isolation, session and needs_unlocked.
bool odbc_set_up_session(struct odbc_source *source, const char *dbms_name, struct error *err)
    __attribute__((warn_unused_result));

// --- odbc_attribute.c: what a driver, or a data source in odbc.ini, may set for every statement

// No limit of rows or of a value's length; SQL goes to the source as it stands.
void odbc_pin_attributes(SQLHSTMT statement);
// Reads them back, into the source's session.
bool odbc_check_attributes(struct odbc_source *source, struct error *err)
    __attribute__((warn_unused_result));

// --- odbc_error.c: the one place that reads diagnostics

// Turns the diagnostics of a handle into `err` and returns false; `what` is what was being done.
// Secrets of the settings are masked.
bool odbc_fail(const struct source_settings *settings, SQLSMALLINT handle_type, SQLHANDLE handle,
    SQLRETURN code, struct error *err, const char *what);
// The same for an attempt to connect: every failure is one of the source.
bool odbc_fail_connect(
    const struct source_settings *settings, SQLHDBC connection, SQLRETURN code, struct error *err);

// --- odbc_statement.c: one statement, registered for source_cancel while it is open

struct odbc_statement {
    struct odbc_source *source;
    SQLHSTMT handle; // SQL_NULL_HSTMT when closed
};

bool odbc_statement_open(struct odbc_source *source, struct odbc_statement *statement,
    struct error *err) __attribute__((warn_unused_result));
// The same for a call of the catalogue: what stands for names in its arguments are patterns where
// ODBC says so, and never identifiers, which would be folded.
bool odbc_statement_open_catalog(struct odbc_source *source, struct odbc_statement *statement,
    struct error *err) __attribute__((warn_unused_result));
// A text as an argument of ODBC's, which does not write to it; NULL stays NULL.
SQLCHAR *odbc_argument(const char *text);
bool odbc_statement_execute(struct odbc_statement *statement, const char *sql, struct error *err)
    __attribute__((warn_unused_result));
// True for the codes that mean success; otherwise fills err.
bool odbc_statement_check(const struct odbc_statement *statement, SQLRETURN code, struct error *err,
    const char *what) __attribute__((warn_unused_result));
// Ends its transaction too, where autocommit is off.
void odbc_statement_close(struct odbc_statement *statement);

// A small result read as text, row by row: for catalogues. Fields of up to `field_bytes` bytes.
struct odbc_result {
    struct odbc_statement *statement;
    size_t column_count; // those bound: the first ones of the result
    size_t field_bytes;  // buffer of a field, NUL included
    size_t row;          // in the block
    SQLULEN row_count;   // of the block
    char *values;
    SQLLEN *indicators;
    SQLUSMALLINT *states; // of the rows of the block
};

// Binds the first `column_count` columns of an executed statement.
bool odbc_result_open(struct odbc_statement *statement, size_t column_count, size_t field_bytes,
    struct odbc_result *result, struct error *err) __attribute__((warn_unused_result));
// Steps to the next row; *has_row is false at the end. A row that the driver could not deliver is
// ERROR_DATA.
bool odbc_result_next(struct odbc_result *result, bool *has_row, struct error *err)
    __attribute__((warn_unused_result));
// A field of the present row: borrowed until the next block, NULL for NULL. Sets *is_cut (may be
// NULL) when the buffer was too small for it.
const char *odbc_result_text(const struct odbc_result *result, size_t column, bool *is_cut);
// The same as a number; `otherwise` for NULL or anything that is none.
int64_t odbc_result_number(const struct odbc_result *result, size_t column, int64_t otherwise);
void odbc_result_close(struct odbc_result *result);

// --- odbc_catalog.c, odbc_key.c, odbc_door.c

bool odbc_read_catalog(struct source *source, const struct table_filter *filter,
    struct arena *arena, struct catalog *catalog, struct error *err)
    __attribute__((warn_unused_result));
// Finds out whether the table was changed (a failure) or the driver disagrees with itself, which
// goes into the table's note. `odd` is of another type in the result; no statement may be open.
bool odbc_settle_odds(struct odbc_source *source, const struct table *table,
    const struct column *odd, struct error *err) __attribute__((warn_unused_result));
// For struct catalog_ways; they are given a struct odbc_source.
bool odbc_list_primary(void *source, struct arena *arena, struct table *table, struct error *err)
    __attribute__((warn_unused_result));
bool odbc_list_indexes(void *source, struct arena *arena, struct table *table, struct error *err)
    __attribute__((warn_unused_result));
struct catalog_door odbc_catalog_door(struct odbc_source *source);
// The same, as struct source_driver has it.
struct catalog_door odbc_door(struct source *base);
// Runs a statement for what it does.
bool odbc_run(struct odbc_source *source, const char *sql, struct error *err)
    __attribute__((warn_unused_result));

// --- odbc_cursor.c

bool odbc_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err) __attribute__((warn_unused_result));
bool odbc_fetch(struct cursor *cursor, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
void odbc_close_cursor(struct cursor *base);

// --- odbc_query.c

void odbc_append_count(const struct source *base, struct buffer *sql, const struct table *table);

// --- odbc_note.c

// The note about a table, made when there is none; owned by the source.
struct odbc_note *odbc_note_find(struct odbc_source *source, const struct table *table);
// What the product is told; `note` may be NULL.
struct product_reading odbc_reading(const struct odbc_source *source, const struct odbc_note *note);
void odbc_note_free_all(struct odbc_source *source);

#endif
