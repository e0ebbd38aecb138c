// What products are asked about themselves, by whatever door: see the product tables of the doors
// for the columns that are expected. Where a query can be narrowed to one table, it says in braces
// which of its expressions are the table's schema (or nothing) and name: catalog_append_query.
#ifndef OE2PG_SOURCE_PRODUCT_QUERIES_H
#define OE2PG_SOURCE_PRODUCT_QUERIES_H

#include "base/buffer.h"

// Appends a text to a query in a form that means just this text whatever the session's settings
// are.
typedef void product_append_text(struct buffer *sql, const char *text);

product_append_text product_postgres_text;
product_append_text product_mariadb_text;

// What a SQLite query of objects calls the tables in which a virtual table keeps its rows.
#define PRODUCT_SHADOW_TABLE "shadow table"

// Rows (database, schema, name, kind, and of a partition the schema and name of its table), "" or
// NULL being no name, and a kind "" a table.
extern const char product_postgres_objects[];
extern const char product_mariadb_objects[];
extern const char product_sqlite_objects[];
extern const char product_sqlite_keys[];
extern const char product_sqlite_estimates[];
extern const char product_postgres_keys[];
extern const char product_postgres_estimates[];
extern const char product_postgres_guid[];
extern const char product_postgres_code_page[];
extern const char product_mariadb_keys[];
extern const char product_mariadb_estimates[];
extern const char product_mariadb_code_page[];

#endif
