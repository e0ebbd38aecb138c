// The products, for product.c, and what their files share. Private to this folder.
#ifndef OE2PG_SOURCE_PRODUCT_PRODUCTS_H
#define OE2PG_SOURCE_PRODUCT_PRODUCTS_H

#include "source/product/product.h"

extern const struct product product_sqlite;
extern const struct product product_postgresql;
extern const struct product product_mariadb; // and MySQL
extern const struct product product_h2;
extern const struct product product_hsqldb;
extern const struct product product_derby;
extern const struct product product_openedge;
extern const struct product product_openedge_dump;

extern const struct product *const products[];
extern const size_t product_count;

#define PRODUCT_KIND(kind) (1U << (kind))
#define PRODUCT_NUMBERS (PRODUCT_KIND(VALUE_INTEGER) | PRODUCT_KIND(VALUE_DECIMAL))
#define PRODUCT_TIMES                                                                              \
    (PRODUCT_KIND(VALUE_DATE) | PRODUCT_KIND(VALUE_TIME) | PRODUCT_KIND(VALUE_TIMESTAMP))

bool product_matches(const char *const patterns[PRODUCT_PATTERNS], const char *text);
// The names of the settings as a list of literals. They hold no quote.
void product_append_pins(struct buffer *sql, const struct product_session *session);
// In hexadecimal: no escape, whatever the server was told to take for one, means anything in it.
void product_append_hex(struct buffer *sql, const char *bytes, size_t size);
// A text parameter takes the affinity of the column that it is compared with, or the type that
// PostgreSQL infers for a literal.
int product_bind_as_text(const struct column *column);

#endif
