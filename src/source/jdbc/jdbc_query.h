// The SELECT of a read: its text and its parameters. Pure; any thread.
#ifndef OE2PG_SOURCE_JDBC_QUERY_H
#define OE2PG_SOURCE_JDBC_QUERY_H

#include "source/jdbc/jdbc.h"

struct jdbc_query {
    struct buffer sql;
    struct buffer positions; // for java/oe2pg/Positions.java
    bool has_positions;
    bool *is_plain; // [column_count]: selected by its name alone
};

bool jdbc_query_build(const struct jdbc_source *source, const struct read_request *request,
    struct jdbc_query *query, struct error *err) __attribute__((warn_unused_result));
void jdbc_query_release(struct jdbc_query *query);

#endif
