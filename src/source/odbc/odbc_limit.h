// Values that are not even asked for: a driver that holds a row several times must not be given one
// that is too long to be read. The SELECT puts a word in its place: a secret of this connection,
// so that no value can be taken for it, and the length of the value where that is cheap to tell.
#ifndef OE2PG_SOURCE_ODBC_LIMIT_H
#define OE2PG_SOURCE_ODBC_LIMIT_H

#include "source/odbc/odbc.h"

enum { ODBC_ROW_SLACK = 64 * 1024 }; // the values of a row may exceed the limit by so much in all

// Makes the connection's secret.
bool odbc_limit_init(struct odbc_source *source, struct error *err)
    __attribute__((warn_unused_result));
// Around the expression that selects a column: true when it is limited, and then
// odbc_limit_append_end is to follow the expression. `append_name` appends a column's quoted name.
typedef void odbc_append_name(const struct odbc_source *source, struct buffer *sql,
    const struct table *table, const struct column *column);
bool odbc_limit_append_begin(const struct odbc_source *source, const struct read_request *request,
    const struct column *column, bool has_odd_texts, odbc_append_name *append_name,
    struct buffer *sql);
void odbc_limit_append_end(struct buffer *sql);
// A value is withheld only when it is longer than this.
size_t odbc_limit_share(const struct read_request *request);
// True when what was delivered is such a word; *withheld_size is the length of the value, or 0.
bool odbc_limit_is_word(
    const struct odbc_source *source, const char *bytes, size_t size, size_t *withheld_size);

#endif
