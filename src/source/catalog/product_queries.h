// What products are asked about themselves, by whatever door: see the product tables of the doors
// for the columns that are expected.
#ifndef OE2PG_SOURCE_PRODUCT_QUERIES_H
#define OE2PG_SOURCE_PRODUCT_QUERIES_H

extern const char product_postgres_keys[];
extern const char product_postgres_estimates[];
extern const char product_postgres_guid[];
extern const char product_postgres_code_page[];
extern const char product_mariadb_keys[];
extern const char product_mariadb_estimates[];
extern const char product_mariadb_code_page[];

#endif
