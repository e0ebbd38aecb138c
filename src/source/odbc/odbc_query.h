// The SELECT of a read: its text and its parameters.
#ifndef OE2PG_SOURCE_ODBC_QUERY_H
#define OE2PG_SOURCE_ODBC_QUERY_H

#include "source/odbc/odbc.h"

// A value that is sent beside the text.
struct odbc_parameter {
    const struct column *column;
    const struct cell *value; // the request's
    SQLLEN size;              // borrowed by the statement
};

struct odbc_query {
    struct buffer sql;
    bool *is_plain;   // [column_count] by position in the table: selected by its name alone
    bool has_guard;   // the last item of the list is a guard (product.h)
    bool *is_counted; // [column_count]: the guard counts its bytes
    struct odbc_parameter *parameters; // those that the product has no literal for
    size_t parameter_count;
};

// Writes the text. `order` holds the positions of all columns of the table in the order in which
// they are to be selected.
bool odbc_query_build(const struct odbc_source *source, const struct read_request *request,
    const uint16_t *order, const struct odbc_note *note, struct odbc_query *query,
    struct error *err) __attribute__((warn_unused_result));
// Binds the parameters and executes. The values of the request that the text was built of must
// live until then.
bool odbc_query_execute(struct odbc_query *query, struct odbc_statement *statement,
    struct error *err) __attribute__((warn_unused_result));
void odbc_query_release(struct odbc_query *query);

#endif
