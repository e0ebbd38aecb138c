#include "source/jdbc/jdbc_product.h"

#include "base/text.h"
#include "source/catalog/postgres_bytes.h"
#include "source/catalog/product_queries.h"
#include "source/jdbc/jdbc_type.h"

#include <string.h>

// --- MariaDB and MySQL: FLOAT would be printed with 6 digits, BIT as bytes; dates would go through
// Java's older calendar, which lacks ten days of 1582

static bool
mariadb_expression(struct buffer *sql, const struct column *column, const char *name)
{
    if (column->kind == VALUE_FLOAT4) {
        (void)buffer_printf(sql, "(%s + 0e0)", name);
        return true;
    }
    if (text_match("bit*", column->type_name)) {
        (void)buffer_printf(sql, "CAST(%s AS UNSIGNED)", name);
        return true;
    }
    if (column->kind == VALUE_DATE || column->kind == VALUE_TIMESTAMP) {
        (void)buffer_printf(sql, "CAST(%s AS CHAR)", name);
        return true;
    }
    (void)buffer_append_text(sql, name);
    return false;
}

// Bytes that the driver calls by a number of its own, and would decode as characters.
static bool
is_geometry(const char *type_name)
{
    return text_match("geom*", type_name) || text_match("*point", type_name) ||
           text_match("*linestring", type_name) || text_match("*polygon", type_name);
}

static void
mariadb_refine(struct column *column)
{
    if (is_geometry(column->type_name)) {
        column->kind = VALUE_BINARY;
        column->driver_type = JDBC_OTHER;
        column->width = 0;
        column->is_long = true;
    } else if (text_match("bit*", column->type_name)) {
        column->kind = column->width <= 1 ? VALUE_BOOLEAN : VALUE_INTEGER;
        column->width = 20;
        column->is_long = false;
    } else if (text_match("tinyint*", column->type_name)) {
        column->kind = VALUE_INTEGER;
    } else if (text_match("year*", column->type_name)) {
        column->kind = VALUE_INTEGER;
        column->driver_type = JDBC_OTHER;
    } else if (text_equal_nocase(column->type_name, "uuid") ||
               text_match("inet?", column->type_name)) {
        column->kind = VALUE_TEXT;
        column->driver_type = JDBC_OTHER;
        column->width = 48;
        column->is_long = false;
    } else if (column->kind == VALUE_FLOAT4 || column->kind == VALUE_FLOAT) {
        column->scale = -1;
    }
}

// --- PostgreSQL: where any bytes may stand in a text

static bool
is_padded(const struct column *column)
{
    return text_match("bpchar*", column->type_name);
}

static void
postgres_bytes(struct buffer *sql, const struct column *column, const char *name)
{
    postgres_append_bytes(sql, name, is_padded(column));
}

static void
postgres_literal(struct buffer *sql, const struct column *column, const struct cell *value)
{
    postgres_append_literal(sql, value, is_padded(column));
}

// --- the table

static const struct jdbc_product products[] = {
    { .patterns = { "PostgreSQL*" },
        // Domains are what they are made of. The type's own name says more than JDBC's number.
        .columns =
            "SELECT n.nspname, c.relname, a.attname, CASE WHEN b.typnamespace <> 11 THEN 1111 ELSE "
            "CASE b.typname WHEN 'bool' THEN 16 WHEN 'int2' THEN 5 WHEN 'int4' THEN 4 "
            "WHEN 'int8' THEN -5 WHEN 'oid' THEN -5 WHEN 'float4' THEN 7 WHEN 'float8' THEN 8 "
            "WHEN 'numeric' THEN 2 WHEN 'date' THEN 91 WHEN 'time' THEN 92 "
            "WHEN 'timestamp' THEN 93 WHEN 'timestamptz' THEN 2014 WHEN 'bytea' THEN -4 "
            "WHEN 'varchar' THEN 12 WHEN 'bpchar' THEN 1 WHEN 'name' THEN 12 WHEN 'char' THEN 1 "
            "ELSE 1111 END END, b.typname, CASE WHEN b.typnamespace <> 11 THEN 0 ELSE "
            "CASE WHEN b.typname IN ('varchar', 'bpchar') AND m.typmod >= 4 THEN m.typmod - 4 "
            "WHEN b.typname = 'numeric' AND m.typmod >= 4 THEN (m.typmod - 4) >> 16 & 65535 "
            "WHEN b.typname = 'name' THEN 63 WHEN b.typname = 'char' THEN 1 "
            "WHEN b.typname = 'bool' THEN 1 WHEN b.typname = 'int2' THEN 6 "
            "WHEN b.typname = 'int4' THEN 11 WHEN b.typname = 'int8' THEN 20 "
            "WHEN b.typname = 'oid' THEN 10 WHEN b.typname IN ('float4', 'float8') THEN 24 "
            "ELSE 0 END END, CASE WHEN b.typname = 'numeric' AND m.typmod >= 4 THEN "
            "CASE WHEN (m.typmod - 4) & 2047 > 1000 THEN 0 ELSE (m.typmod - 4) & 2047 END END, "
            "CASE WHEN a.attnotnull THEN 0 ELSE 1 END, a.attnum "
            "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
            "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
            "LEFT JOIN pg_catalog.pg_type d ON t.typtype = 'd' AND d.oid = t.typbasetype "
            "LEFT JOIN pg_catalog.pg_type e ON d.typtype = 'd' AND e.oid = d.typbasetype "
            "JOIN pg_catalog.pg_type b ON b.oid = COALESCE(e.oid, d.oid, t.oid) "
            "CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype <> 'd' THEN a.atttypmod "
            "WHEN t.typtypmod >= 0 OR d.typtype <> 'd' THEN t.typtypmod ELSE d.typtypmod END) "
            "AS m(typmod) WHERE a.attnum > 0 AND NOT a.attisdropped "
            "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
            "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
            "{n.nspname,c.relname} ORDER BY 1, 2, a.attnum",
        .objects = product_postgres_objects,
        .keys = product_postgres_keys,
        .append_text = product_postgres_text,
        .estimates = product_postgres_estimates,
        .guid = product_postgres_guid,
        .code_page = product_postgres_code_page,
        .limit = " LIMIT %zu",
        .is_statically_typed = true,
        .has_odd_texts = postgres_has_bytes,
        .append_bytes = postgres_bytes,
        .needs_literal = postgres_needs_literal,
        .append_literal = postgres_literal,
        .delivers_raw_text = true,
        .has_own_types = true,
        .positions_untyped = true,
        .ends_transactions = true },
    { .patterns = { "MariaDB*", "MySQL*" },
        .objects = product_mariadb_objects,
        .keys = product_mariadb_keys,
        .append_text = product_mariadb_text,
        .estimates = product_mariadb_estimates,
        .code_page = product_mariadb_code_page,
        .limit = " LIMIT %zu",
        .append_expression = mariadb_expression,
        .refine_column = mariadb_refine,
        .is_statically_typed = true,
        .prefers_texts = true },
    // The database alone is known: nothing is of its driver.
    { .patterns = { "SQLite" },
        .objects = product_sqlite_objects,
        .keys = product_sqlite_keys,
        .estimates = product_sqlite_estimates },
    { .patterns = { "H2" },
        .objects = "SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, "
                   "CASE STORAGE_TYPE WHEN 'TABLE LINK' THEN 'foreign table' ELSE TABLE_TYPE END, "
                   "NULL, NULL FROM INFORMATION_SCHEMA.TABLES "
                   "WHERE TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'MATERIALIZED VIEW')",
        // Its catalogue has no indexes: a join would take seconds.
        .keys = "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, "
                "CASE WHEN INDEX_NAME LIKE 'PRIMARY!_KEY%' ESCAPE '!' THEN 1 ELSE 0 END, "
                "COLUMN_NAME, ORDINAL_POSITION FROM INFORMATION_SCHEMA.INDEX_COLUMNS "
                "WHERE IS_UNIQUE{TABLE_SCHEMA,TABLE_NAME} ORDER BY 1, 2, 4 DESC, 3, 6",
        .estimates = "SELECT TABLE_SCHEMA, TABLE_NAME, ROW_COUNT_ESTIMATE "
                     "FROM INFORMATION_SCHEMA.TABLES",
        .limit = " FETCH FIRST %zu ROWS ONLY",
        .is_statically_typed = true,
        // Measured: its engine gathers a result before the first row is handed out, in its own
        // process or in ours.
        .ends_transactions = true },
    { .patterns = { "HSQL*" },
        .keys = "SELECT i.TABLE_SCHEM, i.TABLE_NAME, i.INDEX_NAME, "
                "CASE WHEN p.COLUMN_NAME IS NULL THEN 0 ELSE 1 END, i.COLUMN_NAME, "
                "i.ORDINAL_POSITION FROM INFORMATION_SCHEMA.SYSTEM_INDEXINFO i "
                "LEFT JOIN INFORMATION_SCHEMA.SYSTEM_PRIMARYKEYS p "
                "ON p.TABLE_SCHEM = i.TABLE_SCHEM AND p.TABLE_NAME = i.TABLE_NAME "
                "AND p.PK_NAME = i.INDEX_NAME AND p.COLUMN_NAME = i.COLUMN_NAME "
                "WHERE NOT i.NON_UNIQUE{i.TABLE_SCHEM,i.TABLE_NAME} ORDER BY 1, 2, 4 DESC, 3, 6",
        .limit = " FETCH FIRST %zu ROWS ONLY",
        .is_statically_typed = true,
        // 2.7.4 takes a LocalDate before 1582 for another day than the text it prints for it.
        .writes_dates = true,
        .ends_transactions = true },
    { .patterns = { "Apache Derby" },
        .limit = " FETCH FIRST %zu ROWS ONLY",
        .is_statically_typed = true,
        .ends_transactions = true },
    { .patterns = { "*OpenEdge*" },
        .guid = "SELECT d.\"_Db-guid\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        .code_page = "SELECT d.\"_Db-xl-name\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        .top = "TOP %zu ",
        .isolation = { "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" },
        .unlocked = " WITH (NOLOCK)",
        .is_statically_typed = true,
        // An open transaction, and every statement begins one, keeps a lock of the schema.
        .ends_transactions = true,
        .is_openedge = true },
};

static const struct jdbc_product unknown_product;

const struct jdbc_product *
jdbc_product_find(const char *name)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        for (const char *const *p = products[i].patterns; *p != NULL; p++) {
            if (text_match(*p, name))
                return &products[i];
        }
    }
    return &unknown_product;
}

// --- properties

static const struct {
    const char *url; // a pattern
    const char *properties[2 * JDBC_PROPERTIES + 1];
} families[] = {
    // Text, so that what comes is the server's own print.
    { "jdbc:postgresql:*",
        { "binaryTransfer", "false", "ApplicationName", "oe2pg", "tcpKeepAlive", "true" } },
    // A year is a number, and so is TINYINT(1): it may hold a 7.
    { "jdbc:mariadb:*", { "tinyInt1isBit", "false", "yearIsDateType", "false" } },
    { "jdbc:mysql:*", { "tinyInt1isBit", "false", "yearIsDateType", "false" } },
    { "*", { NULL } },
};

const char *const *
jdbc_product_properties(const char *url)
{
    size_t i = 0;

    while (!text_match(families[i].url, url))
        i++;
    return families[i].properties;
}
