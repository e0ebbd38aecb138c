#include "source/catalog/product_queries.h"

// In hexadecimal: no escape, whatever the server was told to take for one, means anything in it.
static void
append_hex(struct buffer *sql, const char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        (void)buffer_append_byte(sql, digits[*p >> 4]);
        (void)buffer_append_byte(sql, digits[*p & 15]);
    }
}

void
product_postgres_text(struct buffer *sql, const char *text)
{
    (void)buffer_append_text(sql, "pg_catalog.convert_from(pg_catalog.decode('");
    append_hex(sql, text);
    (void)buffer_append_text(sql, "', 'hex'), 'UTF8')");
}

void
product_mariadb_text(struct buffer *sql, const char *text)
{
    (void)buffer_append_text(sql, "CONVERT(X'");
    append_hex(sql, text);
    (void)buffer_append_text(sql, "' USING utf8mb4)");
}

// INCLUDE columns stand behind the key columns; invalid, partial, deferrable and expression
// indexes do not identify rows.
const char product_postgres_keys[] =
    "SELECT n.nspname, c.relname, i.relname, CASE WHEN x.indisprimary THEN 1 ELSE 0 "
    "END, a.attname, k.n FROM pg_catalog.pg_index x "
    "JOIN pg_catalog.pg_class c ON c.oid = x.indrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid "
    "CROSS JOIN LATERAL pg_catalog.generate_series(1, x.indnkeyatts) AS k(n) "
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "AND a.attnum = x.indkey[k.n - 1] "
    "WHERE x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL "
    "AND x.indexprs IS NULL AND c.relkind IN ('r', 'p') "
    "AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
    "{n.nspname,c.relname} ORDER BY 1, 2, 4 DESC, 3, 6";

const char product_postgres_estimates[] =
    "SELECT n.nspname, c.relname, CAST(c.reltuples AS pg_catalog.int8) "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
    "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')";

// The identifier is the cluster's; a database in it has its number.
const char product_postgres_guid[] =
    "SELECT c.system_identifier || '/' || d.oid FROM pg_catalog.pg_control_system() c "
    "CROSS JOIN pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database()";

const char product_postgres_code_page[] = "SELECT pg_catalog.current_setting('server_encoding')";

const char product_mariadb_keys[] =
    "SELECT '', TABLE_NAME, INDEX_NAME, CASE INDEX_NAME WHEN 'PRIMARY' THEN 1 ELSE 0 "
    "END, CASE WHEN SUB_PART IS NULL THEN COLUMN_NAME END, SEQ_IN_INDEX "
    "FROM information_schema.STATISTICS "
    "WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0{,TABLE_NAME} ORDER BY 2, 4 DESC, 3, 6";

const char product_mariadb_estimates[] =
    "SELECT '', TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'";

const char product_mariadb_code_page[] = "SELECT @@character_set_database";
