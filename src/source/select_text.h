// The SELECT of a read, as far as it is the same by ODBC and by JDBC: names, conditions, order.
// Pure; any thread.
#ifndef OE2PG_SOURCE_SELECT_TEXT_H
#define OE2PG_SOURCE_SELECT_TEXT_H

#include "base/buffer.h"
#include "source/product/product.h"
#include "source/source.h"

// Appends a value that a column is compared with; one of a key, never NULL.
typedef void select_append_value(
    void *appender, struct buffer *sql, const struct column *column, const struct cell *value);

struct select_names {
    const char *quote; // around identifiers, doubled inside; "" when there is none
    // Where columns are selected by expressions the result may have a column of the same name,
    // which ORDER BY would then mean; qualified by its table, the name is the table's column.
    bool is_qualified;
    const char *is_null;               // behind a column; NULL: the standard's " IS NULL"
    select_append_value *append_value; // NULL: a question mark
    void *appender;
    // As in product.h; NULL: rows have no ids.
    void (*append_row_ids)(struct buffer *sql, const int64_t *ids, size_t count, bool are_left_out);
};

void select_append_column(const struct select_names *names, struct buffer *sql,
    const struct table *table, const struct column *column);
// Appends an identifier in the source's quotes, those inside doubled.
void select_append_identifier(const char *quote, struct buffer *sql, const char *identifier);
// What such a column stands for (struct column, expression): `name` is the quoted column.
void select_append_expression(const struct product_dialect *dialect, struct buffer *sql,
    const struct column *column, const char *name);
void select_append_table(
    const struct select_names *names, struct buffer *sql, const struct table *table);
// WHERE and ORDER BY, the values of the positions as names->append_value writes them.
void select_append_conditions(
    const struct select_names *names, struct buffer *sql, const struct read_request *request);
// The number of a request's rows, as a column (read_request.is_count); like a row id it is an
// expression of SQL, and written as it stands.
extern const struct column select_count_column;
// The whole SELECT that counts the rows of a table. `unlocked`: as in the product's dialect, behind
// the table's name; "" where it is not wanted.
void select_append_count(const struct select_names *names, struct buffer *sql,
    const struct table *table, const char *unlocked);
// Only pages in key order are limited by SQL; of all other reads the driver alone returns fewer
// rows.
bool select_is_limited(const struct read_request *request);
// As the product's dialect writes it (product.h): a format with one number.
void select_append_limit(const char *format, size_t limit, struct buffer *sql);
// ERROR_TABLE for a table without columns. A request that contradicts itself is a bug.
bool select_check_request(const struct read_request *request, struct error *err)
    __attribute__((warn_unused_result));

// The values that select_append_conditions compares with, in their order, until one is not taken.
typedef bool select_take_position(
    void *taker, const struct column *column, const struct cell *value, struct error *err);
bool select_each_position(const struct read_request *request, select_take_position *take,
    void *taker, struct error *err) __attribute__((warn_unused_result));

#endif
