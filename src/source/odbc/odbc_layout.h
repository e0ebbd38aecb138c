// How the columns of a result are taken in: bound arrays, or call by call. Sizes come from what
// values need and from a budget, never from what a driver claims alone.
#ifndef OE2PG_SOURCE_ODBC_LAYOUT_H
#define OE2PG_SOURCE_ODBC_LAYOUT_H

#include "source/odbc/odbc.h"
#include "source/odbc/odbc_query.h"

// One column of the table in the result.
struct odbc_slot {
    const struct column *column;
    SQLUSMALLINT item; // its place in the SELECT list, from 1
    SQLSMALLINT c_type;
    bool is_by_call; // unbound: SQLGetData
    bool is_number;  // canonical_text may rewrite it
    size_t limit;    // bytes (of the C type) that values are expected to have at most
    size_t stride;   // bytes from one bound value to the next, all of which a value may fill
    char *values;    // into odbc_layout.memory
    SQLLEN *indicators;
};

struct odbc_layout {
    struct odbc_slot *slots; // [column_count] in the table's order
    uint16_t *order;         // positions in the table in the order of the SELECT list
    size_t column_count;
    size_t block_rows;
    bool has_calls;     // some column is unbound
    bool has_guard;     // guard_values hold a number a row
    char *guard_values; // into memory
    SQLLEN *guard_indicators;
    SQLUSMALLINT *status; // [block_rows]
    char *memory;         // owned
    size_t memory_bytes;
};

enum { ODBC_GUARD_STRIDE = 24 };

// Decides what is bound and the order of the SELECT list. `note` holds what earlier reads taught.
void odbc_layout_plan(const struct odbc_source *source, const struct read_request *request,
    const struct odbc_note *note, struct odbc_layout *layout);
// Sets C types by what the executed query says of its columns. *odd is the first one whose type is
// not what the catalogue said; NULL: there is none. ERROR_TABLE for another number of columns.
bool odbc_layout_check(const struct odbc_statement *statement, const struct odbc_query *query,
    struct odbc_layout *layout, const struct column **odd, struct error *err)
    __attribute__((warn_unused_result));
// Sizes the block and binds it, after odbc_layout_check.
bool odbc_layout_bind(const struct odbc_statement *statement, const struct read_request *request,
    struct odbc_layout *layout, SQLULEN *rows_fetched, struct error *err)
    __attribute__((warn_unused_result));
void odbc_layout_release(struct odbc_layout *layout);

#endif
